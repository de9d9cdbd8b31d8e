"""What every staff page does around its one domain call: permission, refusals as sentences, the way back.

A view parses, calls one rule and answers. A `Refusal` it does not show beside a field becomes a message on the page the
person came from; what the rule had written until then is rolled back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import transaction
from django.db.models import TextChoices
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from dashboard import context
from tenants import scope
from tenants.permissions import Permission
from tenants.refusal import Refusal
from tenants.scope import PermissionMissing

P = ParamSpec("P")
Choice = TypeVar("Choice", bound=TextChoices)
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def page(
    *permissions: Permission, methods: tuple[str, ...] = ("GET", "HEAD")
) -> Callable[[View[P]], Callable[..., Any]]:
    """A page of a tenant: needs one of `permissions`, when any are given, and answers every refusal itself."""

    def decorate(view: View[P]) -> Callable[..., Any]:
        @require_http_methods(list(methods))
        @wraps(view)
        def wrapper(request: HttpRequest, slug: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            try:
                _require_one_of(permissions)
                with transaction.atomic():
                    return view(request, *args, **kwargs)
            except PermissionMissing as refusal:
                return render(request, "403.html", {"refusal": refusal}, status=403)
            except (ObjectDoesNotExist, UnknownChoice) as error:
                raise Http404 from error
            except Refusal as refusal:
                return _answer(request, refusal)

        return wrapper

    return decorate


def act(*permissions: Permission) -> Callable[[View[P]], Callable[..., Any]]:
    """A page that only changes something and then leads elsewhere."""
    return page(*permissions, methods=("POST",))


def allow(permission: Permission) -> bool:
    """For a page that more people see than may change: true, or the refusal that names the permission."""
    scope.require(permission)
    return True


def _require_one_of(permissions: tuple[Permission, ...]) -> None:
    if permissions and not any(context.may(permission) for permission in permissions):
        scope.require(permissions[0])


def _answer(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    if request.method != "POST":
        content = {"heading": refusal.message, "explanation": ""}
        return render(request, "dashboard/message.html", content, status=refusal.status)
    messages.error(request, str(refusal.message))
    return back(request)


@contextmanager
def attempt(form: BaseForm, names: Mapping[str, str] | None = None) -> Iterator[None]:
    """Run a rule for a form: its refusal becomes an error of the field it names, and nothing half-written stays.

    The refusal stays on the form as `refusal`, for what it carries besides its sentence. `names` maps the rule's field
    names to the form's where they differ.
    """
    try:
        with transaction.atomic():
            yield
    except PermissionMissing:
        raise
    except Refusal as refusal:
        form.refusal = refusal  # type: ignore[attr-defined]
        field = (refusal.field or "").removeprefix("guest.")
        field = (names or {}).get(field, field)
        form.add_error(
            field if field in form.fields else None, ValidationError(str(refusal.message), code=refusal.code)
        )


def to(request: HttpRequest, name: str, *args: object, query: str = "") -> HttpResponseRedirect:
    """Lead to another page of the tenant."""
    address = reverse(f"dashboard:{name}", args=[context.of(request).tenant.slug, *args])
    return HttpResponseRedirect(f"{address}?{query}" if query else address)


def back(request: HttpRequest) -> HttpResponseRedirect:
    """Lead to where the person came from, within this site only; else to the start."""
    wanted = request.POST.get("next") or _referring_path(request)
    is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return HttpResponseRedirect(wanted if wanted and is_ours else "/")


def _referring_path(request: HttpRequest) -> str:
    parts = urlsplit(request.headers.get("Referer", ""))
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


class UnknownChoice(Exception):
    """A value that no page of ours offers."""


def choice_of(choices: type[Choice], value: str | None) -> Choice:
    """A value out of a closed list. Raises UnknownChoice."""
    try:
        return choices(value or "")
    except ValueError as error:
        raise UnknownChoice(value) from error


def uuid_of(text: str | None) -> UUID:
    """An id from a form or an address. Anything else is nobody's: 404."""
    try:
        return UUID(text or "")
    except ValueError as error:
        raise Http404 from error


def is_htmx(request: HttpRequest) -> bool:
    """Asked for by htmx for a part of the page; a restored page of the history wants the whole."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-History-Restore-Request") != "true"
