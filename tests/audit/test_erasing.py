"""The trail of an erased guest: who did what and when stays, the values go, of nobody else's (R-PRIV-1, R-PRIV-4)."""

from __future__ import annotations

import pytest
from django.db import ProgrammingError, transaction

from audit import erasing, recording
from audit.actions import Action
from audit.models import AuditEntry


@pytest.fixture
def same_request():
    token = recording.request_id.set("request-1")
    yield
    recording.request_id.reset(token)


def written(place, obj=None, **after):
    recording.record(Action.BOOKING_UPDATED, obj or place.venue, after=after)


def values():
    return list(AuditEntry.objects.filter(action="booking_updated").order_by("pk").values_list("after", flat=True))


def test_only_values_that_name_nobody_stay(inside):
    written(inside, guest={"last_name": "Rossi"}, notes="for Anna", party_size=3, status="confirmed")

    erasing.erase([inside.venue.pk])

    assert values() == [{"party_size": 3, "status": "confirmed"}]


def test_entries_about_something_else_stay_as_they_are(inside):
    written(inside, inside.venues[1], notes="for Bruno")

    erasing.erase([inside.venue.pk])

    assert values() == [{"notes": "for Bruno"}]


def test_who_chooses_the_same_id_for_their_requests_keeps_the_values_of_others(inside, same_request):
    """The id of a request is the caller's to choose (X-Request-Id): it does not say what belongs together."""
    written(inside, notes="for Anna")
    written(inside, inside.venues[1], notes="for Bruno")

    erasing.erase([inside.venue.pk])

    assert values() == [{}, {"notes": "for Bruno"}]


def test_who_and_when_stay(inside):
    written(inside, notes="for Anna")
    before = AuditEntry.objects.values("action", "actor_kind", "actor_id", "actor_label", "created_at").last()

    erasing.erase([inside.venue.pk])

    assert AuditEntry.objects.values("action", "actor_kind", "actor_id", "actor_label", "created_at").last() == before


def test_another_tenants_entries_are_out_of_reach(trattoria, bistro):
    with bistro.enter():
        written(bistro, notes="for Anna")
    with trattoria.enter():
        erasing.erase([bistro.venue.pk])
    with bistro.enter():
        assert values() == [{"notes": "for Anna"}]


def test_the_app_itself_may_still_change_nothing(inside):
    with pytest.raises(ProgrammingError), transaction.atomic():
        AuditEntry.objects.update(after=None)
