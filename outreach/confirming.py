"""A mailed code proves that who registers in the app owns the e-mail (R-CRM-8; source M, limits ours).

Until then the answer is the same for an e-mail that is known and one that is not: nobody looks it up before the code is
told. A code has six digits, lasts 24 hours, is void after five wrong tries and when a newer one was asked for. It is kept
nowhere: it follows from the row's id and the installation's secret. Tries are counted beside the database, since a refused
request is rolled back; an e-mail, and a user, get at most five codes in 24 hours.
"""

from __future__ import annotations

import datetime
from dataclasses import asdict
from uuid import UUID

from django.core.cache import cache
from django.db import transaction
from django.db.models import Q
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from crm import identity
from crm.editing import InvalidEmail
from crm.guest_data import Guest
from outreach import confirmation_codes, following, registering, tasks
from outreach.models import Confirmation, Follower
from outreach.registering import Registered
from tenants import scope
from tenants.refusal import Refusal

LIFETIME = datetime.timedelta(hours=24)
MOST_TRIES = 5
MOST_CODES = 5


class EmailNeeded(Refusal):
    code = "required"
    status = 400
    default_message = _("Give an e-mail: only a trusted key vouches for the owner of a phone.")


class TooManyCodes(Refusal):
    code = "too_many_codes"
    status = 429
    default_message = _("Too many codes were asked for: wait a day.")


class TooManyTries(Refusal):
    code = "too_many_tries"
    status = 429
    default_message = _("Too many wrong codes: ask for a new one.")


class ConfirmationClosed(Refusal):
    code = "confirmation_closed"
    status = 410
    default_message = _("No code is waited for, or it has expired: ask for a new one.")


class WrongCode(Refusal):
    code = "wrong_code"
    default_message = _("This is not the code that was mailed.")


def ask(follower: Follower, guest: Guest, *, at: datetime.datetime) -> Confirmation:
    """Mail a code to the guest's e-mail; only the newest one counts.

    Raises EmailNeeded, InvalidEmail, TooManyCodes, and registering.AlreadyRegistered for a user with an account.
    """
    email = _email(guest)
    following.wait_for(follower)
    registering.check_may_register(follower)
    _check_count(follower, email, at)
    confirmation = Confirmation(
        follower=follower, email=email, guest=_kept(guest), created_at=at, expires_at=at + LIFETIME
    )
    confirmation.save(force_insert=True)
    _ring(confirmation)
    return confirmation


def confirm(follower: Follower, code: str, *, at: datetime.datetime) -> Registered:
    """Register the user as the guest whose code this is.

    Raises ConfirmationClosed, TooManyTries, WrongCode, and what registering.register raises.
    """
    confirmation = _newest(follower)
    if confirmation is None or confirmation.expires_at <= at:
        raise ConfirmationClosed
    _count_try(confirmation)
    if not constant_time_compare(code, confirmation_codes.code_of(confirmation)):
        raise WrongCode(field="code")
    registered = registering.register(follower, _guest(confirmation), is_phone_proven=False, at=at)
    Confirmation.objects.filter(follower=follower).delete()
    return registered


def _email(guest: Guest) -> str:
    verdict = identity.check(guest.email, "", None).email
    if verdict.value is not None:
        return verdict.value
    if verdict.code is not None:
        raise InvalidEmail(field="guest.email", suggestion=verdict.suggestion)
    raise EmailNeeded(field="guest.email")


def _check_count(follower: Follower, email: str, at: datetime.datetime) -> None:
    """Nobody's mailbox is filled by us, and nobody gets tries without end."""
    recent = Confirmation.objects.filter(created_at__gt=at - LIFETIME)
    of_either = recent.filter(Q(follower=follower) | Q(email=email)).values_list("follower", "email")
    codes = list(of_either)
    of_user = sum(follower_id == follower.pk for follower_id, _email in codes)
    of_email = sum(asked == email for _follower_id, asked in codes)
    if max(of_user, of_email) >= MOST_CODES:
        raise TooManyCodes


def _newest(follower: Follower) -> Confirmation | None:
    """The last code asked for. One code is not confirmed twice at once."""
    following.wait_for(follower)
    newest: Confirmation | None = Confirmation.objects.filter(follower=follower).order_by("-created_at", "-pk").first()
    return newest


def _count_try(confirmation: Confirmation) -> None:
    """Counted before the code is compared: tries sent at once are all counted."""
    key = f"confirmation-tries:{scope.tenant_id()}:{confirmation.pk}"
    cache.add(key, 0, timeout=LIFETIME.total_seconds())
    if cache.incr(key) > MOST_TRIES:
        raise TooManyTries


def _kept(guest: Guest) -> dict[str, str]:
    said = {name: value for name, value in asdict(guest).items() if value}
    return {name: value if isinstance(value, str) else value.isoformat() for name, value in said.items()}


def _guest(confirmation: Confirmation) -> Guest:
    said = dict(confirmation.guest)
    stated = said.pop("registered_at", None)
    return Guest(**said, registered_at=None if stated is None else datetime.datetime.fromisoformat(stated))


def _ring(confirmation: Confirmation) -> None:
    """A broker that is down mails nothing: the user asks for another code."""
    ids: dict[str, UUID] = {"tenant_id": scope.tenant_id(), "confirmation_id": confirmation.pk}
    words = {name: str(value) for name, value in ids.items()}
    transaction.on_commit(lambda: tasks.mail_confirmation.apply_async(kwargs=words), robust=True)
