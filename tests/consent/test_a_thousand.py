"""A thousand guests who unsubscribed, whatever brings them back: none is marketable (R-CONSENT-2, R-MERGE-3, R-PRIV-1)."""

from __future__ import annotations

import pytest
from django.utils import timezone

from consent import reading
from consent.models import ConsentStatus
from crm import anonymous, erasure, intake, merging
from crm import bin as contact_bin
from crm.channel import Channel
from crm.guest_data import Guest, Intake
from crm.models import Contact, ContactState
from tenants import venues
from tests.api.test_problems import assert_problem
from tests.importexport.conftest import Importer
from tests.importexport.exports import made, table


def emails(count: int) -> list[str]:
    return [f"guest{number}@example.net" for number in range(count)]


def unsubscribed(count: int) -> str:
    return "E-mail;Newsletter\n" + "".join(f"{email};disiscritto\n" for email in emails(count))


def subscribed(count: int) -> str:
    """With consent and its evidence, for every row."""
    heading = "Cognome;E-mail;Newsletter;Fonte del consenso;Data del consenso;Testo del consenso\n"
    return heading + "".join(f"Rossi;{email};sì;carta;2026-01-10;Scrivetemi\n" for email in emails(count))


@pytest.fixture
def everybody_left(settings, tmp_path, commits, trattoria, count):
    """A list of nothing but unsubscribed addresses was imported: it made no contact."""
    settings.FILES_ROOT = tmp_path / "files"
    importer = Importer(trattoria)
    importer.run(unsubscribed(count))
    with trattoria.enter():
        assert not Contact.objects.exists()
    assert statuses(trattoria, count) == (count, 0)
    return importer


def statuses(place, count) -> tuple[int, int]:
    """How many are unsubscribed, and how many marketable."""
    with place.enter():
        found = reading.of_addresses(emails(count), venues=venues.oldest_first(), now=timezone.now())
    items = [one for own in found.values() for one in own]
    return sum(one.status == "unsubscribed" for one in items), sum(one.marketable for one in items)


def contacts(place) -> list[Contact]:
    with place.enter():
        return list(Contact.objects.filter(state=ContactState.ACTIVE).order_by("email"))


@pytest.mark.parametrize("count", [40, pytest.param(1000, marks=pytest.mark.nightly)])
def test_none_of_them_is_marketable_again_without_an_act_of_their_own(everybody_left, trattoria, bearer, count):
    _import(everybody_left, trattoria, count)
    _state_by_api(trattoria, bearer, count)
    _absorb(trattoria, count)
    _bin_and_back(trattoria, count)
    _erase_and_book_anew(trattoria, count)
    _import(everybody_left, trattoria, count)

    assert statuses(trattoria, count) == (count, 0)
    for channel in ("email", "sms"):
        marketable = {"venue": str(trattoria.venue.pk), "channel": channel}
        key = bearer(trattoria)
        assert len(table(key, made(trattoria, key, marketable=marketable))) == 1, "nobody below the headings"


def _import(importer, place, count):
    importer.run(subscribed(count))

    assert len(contacts(place)) == count
    assert statuses(place, count) == (count, 0)


def _state_by_api(place, bearer, count):
    key = bearer(place)
    evidence = {"source": "card", "date": "2026-01-10", "wording": "Yes"}
    consent = {"venue": str(place.venue.pk), "channel": "email", "status": "explicit", "evidence": evidence}
    for contact in contacts(place)[: count // 10]:
        assert_problem(key.post(f"contacts/{contact.pk}/consents/", consent), 403, "consent_irreversible")

    assert statuses(place, count) == (count, 0)


def _absorb(place, count):
    with place.enter():
        for contact in contacts(place)[: count // 10]:
            stranger = anonymous.create(Channel.FOLLOW, place.venue, at=timezone.now())
            merging.absorb(stranger, into=contact, at=timezone.now())

    assert statuses(place, count) == (count, 0)


def _bin_and_back(place, count):
    with place.enter():
        for contact in contacts(place)[: count // 10]:
            contact_bin.delete(contact)
            contact_bin.restore(contact)

    assert len(contacts(place)) == count
    assert statuses(place, count) == (count, 0)


def _erase_and_book_anew(place, count):
    found = contacts(place)
    with place.enter():
        for contact in found:
            erasure.erase(contact, confirm=contact.email, at=timezone.now())
        assert not ConsentStatus.objects.exists()
    assert (len(contacts(place)), statuses(place, count)) == (0, (count, 0))

    with place.enter():
        now = timezone.now()
        intake.receive_many([Intake(Guest(email=email), Channel.PHONE, place.venue, now) for email in emails(count)])
    assert (len(contacts(place)), statuses(place, count)) == (count, (count, 0))
