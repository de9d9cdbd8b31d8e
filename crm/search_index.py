"""The words by which contacts are found, kept in a table of tokens (R-CRM-4).

See crm.search_text for what the tokens are, crm.search for how they are asked.
"""

from __future__ import annotations

from collections.abc import Sequence

from crm import search_text
from crm.models import Contact, SearchToken
from tenants import rows, scope


def rewrite(contacts: Sequence[Contact]) -> None:
    """Make the tokens of these contacts say what their fields say."""
    if contacts:
        remove(contacts)
        rows.insert(tokens(contacts))


def tokens(contacts: Sequence[Contact]) -> rows.Columns:
    """The tokens of contacts that have none yet."""
    words = [(contact.pk, _words(contact)) for contact in contacts]
    signed = [(pk, token, sign) for pk, own in words for sign in [search_text.signature(own)] for token in own]
    return rows.Columns(
        SearchToken,
        {
            "tenant": [scope.tenant_id()] * len(signed),
            "token": [token for _pk, token, _sign in signed],
            "contact": [pk for pk, _token, _sign in signed],
            "signature": [sign for _pk, _token, sign in signed],
        },
    )


def remove(contacts: Sequence[Contact]) -> None:
    SearchToken.objects.filter(contact__in=[contact.pk for contact in contacts]).delete()


def _words(contact: Contact) -> list[str]:
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
