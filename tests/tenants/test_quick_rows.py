"""Rows and arrays that are made at once are those that Django and the driver make piece by piece."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DataError, models
from django.utils import timezone
from uuid_utils.compat import uuid7

from audit.models import AuditEntry
from consent.models import ConsentEntry
from crm import listing
from crm.models import Contact, ContactIdentifier, ContactStats
from orders.models import Order, OrderLine
from tenants import rows
from tenants.quick_rows import QuickRow
from tests.orders.tables import take
from tests.personas import Place


def _slowly(model: type[QuickRow], values: dict[str, Any]) -> models.Model:
    row = model.__new__(model)
    models.Model.__init__(row, **values)
    return row


def _said(row: models.Model) -> dict[str, Any]:
    state = row._state
    own = {name: value for name, value in vars(row).items() if name != "_state"}
    return {**own, "_state": (state.adding, state.db, dict(state.fields_cache))}


@pytest.mark.parametrize(
    "model", [Contact, ContactIdentifier, ContactStats, Order, OrderLine, ConsentEntry, AuditEntry]
)
def test_a_row_made_of_keywords_is_what_django_makes_of_them(inside: Place, model: type[QuickRow]) -> None:
    pk, now = uuid7(), timezone.now()
    given: dict[str, Any] = {"id": pk} if model is not ContactStats else {"contact_id": pk}
    given |= {one.attname: now for one in model._meta.concrete_fields if isinstance(one, models.DateTimeField)}

    assert _said(model(**given)) == _said(_slowly(model, given))


def test_what_a_row_refers_to_is_told_as_django_tells_it(inside: Place) -> None:
    given: dict[str, Any] = {
        "id": uuid7(),
        "venue": inside.venue,
        "contact": None,
        "created_at": None,
        "updated_at": None,
    }

    quick, slow = Order(**given), _slowly(Order, given)

    assert quick._state.fields_cache == slow._state.fields_cache
    assert (quick.venue_id, quick.venue, quick.contact_id) == (inside.venue.pk, inside.venue, None)


def test_a_keyword_that_is_no_field_is_refused(inside: Place) -> None:
    unknown = {"no_such_field": 1}

    with pytest.raises(TypeError):
        Order(**unknown)


def test_the_rows_of_a_page_are_those_of_the_orm(inside: Place) -> None:
    """Instants, documents, and what stands for never, too."""
    for number in range(3):
        take(inside, guest={"email": f"guest{number}@example.net"})
    pks = list(Contact.objects.order_by("-pk").values_list("pk", flat=True))

    found = listing.load(pks)
    told = {contact.pk: contact for contact in listing.with_figures(listing.active())}

    assert [contact.pk for contact in found] == pks
    assert [_plain(one) for one in found] == [_plain(told[pk]) for pk in pks]
    assert [_plain(one.stats) for one in found] == [_plain(told[pk].stats) for pk in pks]
    assert [one.stats.contact for one in found] == found


def _plain(row: models.Model) -> dict[str, Any]:
    return {name: value for name, value in vars(row).items() if name != "_state"}


@pytest.mark.parametrize(
    "texts",
    [
        ["plain", "with space", "comma,", "{braces}", "NULL", "", "é ł 漢"],
        ['a "quote"', "back\\slash", "\n\t", "plain"],
        ["some", None, "none"],
        [],
    ],
)
def test_a_list_of_texts_arrives_as_it_was(inside: Place, texts: list[Any]) -> None:
    assert rows.run("SELECT $1::text[]", texts) == [(texts,)]


def test_a_list_of_ids_arrives_as_it_was(inside: Place) -> None:
    ids = [uuid7(), uuid7()]

    assert rows.run("SELECT $1::uuid[]", ids) == [(ids,)]


def test_a_text_that_no_column_can_hold_is_refused(inside: Place) -> None:
    with pytest.raises(DataError):
        rows.run("SELECT $1::text[]", ["a\0b"])
