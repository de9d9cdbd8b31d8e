from __future__ import annotations

import pytest

from tenants.models import Venue
from tests.personas import Place


@pytest.fixture
def centro(inside: Place) -> Venue:
    """A venue under the GDPR that asks for no second confirmation."""
    return _single_opt_in(inside.venues[0])


@pytest.fixture
def mare(inside: Place) -> Venue:
    """Its sister in the same tenant."""
    return _single_opt_in(inside.venues[1])


def _single_opt_in(venue: Venue) -> Venue:
    venue.double_opt_in = False
    venue.save(update_fields=["double_opt_in"])
    return venue
