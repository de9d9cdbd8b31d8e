"""Inviting and accepting in the browser (R-PRIV-3)."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.test import Client, TestCase

from staff import accounts, invitations, members
from tenants.permissions import Role
from tests.personas import Place

pytestmark = pytest.mark.usefixtures("db")

EMAIL = "anna@example.com"
PASSWORD = "seven-quiet-olives"
MEMBERS = "/t/trattoria/settings/staff/"


def _invite(place: Place, role: str = "host") -> str:
    """Invite in the browser; the path of the link in the mail."""
    with TestCase.captureOnCommitCallbacks(execute=True):
        answer = place.signed_in().post(MEMBERS, {"email": EMAIL, "role": role})
    assert answer.status_code == 302
    found = re.search(r"https?://[^/\s]+(/\S+)", str(mail.outbox[-1].body))
    assert found is not None
    return found[1]


def _role(place: Place) -> str | None:
    with place.enter():
        member = members.everyone().filter(user__email=EMAIL).first()
        return None if member is None else str(member.role)


def test_somebody_new_accepts_with_a_password_and_is_signed_in(trattoria: Place) -> None:
    path = _invite(trattoria)
    newcomer = Client()
    assert "Trattoria" in newcomer.get(path).content.decode()

    answer = newcomer.post(path, {"name": "Anna", "password": PASSWORD})

    assert (answer.status_code, answer.headers["Location"]) == (302, "/t/trattoria/")
    assert newcomer.get("/t/trattoria/").status_code == 200
    assert _role(trattoria) == "host"


def test_a_weak_password_is_refused_at_its_field(trattoria: Place) -> None:
    path = _invite(trattoria)

    answer = Client().post(path, {"name": "Anna", "password": "password"})

    assert answer.status_code == 400
    assert _role(trattoria) is None


def test_who_has_an_account_signs_in_first(trattoria: Place) -> None:
    anna, _password = accounts.account(EMAIL, password=PASSWORD)
    path = _invite(trattoria)

    answer = Client().get(path)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/accounts/login/?next={path}")

    client = Client()
    client.force_login(anna)
    assert client.post(path).status_code == 302
    assert _role(trattoria) == "host"


def test_another_user_who_opens_the_link_gets_nothing(trattoria: Place, bistro: Place) -> None:
    accounts.account(EMAIL, password=PASSWORD)
    path = _invite(trattoria)

    assert bistro.signed_in().post(path).status_code == 403

    assert _role(trattoria) is None
    with trattoria.enter():
        assert not members.everyone().filter(user=bistro.owner).exists()


@pytest.mark.parametrize("token", ["x", "a:b:c", "%00", "é" * 50])
def test_a_damaged_link_is_gone(trattoria: Place, token: str) -> None:
    assert Client().get(f"/invitation/{token}/").status_code == 410


def test_a_withdrawn_link_is_gone(trattoria: Place) -> None:
    path = _invite(trattoria)
    with trattoria.enter():
        waiting = invitations.waiting().get()

    assert trattoria.signed_in().post(f"/t/trattoria/settings/invitations/{waiting.pk}/withdraw/").status_code == 302

    assert Client().get(path).status_code == 410


def test_sent_again_it_is_mailed_again(trattoria: Place) -> None:
    _invite(trattoria)
    with trattoria.enter():
        waiting = invitations.waiting().get()

    with TestCase.captureOnCommitCallbacks(execute=True):
        trattoria.signed_in().post(f"/t/trattoria/settings/invitations/{waiting.pk}/resend/")

    assert [message.to for message in mail.outbox] == [[EMAIL], [EMAIL]]


def test_the_page_of_a_manager_shows_no_link_that_makes_an_owner(trattoria: Place) -> None:
    _invite(trattoria, Role.OWNER)

    assert "/invitation/" in trattoria.signed_in().get(MEMBERS).content.decode()
    assert "/invitation/" not in trattoria.signed_in("manager").get(MEMBERS).content.decode()


def test_a_manager_can_neither_invite_nor_send_again_an_owner(trattoria: Place) -> None:
    _invite(trattoria, Role.OWNER)
    with trattoria.enter():
        waiting = invitations.waiting().get()
    manager = trattoria.signed_in("manager")

    with TestCase.captureOnCommitCallbacks(execute=True):
        manager.post(MEMBERS, {"email": "boss@example.com", "role": "owner"})
        manager.post(f"/t/trattoria/settings/invitations/{waiting.pk}/resend/")

    assert len(mail.outbox) == 1
