"""Every column with words on a guest is wiped by erasing, or stands here with the reason why not (R-PRIV-1).

Each such column of every table that a facet claims, and of the list's own, is filled with a word by the owner of the tables;
after erasing, the word is nowhere. A column that is added later is looked at by itself.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import connections, models

from crm import facets
from crm.models import Contact
from tests.crm.canary import Journey

WORD = "qkk"
OF_THE_SYSTEM = "made by a till, portal or provider; without it the same fact would come in a second time"
OF_STAFF = "who of the house did it"
WORDS_OF_OURS = "words of a closed list, or the house's own"
# By column; those with `choices` are words of a closed list anyway.
KEPT = {
    "bookings_booking.provider": OF_THE_SYSTEM,
    "bookings_booking.external_id": OF_THE_SYSTEM,
    "bookings_booking.status_by": OF_STAFF,
    "orders_order.provider": OF_THE_SYSTEM,
    "orders_order.external_id": OF_THE_SYSTEM,
    "orders_order.status_by": OF_STAFF,
    "orders_order.currency": WORDS_OF_OURS,
    "orders_order.taxes": WORDS_OF_OURS,
    "orders_receipt.provider": OF_THE_SYSTEM,
    "orders_receipt.external_id": OF_THE_SYSTEM,
    "orders_receipt.currency": WORDS_OF_OURS,
    "orders_receipt.taxes": WORDS_OF_OURS,
    "orders_orderattempt.currency": WORDS_OF_OURS,
    "orders_blockedaddress.digest": "a keyed hash, which keeps the block alive",
    "orders_blockedaddress.blocked_by": OF_STAFF,
    "wifi_wifisession.provider": OF_THE_SYSTEM,
    "wifi_wifisession.external_id": OF_THE_SYSTEM,
    "outreach_promotionsignup.promotion": WORDS_OF_OURS,
    "outreach_inquiry.handled_by": OF_STAFF,
    "outreach_message.error": WORDS_OF_OURS,
    "outreach_message.language": WORDS_OF_OURS,
    "outreach_message.sent_by": OF_STAFF,
    "crm_contactstats.currency": WORDS_OF_OURS,
    "crm_contactstats.by_venue": "figures",
    "crm_contactstats.by_currency": "figures",
    "crm_review.external_id": OF_THE_SYSTEM,
}
# Keys that the erasure itself looks for: tests/crm/test_erasure_canary.py looks for them afterwards.
KEYS = {
    "crm_contact.email",
    "crm_contact.phone",
    "crm_contactidentifier.value",
    "crm_searchtoken.token",
    "crm_duplicatepair.reasons",
}
WORDED = (models.CharField, models.TextField, models.JSONField)


def claimed() -> list[type[models.Model]]:
    """The tables of contacts: those that facets claim, and the list's own."""
    own = [model for model in apps.get_app_config("crm").get_models() if _of_contact(model)]
    return [Contact, *own, *(model for facet in facets.registered() for model in facet.tables())]


def _of_contact(model: type[models.Model]) -> bool:
    return any(field.name == "contact" and field.related_model is Contact for field in model._meta.concrete_fields)


def columns() -> Iterator[tuple[type[models.Model], models.Field]]:
    for model in claimed():
        for field in model._meta.concrete_fields:
            if isinstance(field, WORDED) and not field.choices:
                yield model, field


def named(model: type[models.Model], field: models.Field) -> str:
    return f"{model._meta.db_table}.{field.column}"


def whose(model: type[models.Model]) -> str:
    return "id = %s" if model is Contact else "contact_id = %s"


def filled(field: models.Field) -> str:
    """A value that a column of this kind holds."""
    return f'{{"{WORD}": "{WORD}"}}' if isinstance(field, models.JSONField) else WORD[: field.max_length or None]


def test_what_is_kept_exists_and_is_kept_for_a_reason() -> None:
    known = {named(model, field) for model, field in columns()}

    assert set(KEPT) - known == set()
    assert all(KEPT.values())


@pytest.mark.filterwarnings("ignore")
def test_every_other_column_with_words_is_wiped(commits, trattoria, settings, tmp_path) -> None:
    settings.FILES_ROOT, settings.ERASURE_LOG = tmp_path / "files", tmp_path / "erasures.jsonl"
    journey = Journey(trattoria)
    journey.go()
    looked_at = [
        (model, field)
        for model, field in columns()
        if named(model, field) not in KEPT and named(model, field) not in KEYS
    ]
    with connections["owner"].cursor() as cursor:
        for model, field in looked_at:
            if named(model, field) in ("importexport_importrow.cells", "importexport_importrow.reasons"):
                continue
            table, column = model._meta.db_table, field.column
            cursor.execute(
                f'UPDATE "{table}" SET "{column}" = %s WHERE {whose(model)}', [filled(field), journey.contact]
            )

    journey.erase()

    with connections["owner"].cursor() as cursor:
        left = []
        for model, field in looked_at:
            cursor.execute(
                f'SELECT count(*) FROM "{model._meta.db_table}" WHERE {whose(model)} AND "{field.column}"::text LIKE %s',
                [journey.contact, f"%{WORD}%"],
            )
            if cursor.fetchone() != (0,):
                left.append(named(model, field))
    assert left == []
