"""What no browser sends, and some do: a form error or nothing, never a broken page (issue 2, bad input)."""

from __future__ import annotations

import pytest

from crm.models import Contact
from tests.crm.guests import ANNA, take
from tests.personas import Place


@pytest.mark.parametrize("date", ["0001-01-01", "9999-12-31", "2026-02-30", "\0"])
def test_a_board_of_no_sensible_day_is_todays(trattoria: Place, date: str) -> None:
    answer = trattoria.signed_in().get(f"/t/{trattoria.tenant.slug}/", {"date": date})

    assert answer.status_code == 200


@pytest.mark.parametrize("date", ["0001-01-01", "9999-12-31", "\0"])
def test_a_booking_at_the_end_of_the_calendar_is_a_form_error(trattoria: Place, date: str) -> None:
    form = {"party_size": 2, "date": date, "time": "23:59", "channel": "phone", "last_name": "Rossi"}

    answer = trattoria.signed_in().post(f"/t/{trattoria.tenant.slug}/bookings/new/", form)

    assert answer.status_code == 400
    assert list(answer.context["form"].errors) == ["date"]


def test_notes_that_the_field_would_not_take_are_cut(trattoria: Place) -> None:
    with trattoria.enter():
        anna = take(trattoria, **ANNA).known_contact

    trattoria.signed_in().post(f"/t/{trattoria.tenant.slug}/contacts/{anna.pk}/notes/", {"notes": "a\0b" + "c" * 6000})

    with trattoria.enter():
        assert Contact.objects.get().notes == "ab" + "c" * 4998
