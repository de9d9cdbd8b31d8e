"""What the list needs to know of a fact: a booking, an order, or what else belongs to a contact and knows its guest.

The apps above crm own the facts; the rules that hold for all of them alike stand in crm.fact_locking, crm.fact_editing
and crm.fact_linking.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from django.db import models
from django.db.models import F
from django.db.models.functions import Now


class HeldFact(Protocol):
    """A row that belongs to a venue and to a contact, or to nobody. `version` is raised by every edit."""

    pk: Any
    venue: Any
    contact: Any
    version: int
    updated_at: datetime.datetime

    @property
    def contact_id(self) -> UUID | None: ...

    @property
    def venue_id(self) -> UUID: ...


class GuestFact(HeldFact, Protocol):
    """A fact with a snapshot of the guest data it came with (R-WRITE-2), which is final or not (R-WRITE-3)."""

    channel: str
    guest: Any

    @property
    def is_final(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Snapshots:
    """A table of facts that each keep the guest data they came with, in `guest`, beside `contact` and `venue`.

    `kind` is the fact's, as crm.holdings names it; `at` the column of its time; `raises` what any edit of a row sets besides.
    """

    kind: str
    model: type[models.Model]
    at: str
    raises: Mapping[str, Any] = field(default_factory=lambda: {"updated_at": Now()})


# What an edit of a fact with a version sets.
NEXT_VERSION: Mapping[str, Any] = {"version": F("version") + 1, "updated_at": Now()}
