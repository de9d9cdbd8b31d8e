"""The accounts of staff: one per e-mail, whatever the number of tenants its person works for (R-PRIV-3)."""

from __future__ import annotations

import secrets

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from tenants.models import User
from tenants.refusal import Refusal

EMAIL_LENGTH = 254


class EmailInvalid(Refusal):
    code = "email_invalid"
    status = 400
    default_message = _("This is not an e-mail address.")


def account(email: str, *, name: str = "", password: str | None = None, language: str = "") -> tuple[User, str | None]:
    """The user with this e-mail and, when it had to be made, its password: the one given or a generated one.

    The address counts as verified: the operator vouches for it, or the invitation was mailed to it.
    Raises EmailInvalid.
    """
    email = checked_email(email)
    known = User.objects.filter(email=email).first()
    if known is not None:
        return known, None
    password = password or secrets.token_urlsafe(12)
    user = User.objects.create_user(email=email, password=password, name=name, language=language)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user, password


def checked_email(email: str) -> str:
    """A staff address in the form it is kept in. Raises EmailInvalid."""
    email = email.strip().lower()
    if len(email) > EMAIL_LENGTH:
        raise EmailInvalid(field="email")
    try:
        validate_email(email)
    except ValidationError as error:
        raise EmailInvalid(field="email") from error
    return email
