"""What the database finds is what the words say, whichever way it looks (R-CRM-4)."""

from __future__ import annotations

import random

import pytest
from django.utils import timezone

from crm import bin as contact_bin
from crm import editing, intake, listing, search, search_text
from crm.channel import Channel
from crm.guest_data import Guest, Intake
from crm.models import Contact
from tests.personas import Place

FIRST_NAMES = ["Anna", "Anna Maria", "Nicolò", "Łukasz", "Jean-Luc", "", "Ròsa"]
LAST_NAMES = ["Rossi", "De Rossi", "D'Angelo", "Rossini", "Żółć", "", "Ross"]
COMPANIES = ["", "Studio Rossi & figli", "100% Pasta", "under_score"]
FIELDS = ("first_name", "last_name", "nickname", "email", "company", "code", "phone")
PIECES = [
    *("anna", "ann", "rossi", "ros", "DE", "d'angelo", "zolc", "łuk", "maria", "studio", "100%", "_", "example", "@"),
    *("333", "+39 333 10", "0039333", "22 17", "104", "net", "guest1", "(333) 104-22", "%", "guest.1@example.net"),
]


@pytest.fixture
def guests(inside: Place) -> list[Contact]:
    chance, now = random.Random(7), timezone.now()
    drawn = [
        Guest(
            first_name=chance.choice(FIRST_NAMES),
            last_name=chance.choice(LAST_NAMES),
            company=chance.choice(COMPANIES),
            email=f"guest.{number}@example.net" if number % 3 else "",
            phone=f"+3933310422{number + 10}",
        )
        for number in range(60)
    ]
    intake.receive_many([Intake(guest, Channel.WEB, inside.venue, now) for guest in drawn])
    found = list(Contact.objects.order_by("pk"))
    for contact in found[:20]:
        editing.edit(contact, {"last_name": chance.choice(LAST_NAMES), "nickname": chance.choice(FIRST_NAMES)})
    for contact in found[20:30]:
        contact_bin.delete(contact)
    for contact in found[25:30]:
        contact_bin.restore(contact)
    return list(listing.active())


@pytest.mark.parametrize(("latest", "few"), [(search.LATEST, search.FEW), (search.LATEST, 0), (40, 5), (5, 0)])
def test_the_database_finds_what_the_words_say(
    guests: list[Contact], latest: int, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a list that is longer than what is looked at first, and of words that many have: the constants stand for those."""
    monkeypatch.setattr(search, "LATEST", latest)
    monkeypatch.setattr(search, "MANY_AMONG_THEM", min(search.MANY_AMONG_THEM, latest // 5))
    monkeypatch.setattr(search, "FEW", few)
    chance = random.Random(latest + few)

    for _number in range(60):
        q = _query(chance)
        told = {contact.pk for contact in guests if _is_meant(contact, q)}
        found = [contact.pk for contact in search.matching(listing.active(), q, country="IT")]
        assert sorted(found) == sorted(told), q


def _query(chance: random.Random) -> str:
    words = [chance.choice(PIECES) for _number in range(chance.randint(0, 3))]
    text = " ".join(words)
    return chance.choice([text, f'"{text}"', f'{text} "{chance.choice(PIECES)}"', f'"{text}', f"“{text}” x"])


def _is_meant(contact: Contact, q: str) -> bool:
    tokens = search_text.index_tokens(**{name: getattr(contact, name) for name in FIELDS})
    query = search_text.parse(q, "IT")
    return all(
        any(
            token.startswith(needle.prefix) or (needle.digits and token.startswith(f"#{needle.digits}"))
            for token in tokens
        )
        for needle in query.needles
    ) and all(search_text.phrase_pattern(phrase) in contact.phrase_text for phrase in query.phrases)
