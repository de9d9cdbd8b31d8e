"""Who registers in the app must own the e-mail: the code, its mail and its limits, and parallel logins (R-CRM-8, R-MERGE-4)."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.core import mail
from django.test import TestCase
from django.utils import timezone

from crm import editing
from crm.guest_data import Guest
from crm.models import Contact, ContactKind, ContactState
from outreach import confirmation_codes, confirmation_mail, confirming, registering, tasks
from outreach.confirming import ConfirmationClosed, WrongCode
from outreach.models import Confirmation, Follower
from outreach.registering import RegistrationStatus
from tests import parallel
from tests.crm import guests
from tests.outreach import app_users
from tests.personas import Place

ANNA = Guest(**app_users.ANNA)


def asked(place: Place, **guest: Any) -> Confirmation:
    follower = app_users.follower_of(place)
    return confirming.ask(follower, Guest(**{**app_users.ANNA, **guest}), at=timezone.now())


class TestTheMail:
    def test_brings_the_code_to_the_email_once(self, inside: Place) -> None:
        confirmation = asked(inside)

        for _delivery in range(2):
            tasks.mail_confirmation(tenant_id=str(inside.id), confirmation_id=str(confirmation.pk))

        (message,) = mail.outbox
        code = confirmation_codes.code_of(confirmation)
        assert message.to == ["anna@example.net"]
        assert code in message.subject
        assert code in message.body
        assert "Trattoria" in message.body
        assert "24 ore" in message.body
        assert Confirmation.objects.get().sent_at is not None

    def test_says_the_same_to_a_known_guest_and_to_an_unknown_one(self, inside: Place) -> None:
        guests.take(inside, **guests.ANNA)
        known = confirming.ask(app_users.follower_of(inside), ANNA, at=timezone.now())
        other = Guest(**{**app_users.ANNA, "email": "new@example.net"})
        unknown = confirming.ask(app_users.follower_of(inside, "app-2"), other, at=timezone.now())

        bodies = [
            str(confirmation_mail.compose(one, inside.tenant).body).replace(confirmation_codes.code_of(one), "CODE")
            for one in (known, unknown)
        ]

        assert bodies[0] == bodies[1]

    def test_is_rung_for_when_the_request_is_committed(self, inside: Place) -> None:
        with TestCase.captureOnCommitCallbacks() as callbacks:
            asked(inside)

        assert len(callbacks) == 1

    def test_does_not_leave_when_the_code_has_expired(self, inside: Place) -> None:
        confirmation = asked(inside)
        Confirmation.objects.update(expires_at=timezone.now())

        tasks.mail_confirmation(tenant_id=str(inside.id), confirmation_id=str(confirmation.pk))

        assert mail.outbox == []


class TestTheCode:
    def test_has_six_digits_and_differs_from_row_to_row(self, inside: Place) -> None:
        codes = [confirmation_codes.code_of(asked(inside, email=f"n{number}@example.net")) for number in range(5)]

        assert all(len(code) == 6 and code.isdigit() for code in codes)
        assert len(set(codes)) > 1

    def test_is_good_for_24_hours(self, inside: Place) -> None:
        confirmation = asked(inside)
        code = confirmation_codes.code_of(confirmation)
        end = confirmation.created_at + datetime.timedelta(hours=24)

        with pytest.raises(ConfirmationClosed):
            confirming.confirm(confirmation.follower, code, at=end)
        registered = confirming.confirm(confirmation.follower, code, at=end - datetime.timedelta(seconds=1))

        assert registered.status == RegistrationStatus.REGISTERED

    @pytest.mark.parametrize("code", ["", "12345", "1234567", "١٢٣٤٥٦", "12 456", "é" * 6])
    def test_is_compared_as_it_is(self, inside: Place, code: str) -> None:
        confirmation = asked(inside)

        with pytest.raises(WrongCode):
            confirming.confirm(confirmation.follower, code, at=timezone.now())

    def test_what_was_said_is_forgotten_when_it_has_expired(self, trattoria: Place) -> None:
        with trattoria.enter():
            created_at = asked(trattoria).created_at

        assert confirmation_codes.forget_expired(at=created_at + datetime.timedelta(hours=23)) == 0
        assert confirmation_codes.forget_expired(at=created_at + datetime.timedelta(hours=24)) == 1
        with trattoria.enter():
            assert Confirmation.objects.count() == 0

    def test_keeps_what_the_guest_said_until_then(self, inside: Place) -> None:
        stated = datetime.datetime(2025, 5, 1, 8, tzinfo=datetime.UTC)
        confirmation = asked(inside, language="it", birthday="--12-31", phone="333 104 2217", registered_at=stated)

        contact = confirming.confirm(
            confirmation.follower, confirmation_codes.code_of(confirmation), at=timezone.now()
        ).follower.contact

        assert (contact.kind, contact.language, contact.birthday, contact.phone, contact.registered_at) == (
            ContactKind.REGISTERED,
            "it",
            "--12-31",
            "+393331042217",
            stated,
        )


def test_eight_logins_of_one_user_at_once_leave_one_contact(commits: None, trattoria: Place) -> None:
    with trattoria.enter():
        own = app_users.follower_of(trattoria).contact_id

    answers = parallel.together(app_users.log_in, [(str(trattoria.id), "app-1", app_users.ANNA)] * 8)

    assert set(answers) == {str(own)}
    with trattoria.enter():
        assert Contact.objects.values_list("kind", "email").get() == ("registered", "anna@example.net")


def test_users_who_log_in_at_once_as_one_known_guest_are_all_merged_into_it(commits: None, trattoria: Place) -> None:
    """Meanwhile staff edit and lock all of these contacts: nobody waits for ever, nothing is lost."""
    with trattoria.enter():
        anna = guests.take(trattoria, **app_users.ANNA).known_contact
        own = [app_users.follower_of(trattoria, f"app-{number}").contact_id for number in range(6)]
    ids = [str(pk) for pk in (*own, anna.pk)]

    calls = [(str(trattoria.id), f"app-{number}", app_users.ANNA) for number in range(6)]
    answers = parallel.together(
        app_users.either, [("log_in", *call) for call in calls] + [("edit_and_lock", str(trattoria.id), ids, 8)] * 2
    )

    assert set(answers[:6]) == {str(anna.pk)}
    with trattoria.enter():
        merged = Contact.objects.filter(state=ContactState.MERGED)
        assert {one.merged_into_id for one in merged} == {anna.pk}
        assert {one.pk for one in merged} == set(own)
        assert set(Follower.objects.values_list("contact", flat=True)) == {anna.pk}


def test_the_users_first_venue_reads_the_phone(inside: Place) -> None:
    follower = app_users.follower_of(inside)

    registered = registering.register(follower, Guest(phone="333 104 2217"), at=timezone.now())

    assert registered.follower.contact.phone == "+393331042217"
    with pytest.raises(editing.InvalidPhone):
        registering.register(app_users.follower_of(inside, "app-2"), Guest(phone="12"), at=timezone.now())
