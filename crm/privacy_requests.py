"""The register of guests' requests to see or to erase what is held on them (R-PRIV-2; GDPR, articles 12, 15 and 17).

A request is due a month after it came: on the same day of the next month, or on its last. It can be put off by two months
more, for a reason that the guest was told. Once it is done the register says what was asked, when, who settled it, and why it
took longer, since the house must be able to show that; of the guest only a keyed hash of the address stays, which shows to
whoever asks again with it that we have answered. The notes go, too. A request that is done stays as it is.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit import recording
from audit.actions import Action
from crm import email_address, months, phone_number
from crm.editing import home_venue
from crm.models import PrivacyRequest
from tenants import keyed_hash, scope
from tenants.permissions import Permission
from tenants.refusal import Refusal

MONTHS, MOST_MONTHS = 1, 3
EDITABLE = ("kind", "subject_name", "subject_address", "received_on", "due_on", "extension_reason", "notes")
# What the audit log may tell: nothing that names the guest.
IMPERSONAL = ("kind", "received_on", "due_on", "done_on")


class SubjectNeeded(Refusal):
    code = "subject_needed"
    status = 400
    default_message = _("Say who asks: a name or an address.")


class InFuture(Refusal):
    code = "in_future"
    status = 400
    default_message = _("This day is still to come.")


class DueOutOfRange(Refusal):
    code = "due_out_of_range"
    status = 400
    default_message = _("A request is due after it was received, and three months later at the latest.")


class ReasonNeeded(Refusal):
    code = "extension_reason_needed"
    status = 400
    default_message = _("Say why it takes longer than a month, as the guest was told.")


class DoneBeforeReceived(Refusal):
    code = "done_before_received"
    status = 400
    default_message = _("A request is done after it was received.")


class RequestDone(Refusal):
    code = "request_done"
    status = 409
    default_message = _("This request is done, and stays as it is.")


def due_after(received_on: datetime.date, count: int = MONTHS) -> datetime.date:
    """The day on which so many months are over."""
    return months.later(received_on, count)


def today() -> datetime.date:
    """The day it is in the house."""
    return timezone.localdate(timezone=home_venue().zone)


def register() -> QuerySet[PrivacyRequest, Any]:
    """All requests. Raises PermissionMissing."""
    scope.require(Permission.PRIVACY_MANAGE)
    return PrivacyRequest.objects.all()


def create(values: Mapping[str, Any]) -> PrivacyRequest:
    """Enter a request: `kind` and what else is known of EDITABLE. Raises what `edit` raises but RequestDone."""
    scope.require(Permission.PRIVACY_MANAGE)
    received_on = values.get("received_on") or today()
    _check_received(received_on)
    due_on = values.get("due_on") or due_after(received_on)
    request = PrivacyRequest(**{**values, "received_on": received_on, "due_on": due_on})
    _check(request)
    _take_hash(request)
    request.save(force_insert=True)
    recording.record(Action.PRIVACY_REQUEST_CREATED, request, after=_impersonal(request))
    return request


def edit(request: PrivacyRequest, changes: Mapping[str, Any]) -> PrivacyRequest:
    """Change some of EDITABLE; with `done_on` among them it is settled. A new day of receipt moves the day it is due.

    Raises RequestDone, SubjectNeeded, InFuture, DueOutOfRange, ReasonNeeded, DoneBeforeReceived, PermissionMissing.
    """
    request = _open(request)
    before, received_on = _impersonal(request), request.received_on
    for name, value in changes.items():
        setattr(request, name, value)
    _check_received(request.received_on)
    if request.received_on != received_on and "due_on" not in changes:
        request.due_on = due_after(request.received_on)
    _check(request)
    _take_hash(request)
    if request.is_done:
        _settle(request)
    request.updated_at = timezone.now()
    request.save()
    old, new = recording.changed(before, _impersonal(request))
    action = Action.PRIVACY_REQUEST_DONE if request.is_done else Action.PRIVACY_REQUEST_UPDATED
    recording.record(action, request, before=old, after=new)
    return request


def delete(request: PrivacyRequest) -> None:
    """Take out one that was entered by mistake. Raises RequestDone, PermissionMissing."""
    request = _open(request)
    recording.record(Action.PRIVACY_REQUEST_DELETED, request, before=_impersonal(request))
    request.delete()


def _open(request: PrivacyRequest) -> PrivacyRequest:
    scope.require(Permission.PRIVACY_MANAGE)
    locked: PrivacyRequest = PrivacyRequest.objects.select_for_update().get(pk=request.pk)
    if locked.is_done:
        raise RequestDone
    return locked


def _check(request: PrivacyRequest) -> None:
    if not request.subject_name and not request.subject_address:
        raise SubjectNeeded(field="subject_name")
    if request.received_on > today():
        raise InFuture(field="received_on")
    if not request.received_on < request.due_on <= due_after(request.received_on, MOST_MONTHS):
        raise DueOutOfRange(field="due_on")
    if request.due_on > due_after(request.received_on) and not request.extension_reason:
        raise ReasonNeeded(field="extension_reason")
    if request.done_on is not None and request.done_on > today():
        raise InFuture(field="done_on")
    if request.done_on is not None and request.done_on < request.received_on:
        raise DoneBeforeReceived(field="done_on")


def _check_received(received_on: datetime.date) -> None:
    """Before anything is reckoned from it."""
    if received_on > today():
        raise InFuture(field="received_on")


def _take_hash(request: PrivacyRequest) -> None:
    """Of the address in the form in which it would come again."""
    address = request.subject_address
    phone = phone_number.check(address, home_venue().country).value
    normal = email_address.check(address).value or phone or address.strip().lower()
    request.subject_hash = keyed_hash.of(normal) if normal else ""


def _settle(request: PrivacyRequest) -> None:
    request.subject_name = request.subject_address = request.notes = ""
    request.done_by = scope.actor().label


def _impersonal(request: PrivacyRequest) -> dict[str, Any]:
    return {name: getattr(request, name) for name in IMPERSONAL}
