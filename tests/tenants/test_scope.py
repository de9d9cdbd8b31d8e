"""The first lock: code sees the tenant in force and nothing outside a scope (R-PRIV-3)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, transaction

from bookings import taking
from bookings.models import BookingKind
from crm import editing
from crm.channel import Channel
from crm.guest_data import Guest
from crm.models import Contact, FieldChange
from tenants import scope
from tenants.models import Venue
from tenants.permissions import Permission
from tests.personas import Place


def _setting() -> str | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT NULLIF(current_setting('app.tenant_id', true), '')")
        return cursor.fetchone()[0]


def test_a_query_outside_a_scope_raises_when_it_runs_not_when_it_is_written(trattoria: Place) -> None:
    query = Venue.objects.filter(name="Centro").order_by("name")

    with pytest.raises(scope.NoScope):
        query.exists()
    with pytest.raises(scope.NoScope):
        list(query)
    with trattoria.enter():
        assert [venue.name for venue in query.all()] == ["Centro"]


def test_a_row_made_outside_a_scope_has_no_tenant_to_take(db: None) -> None:
    with pytest.raises(scope.NoScope):
        Venue(name="Nowhere")


def test_a_query_sees_the_tenant_in_force_whichever_it_was_written_in(trattoria: Place, bistro: Place) -> None:
    with trattoria.enter():
        query = Venue.objects.order_by("name")
        assert [venue.name for venue in query] == ["Centro", "Mare"]

    with bistro.enter():
        assert [venue.name for venue in query.all()] == ["Plateau"]


def test_a_scope_of_another_tenant_is_refused_inside_one(trattoria: Place, bistro: Place) -> None:
    with trattoria.enter():
        with pytest.raises(scope.ScopeConflict), bistro.enter():
            pytest.fail("the second scope opened")

        assert scope.tenant_id() == trattoria.id
        assert Venue.objects.count() == 2


def test_a_scope_inside_one_of_the_same_tenant_changes_the_actor_only(trattoria: Place) -> None:
    with trattoria.enter("owner"):
        with scope.enter(trattoria.id, scope.WORKER):
            assert scope.actor() == scope.WORKER
            assert Venue.objects.count() == 2

        assert scope.actor().role == "owner"
        assert Venue.objects.count() == 2


def test_a_refused_inner_scope_takes_back_only_its_own_work(trattoria: Place) -> None:
    with trattoria.enter():
        Venue.objects.filter(name="Mare").update(country="FR")
        with pytest.raises(ZeroDivisionError), trattoria.enter():
            Venue.objects.filter(name="Centro").update(country="FR")
            raise ZeroDivisionError

        assert dict(Venue.objects.values_list("name", "country")) == {"Centro": "IT", "Mare": "FR"}


@pytest.mark.usefixtures("commits")
class TestNothingLeaks:
    """After the scope neither the code nor the connection knows a tenant."""

    def test_after_a_commit(self, trattoria: Place) -> None:
        with trattoria.enter():
            assert _setting() == str(trattoria.id)

        assert not scope.is_open()
        assert _setting() is None

    def test_after_an_exception(self, trattoria: Place) -> None:
        with pytest.raises(ZeroDivisionError), trattoria.enter():
            raise ZeroDivisionError

        assert not scope.is_open()
        assert _setting() is None

    def test_after_a_rollback_asked_for(self, trattoria: Place) -> None:
        with trattoria.enter():
            Venue.objects.filter(name="Mare").update(country="FR")
            transaction.set_rollback(True)

        assert _setting() is None
        with trattoria.enter():
            assert Venue.objects.get(name="Mare").country == "IT"

    def test_when_a_transaction_around_it_goes_on(self, trattoria: Place) -> None:
        with transaction.atomic():
            with trattoria.enter():
                assert _setting() == str(trattoria.id)
            assert _setting() is None

    def test_when_a_transaction_around_it_outlives_its_exception(self, trattoria: Place) -> None:
        with transaction.atomic():
            with pytest.raises(ZeroDivisionError), trattoria.enter():
                raise ZeroDivisionError
            assert _setting() is None


def test_a_missing_permission_is_refused_by_its_name(trattoria: Place) -> None:
    with trattoria.enter("host"):
        scope.require(Permission.BOOKINGS_WRITE)
        with pytest.raises(scope.PermissionMissing) as refusal:
            scope.require(Permission.CONTACTS_EXPORT)

    assert refusal.value.status == 403
    assert refusal.value.code == "permission_denied"
    assert "contacts_export" in str(refusal.value)
    assert refusal.value.extra == {"permission": "contacts_export"}


def test_an_actor_known_by_a_long_email_fits_beside_what_was_done(trattoria: Place) -> None:
    label = f"{'a' * 64}@{'b' * 63}.{'c' * 63}.example.com"
    actor = scope.Actor(kind=scope.ActorKind.USER, label=label, permissions=frozenset(Permission))

    with scope.enter(trattoria.id, actor):
        guest: dict[str, Any] = {"last_name": "Rossi", "email": "anna@example.net"}
        draft = taking.Draft(
            trattoria.venue, BookingKind.WALK_IN, Channel.STAFF, 2, guest=Guest(**guest), snapshot=guest
        )
        booking = taking.take(draft).booking
        editing.edit(Contact.objects.get(), {"city": "Roma"})

        assert booking.status_by == label[:160]
        assert FieldChange.objects.get().actor_label == label[:160]
