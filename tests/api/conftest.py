"""Whom the campaigns of the API tests go to."""

from __future__ import annotations

import pytest

from tests import kept
from tests.outreach.people import agree, contact, leave
from tests.personas import Bearer


@pytest.fixture
def key(trattoria, bearer):
    return bearer(trattoria)


@pytest.fixture
def guests(key, trattoria):
    """Anna and Bruno agreed to e-mail of Centro, Carla agreed and left, Dario never agreed, Elena has only a phone."""
    with trattoria.enter():
        return five_guests(trattoria)


@kept.again
def five_guests(place):
    key, found = Bearer.of(place), {}
    for name, language in (("anna", "it"), ("bruno", "fr"), ("carla", "it"), ("dario", "it")):
        email = f"{name}@example.com"
        found[name] = contact(key, first_name=name.title(), email=email, phone="", language=language)
    found["elena"] = contact(key, first_name="Elena", email="", phone="+393331234567", language="it")
    for name in ("anna", "bruno", "carla"):
        agree(key, found[name], place)
    leave(key, found["carla"], place)
    return found


@pytest.fixture
def group(key, guests):
    made = key.post("groups/", {"name": "Wine evenings"}).json()["id"]
    key.post(f"groups/{made}/contacts/", {"contacts": list(guests.values())})
    return made
