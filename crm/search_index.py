"""The words by which contacts are found, kept in a table of tokens (R-CRM-4).

See crm.search_text for what the tokens are, crm.search for how they are asked.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from crm import search_text
from crm.models import Contact, SearchToken
from tenants import scope


def write(contacts: Sequence[Contact], *, is_new: bool) -> None:
    """Make the tokens of these contacts say what their fields say, in one statement for all."""
    if not contacts:
        return
    if not is_new:
        SearchToken.objects.filter(contact__in=[contact.pk for contact in contacts]).delete()
    tokens, owners = [], []
    for contact in contacts:
        own = _tokens(contact)
        tokens += own
        owners += [contact.pk] * len(own)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO crm_searchtoken (tenant_id, token, contact_id) "
            "SELECT %s, t, c FROM unnest(%s::text[], %s::uuid[]) AS new (t, c)",
            [scope.tenant_id(), tokens, owners],
        )


def remove(contacts: Sequence[Contact]) -> None:
    SearchToken.objects.filter(contact__in=[contact.pk for contact in contacts]).delete()


def _tokens(contact: Contact) -> list[str]:
    return sorted(
        search_text.index_tokens(
            first_name=contact.first_name,
            last_name=contact.last_name,
            nickname=contact.nickname,
            email=contact.email,
            company=contact.company,
            code=contact.code,
            phone=contact.phone,
        )
    )
