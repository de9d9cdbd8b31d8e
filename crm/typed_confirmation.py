"""What is typed before personal data are cleared, compared as people read it (R-PRIV-1).

Capitals, blanks around and between words, and how an accent is put together make no difference; nobody can type a line break.
"""

from __future__ import annotations

import unicodedata

from django.utils.translation import gettext_lazy as _

from tenants.refusal import Refusal


class ConfirmationMismatch(Refusal):
    code = "confirmation_mismatch"
    default_message = _("This is not the e-mail, phone or code of the contact.")


def says(typed: str, wanted: str) -> bool:
    return _plain(typed) == _plain(wanted)


def shown(text: str) -> str:
    """The text in one line, as it is asked for."""
    return " ".join(text.split())


def _plain(text: str) -> str:
    return shown(unicodedata.normalize("NFC", text)).casefold()
