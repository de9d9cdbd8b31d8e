"""Staff: what each role may do, who may give a role, and that an owner stays (R-PRIV-3)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from audit.models import AuditEntry
from staff import accounts, members
from tenants.models import Membership
from tenants.permissions import (
    MANAGER_PERMISSIONS,
    OWNER_PERMISSIONS,
    PRESET_PERMISSIONS,
    ROLE_PERMISSIONS,
    Permission,
    Preset,
    Role,
)
from tenants.refusal import Refusal
from tests.personas import Place

P = Permission


def test_every_role_and_preset_has_its_row_in_the_table() -> None:
    assert set(ROLE_PERMISSIONS) == set(Role)
    assert set(PRESET_PERMISSIONS) == set(Preset)


def test_each_role_may_do_what_the_rules_say() -> None:
    host, marketer = ROLE_PERMISSIONS[Role.HOST], ROLE_PERMISSIONS[Role.MARKETER]

    assert host == {
        *(P.CONTACTS_READ, P.CONTACTS_WRITE, P.BOOKINGS_READ, P.BOOKINGS_CREATE, P.BOOKINGS_WRITE),
        *(P.ORDERS_READ, P.ORDERS_CREATE, P.ORDERS_WRITE, P.ORDERING_BLOCK, P.MESSAGES_READ),
    }
    assert P.BOOKINGS_WRITE not in marketer
    assert P.CONTACTS_EXPORT in marketer
    assert host | marketer < MANAGER_PERMISSIONS < OWNER_PERMISSIONS
    integrations = {P.RECEIPTS_CREATE, P.WIFI_CREATE, P.SIGNUPS_CREATE, P.FOLLOWERS_WRITE}
    owners = {P.CONTACTS_ERASE, P.KEYS_MANAGE, P.SETTINGS_MANAGE} | integrations
    assert owners == OWNER_PERMISSIONS - MANAGER_PERMISSIONS


def test_no_role_acts_for_the_guest_and_a_widget_reads_nothing() -> None:
    assert all(P.GUEST_ACTION not in permissions for permissions in ROLE_PERMISSIONS.values())
    assert {preset for preset, held in PRESET_PERMISSIONS.items() if P.GUEST_ACTION in held} == {"widget", "wifi"}
    assert not {P.CONTACTS_READ, P.BOOKINGS_READ, P.AUDIT_READ} & PRESET_PERMISSIONS[Preset.WIDGET]


def _members(answer: Any) -> list[tuple[str, str]]:
    assert answer.status_code == 200
    return [(member["email"], member["role"]) for member in answer.json()["results"]]


@pytest.mark.usefixtures("db")
class TestThroughTheApi:
    def test_an_owner_sees_who_works_here(self, trattoria: Place, bistro: Place) -> None:
        trattoria.member("host")

        answer = trattoria.signed_in().get("/api/v1/members/")

        assert _members(answer) == [("owner@trattoria.example.com", "owner"), ("host@trattoria.example.com", "host")]

    @pytest.mark.parametrize("role", ["host", "marketer"])
    def test_who_does_not_manage_staff_is_refused_by_the_scopes_name(self, trattoria: Place, role: str) -> None:
        answer = trattoria.signed_in(role).get("/api/v1/members/")

        assert answer.status_code == 403
        assert "members_manage" in answer.json()["detail"]

    def test_another_tenants_member_is_the_same_404_as_none(self, trattoria: Place, bistro: Place) -> None:
        with bistro.enter():
            foreign = Membership.objects.get()
        client = trattoria.signed_in()

        for answer in (
            client.get(f"/api/v1/members/{foreign.pk}/"),
            client.delete(f"/api/v1/members/{foreign.pk}/"),
            client.patch(f"/api/v1/members/{foreign.pk}/", {"role": "host"}, content_type="application/json"),
        ):
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        with bistro.enter():
            assert Membership.objects.get().role == "owner"

    def test_a_removed_member_is_refused_at_the_next_request(self, trattoria: Place) -> None:
        host = trattoria.signed_in("host")
        assert host.get("/api/v1/venues/").status_code == 200
        with trattoria.enter():
            membership = Membership.objects.get(role="host")

        assert trattoria.signed_in().delete(f"/api/v1/members/{membership.pk}/").status_code == 204

        assert host.get("/api/v1/venues/", headers={"X-Tenant": "trattoria"}).status_code == 404

    def test_a_changed_role_holds_at_the_next_request_and_is_audited(self, trattoria: Place) -> None:
        host = trattoria.signed_in("host")
        with trattoria.enter():
            membership = Membership.objects.get(role="host")

        answer = trattoria.signed_in().patch(
            f"/api/v1/members/{membership.pk}/", {"role": "manager"}, content_type="application/json"
        )

        assert (answer.status_code, answer.json()["role"]) == (200, "manager")
        assert host.get("/api/v1/members/").status_code == 200
        with trattoria.enter():
            entry = AuditEntry.objects.get(action="member_updated")
        assert (entry.before, entry.after) == ({"role": "host"}, {"role": "manager"})
        assert (entry.actor_kind, entry.actor_id) == ("user", trattoria.owner.pk)


@pytest.mark.usefixtures("db")
class TestTheLastOwner:
    def test_can_neither_leave_nor_step_down(self, inside: Place) -> None:
        owner = Membership.objects.get()

        with pytest.raises(members.LastOwner):
            members.remove(owner)
        with pytest.raises(members.LastOwner):
            members.change_role(owner, Role.MANAGER)

        owner.refresh_from_db()
        assert (owner.role, owner.is_active) == ("owner", True)

    def test_may_go_once_there_is_another(self, trattoria: Place) -> None:
        host = trattoria.member("host")
        with trattoria.enter():
            members.change_role(Membership.objects.get(user=host), Role.OWNER)
            members.remove(Membership.objects.get(user=trattoria.owner))

            assert [member.user for member in members.everyone()] == [host]

    def test_an_owner_who_left_counts_no_more(self, trattoria: Place) -> None:
        host = trattoria.member("host")
        with trattoria.enter():
            other = members.change_role(Membership.objects.get(user=host), Role.OWNER)
            members.remove(other)

            with pytest.raises(members.LastOwner):
                members.remove(Membership.objects.get(user=trattoria.owner))


@pytest.mark.usefixtures("commits")
def test_two_owners_who_leave_at_the_same_moment_leave_one(trattoria: Place) -> None:
    host = trattoria.member("host")
    with trattoria.enter():
        members.change_role(Membership.objects.get(user=host), Role.OWNER)

    def leave(user_id: Any) -> bool:
        try:
            with trattoria.enter():
                members.remove(Membership.objects.get(user_id=user_id))
        except members.LastOwner:
            return False
        else:
            return True
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=2) as threads:
        left = list(threads.map(leave, [trattoria.owner.pk, host.pk]))

    assert sorted(left) == [False, True]
    with trattoria.enter():
        assert members.everyone().count() == 1


@pytest.mark.usefixtures("db")
class TestNobodyRisesAboveThemselves:
    def test_a_manager_makes_no_owner(self, trattoria: Place) -> None:
        trattoria.member("host")
        self._refused(trattoria, "host", lambda host: members.change_role(host, Role.OWNER))

    def test_a_manager_neither_removes_nor_lowers_an_owner(self, trattoria: Place) -> None:
        self._refused(trattoria, "owner", members.remove)
        self._refused(trattoria, "owner", lambda owner: members.change_role(owner, Role.HOST))

    def test_a_manager_makes_a_host_a_manager(self, trattoria: Place) -> None:
        trattoria.member("host")
        with trattoria.enter("manager"):
            assert members.change_role(Membership.objects.get(role="host"), Role.MANAGER).role == "manager"

    def _refused(self, place: Place, role: str, act: Any) -> None:
        with place.enter("manager"):
            membership = Membership.objects.get(role=role)
            with pytest.raises(members.RoleAboveOwn) as refusal:
                act(membership)
        assert isinstance(refusal.value, Refusal)
        assert refusal.value.status == 403
        with place.enter():
            membership.refresh_from_db()
        assert (membership.role, membership.is_active) == (role, True)


@pytest.mark.parametrize("email", ["", "nobody", "a@b", f"{'a' * 60}@{'b' * 190}.example.com"])
def test_an_address_that_cannot_be_kept_is_refused(email: str) -> None:
    with pytest.raises(accounts.EmailInvalid):
        accounts.checked_email(email)
