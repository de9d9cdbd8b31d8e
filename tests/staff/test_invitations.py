"""Inviting staff: the mailed link, who may accept it and how long it is good (R-PRIV-3)."""

from __future__ import annotations

import datetime

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth import authenticate
from django.core import mail, signing
from django.test import TestCase
from django.utils import timezone

from audit.models import AuditEntry
from staff import accounts, invitation_links, invitations, joining, members, places
from staff.models import Invitation
from tenants import scope
from tenants.models import Membership, User
from tenants.permissions import Role
from tests.personas import Place

pytestmark = pytest.mark.usefixtures("db")

EMAIL = "anna@example.com"
PASSWORD = "a-long-password"


def _invite(place: Place, role: str = "host", *, email: str = EMAIL, language: str | None = None) -> Invitation:
    with TestCase.captureOnCommitCallbacks(execute=True), place.enter():
        return invitations.invite(email, role, language=language)


def _roles(place: Place) -> dict[str, str]:
    with place.enter():
        return {member.user.email: member.role for member in members.everyone()}


class TestTheMail:
    def test_brings_the_link_to_the_invitee(self, trattoria: Place) -> None:
        invitation = _invite(trattoria, email=" Anna@Example.com ", language="en")

        (message,) = mail.outbox
        assert message.to == [EMAIL]
        assert message.subject == "Join Trattoria on Coperto"
        assert invitation_links.url_of(invitation) in message.body
        assert "Your role: Host." in message.body
        assert "The link is good for 7 days." in message.body

    def test_is_in_the_tenants_language_unless_another_is_chosen(self, trattoria: Place) -> None:
        assert _invite(trattoria).language == "it"
        assert _invite(trattoria, email="pawel@example.com", language="pl").language == "pl"

    def test_escapes_nothing_and_keeps_its_subject_in_one_line(self, trattoria: Place) -> None:
        trattoria.tenant.name = "Bar & Grill\nBcc: all@example.com"
        with trattoria.enter():
            trattoria.tenant.save(update_fields=["name"])

        _invite(trattoria, language="en")

        assert mail.outbox[0].subject == "Join Bar & Grill Bcc: all@example.com on Coperto"
        assert mail.outbox[0].recipients() == [EMAIL]

    def test_is_not_sent_when_the_invitation_was_taken_back(self, trattoria: Place) -> None:
        with pytest.raises(ZeroDivisionError), TestCase.captureOnCommitCallbacks(execute=True), trattoria.enter():
            invitations.invite(EMAIL, "host")
            raise ZeroDivisionError

        assert mail.outbox == []

    def test_that_cannot_be_sent_leaves_the_invitation_standing(
        self, trattoria: Place, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(settings, "EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
        monkeypatch.setattr(settings, "EMAIL_HOST", "127.0.0.1")
        monkeypatch.setattr(settings, "EMAIL_PORT", 1)

        _invite(trattoria)

        with trattoria.enter():
            assert [invitation.email for invitation in invitations.waiting()] == [EMAIL]


class TestInviting:
    def test_again_replaces_the_role_and_voids_the_first_link(self, trattoria: Place) -> None:
        first = invitation_links.token_of(_invite(trattoria, "host"))
        second = invitation_links.token_of(_invite(trattoria, "manager"))

        with trattoria.enter():
            assert [(one.email, one.role) for one in invitations.waiting()] == [(EMAIL, "manager")]
        with pytest.raises(invitation_links.InvitationClosed):
            joining.offer(first)
        assert joining.offer(second).invitation.role == "manager"

    def test_a_member_is_refused(self, trattoria: Place) -> None:
        with trattoria.enter(), pytest.raises(invitations.AlreadyMember):
            invitations.invite("OWNER@trattoria.example.com", "host")

    def test_a_former_member_comes_back_with_the_new_role(self, trattoria: Place) -> None:
        host = trattoria.member("host")
        with trattoria.enter():
            members.remove(Membership.objects.get(user=host))

        joining.join(invitation_links.token_of(_invite(trattoria, "manager", email=host.email)), host)

        assert _roles(trattoria)[host.email] == "manager"

    @pytest.mark.parametrize("email", ["", "anna", "anna@", "a b@example.com", "anna@example.com\n", "@example.com"])
    def test_a_bad_address_is_a_field_error(self, trattoria: Place, email: str) -> None:
        if email.endswith("\n"):
            assert accounts.checked_email(email) == EMAIL
            return
        with trattoria.enter(), pytest.raises(accounts.EmailInvalid) as refusal:
            invitations.invite(email, "host")
        assert (refusal.value.status, refusal.value.field) == (400, "email")

    def test_a_language_we_do_not_speak_is_a_field_error(self, trattoria: Place) -> None:
        with trattoria.enter(), pytest.raises(places.UnknownLanguage):
            invitations.invite(EMAIL, "host", language="tlh")

    def test_a_manager_invites_no_owner(self, trattoria: Place) -> None:
        with trattoria.enter(Role.MANAGER), pytest.raises(members.RoleAboveOwn):
            invitations.invite(EMAIL, Role.OWNER)
        with trattoria.enter():
            assert not invitations.waiting().exists()

    def test_a_manager_gets_no_link_that_makes_an_owner(self, trattoria: Place) -> None:
        for_owner, for_host = _invite(trattoria, "owner"), _invite(trattoria, "host", email="h@example.com")

        with trattoria.enter(Role.MANAGER):
            assert invitations.link_to_hand_on(for_owner) is None
            assert invitations.link_to_hand_on(for_host) == invitation_links.url_of(for_host)

    def test_another_tenant_sees_nothing_of_it(self, trattoria: Place, bistro: Place) -> None:
        invitation = _invite(trattoria)

        with bistro.enter():
            assert not invitations.waiting().exists()
            with pytest.raises(invitation_links.InvitationClosed):
                invitations.withdraw(invitation)
        with trattoria.enter():
            assert invitations.waiting().count() == 1

    def test_is_audited_with_who_and_whom(self, trattoria: Place) -> None:
        invitation = _invite(trattoria)
        with trattoria.enter():
            invitations.withdraw(invitation)
            entries = AuditEntry.objects.filter(object_id=invitation.pk).order_by("id")

            assert [(entry.action, entry.actor_id) for entry in entries] == [
                ("member_invited", trattoria.owner.pk),
                ("invitation_revoked", trattoria.owner.pk),
            ]
            assert entries[0].after == {"email": EMAIL, "role": "host"}


class TestAccepting:
    def test_somebody_new_gets_an_account_in_the_invitations_language(self, trattoria: Place) -> None:
        token = invitation_links.token_of(_invite(trattoria, language="pl"))
        assert joining.offer(token).has_account is False

        tenant, user = joining.register(token, name="Anna", password=PASSWORD)

        assert (tenant, user.email, user.name, user.language) == (trattoria.tenant, EMAIL, "Anna", "pl")
        assert authenticate(None, email=EMAIL, password=PASSWORD) == user
        assert _roles(trattoria)[EMAIL] == "host"

    def test_joining_is_recorded_as_the_newcomers_own_act(self, trattoria: Place) -> None:
        _tenant, user = joining.register(invitation_links.token_of(_invite(trattoria)), name="Anna", password=PASSWORD)

        with trattoria.enter():
            entry = AuditEntry.objects.get(action="member_joined", actor_kind="user")
        assert (entry.actor_id, entry.actor_label, entry.after) == (user.pk, "Anna", {"email": EMAIL, "role": "host"})

    def test_an_account_that_exists_joins_once_its_user_is_signed_in(self, trattoria: Place, bistro: Place) -> None:
        anna, _password = accounts.account(EMAIL, password=PASSWORD)
        token = invitation_links.token_of(_invite(trattoria))
        assert joining.offer(token).has_account is True

        with pytest.raises(joining.SignInToJoin):
            joining.register(token, name="Mallory", password="another-password")
        assert authenticate(None, email=EMAIL, password=PASSWORD) == anna
        assert EMAIL not in _roles(trattoria)

        assert joining.join(token, anna) == trattoria.tenant
        assert _roles(trattoria)[EMAIL] == "host"

    def test_another_user_cannot_accept(self, trattoria: Place, bistro: Place) -> None:
        token = invitation_links.token_of(_invite(trattoria))

        with pytest.raises(joining.NotTheInvitee):
            joining.join(token, bistro.owner)
        assert bistro.owner.email not in _roles(trattoria)

    def test_a_link_is_good_once(self, trattoria: Place) -> None:
        token = invitation_links.token_of(_invite(trattoria))
        _tenant, anna = joining.register(token, name="Anna", password=PASSWORD)
        with trattoria.enter():
            members.remove(Membership.objects.get(user=anna))

        with pytest.raises(invitation_links.InvitationClosed):
            joining.join(token, anna)
        assert EMAIL not in _roles(trattoria)


class TestTheLink:
    def test_is_good_for_seven_days_to_the_second(self, trattoria: Place) -> None:
        start = datetime.datetime(2027, 5, 1, 18, 0, tzinfo=datetime.UTC)
        with time_machine.travel(start, tick=False):
            token = invitation_links.token_of(_invite(trattoria))

        with time_machine.travel(start + datetime.timedelta(days=7, seconds=-1), tick=False):
            assert joining.offer(token).invitation.email == EMAIL
        with time_machine.travel(start + datetime.timedelta(days=7), tick=False):
            for act in (joining.offer, lambda one: joining.register(one, name="Anna", password=PASSWORD)):
                with pytest.raises(invitation_links.InvitationClosed):
                    act(token)
        assert not User.objects.filter(email=EMAIL).exists()

    def test_sent_again_is_good_for_seven_more_days_and_the_old_one_is_not(self, trattoria: Place) -> None:
        start = timezone.now()
        with time_machine.travel(start, tick=False):
            invitation = _invite(trattoria)
            old = invitation_links.token_of(invitation)
        with time_machine.travel(start + datetime.timedelta(days=5), tick=False):
            with TestCase.captureOnCommitCallbacks(execute=True), trattoria.enter():
                new = invitation_links.token_of(invitations.resend(invitation))
            assert len(mail.outbox) == 2

        with time_machine.travel(start + datetime.timedelta(days=8), tick=False):
            with pytest.raises(invitation_links.InvitationClosed):
                joining.offer(old)
            assert joining.offer(new).invitation == invitation

    def test_withdrawn_is_void(self, trattoria: Place) -> None:
        invitation = _invite(trattoria)
        token = invitation_links.token_of(invitation)
        with trattoria.enter():
            invitations.withdraw(invitation)
            with pytest.raises(invitation_links.InvitationClosed):
                invitations.resend(invitation)

        with pytest.raises(invitation_links.InvitationClosed):
            joining.offer(token)

    def test_that_was_tampered_with_is_void(self, trattoria: Place, bistro: Place) -> None:
        invitation = _invite(trattoria)
        token = invitation_links.token_of(invitation)
        content, rest = token.split(":", 1)
        foreign = [str(bistro.id), str(invitation.pk), EMAIL, "owner"]
        forged = signing.dumps(foreign, salt=invitation_links.SALT, key="another-secret-key")
        elsewhere = signing.dumps(foreign, salt="password-reset")

        for bad in ("", "x", ":::", token[:-1], f"{content[:-2]}:{rest}", forged, elsewhere, "\x00", "é" * 10_000):
            with pytest.raises(invitation_links.InvitationClosed):
                joining.offer(bad)

    def test_signed_by_us_for_another_tenant_opens_nothing(self, trattoria: Place, bistro: Place) -> None:
        """Even our own signature over a foreign pair of ids finds no row: the scope is the tenant of the link."""
        invitation = _invite(trattoria)
        content = [str(bistro.id), str(invitation.pk), EMAIL, "host"]

        with pytest.raises(invitation_links.InvitationClosed):
            joining.offer(signing.dumps(content, salt=invitation_links.SALT))
        with scope.enter(trattoria.id, scope.SYSTEM):
            assert Invitation.objects.get().accepted_at is None
