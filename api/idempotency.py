"""A POST sent twice acts once: the header Idempotency-Key (API.md, Conventions; ARCHITECTURE.md, Concurrency).

The answer is stored in the transaction of the work itself, so that there is never work without its answer or an answer
without its work. Only what is committed with a 2xx is kept, for 72 hours, per credential. A second request with the key
gets the first answer; with another body 422; while the first still runs 409. Answers that show a secret are never kept.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import re
from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request

from api.models import IdempotentAnswer
from api.problems import Problem, refused_field
from crm import named_in_text
from crm.known_addresses import Addresses
from tenants import lookup, scope
from tenants.models import Venue

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
KEPT = datetime.timedelta(hours=72)
VALID_KEY = re.compile(r"[\x21-\x7e]{1,255}")
# What belongs to the answer besides its body; everything else is of the moment.
KEPT_HEADERS = ("ETag", "Location")


def once(
    request: Request, act: Callable[[], HttpResponse], *, keeps_answer: bool, subject: Callable[[], UUID | None]
) -> HttpResponse:
    """Run `act`, or repeat the answer it gave under this key. `subject` names the contact the answer speaks of."""
    key = request.META.get("HTTP_IDEMPOTENCY_KEY")
    if key is None:
        return act()
    if not VALID_KEY.fullmatch(key):
        raise refused_field(HEADER, "invalid", _("Use 1 to 255 printable ASCII characters without spaces."))
    _lock(key)
    fingerprint = _fingerprint(request)
    earlier = _earlier(key)
    if earlier is not None:
        return _replay(earlier, fingerprint)
    response = act()
    if keeps_answer and 200 <= response.status_code < 300:
        _keep(key, fingerprint, response, subject())
    return response


def forget_older_than(instant: datetime.datetime) -> int:
    """Delete the answers of the tenant in force that nobody may ask for any more; answers how many."""
    return IdempotentAnswer.objects.filter(created_at__lt=instant).delete()[0]


def forget_contacts(contact_ids: Iterable[UUID]) -> int:
    """Delete the answers that speak of these contacts (R-PRIV-1)."""
    return IdempotentAnswer.objects.filter(contact_id__in=list(contact_ids)).delete()[0]


def forget_ids(ids: Iterable[str]) -> int:
    """Delete the answers in whose body one of these ids stands."""
    return int(_holding(_SAYS, list(ids)).delete()[0])


def forget_naming(sought: Addresses) -> int:
    """Delete the answers that name somebody by one of these addresses, such as the sample of an uploaded list."""
    countries = set(Venue.objects.values_list("country", flat=True))
    found = _holding(f"{_SAYS} OR {_HAS_DIGITS}", *named_in_text.traces(sought)).values_list("pk", "body")
    named = [pk for pk, body in found if any(_names(json.loads(bytes(body)), one, sought) for one in countries)]
    return int(IdempotentAnswer.objects.filter(pk__in=named).delete()[0])


def _holding(condition: str, *values: list[str]) -> QuerySet[IdempotentAnswer]:
    named = RawSQL(condition, values, output_field=BooleanField())  # noqa: S611 (our own statement)
    found: QuerySet[IdempotentAnswer] = IdempotentAnswer.objects.annotate(is_named=named).filter(is_named=True)
    return found


# Bodies are JSON.
_SAYS = "EXISTS (SELECT FROM unnest(%s::text[]) AS said WHERE strpos(lower(convert_from(body, 'UTF8')), said) > 0)"
_HAS_DIGITS = (
    "EXISTS (SELECT FROM unnest(%s::text[]) AS digits "
    r"WHERE strpos(regexp_replace(convert_from(body, 'UTF8'), '\D', '', 'g'), digits) > 0)"
)


def _names(said: Any, country: str, sought: Addresses) -> bool:
    if isinstance(said, dict | list):
        return any(_names(one, country, sought) for one in (said.values() if isinstance(said, dict) else said))
    return isinstance(said, str) and bool(named_in_text.addresses_in(said, country, sought))


def forget_everywhere() -> int:
    """The periodic clean-up over all tenants."""
    limit, deleted = timezone.now() - KEPT, 0
    for tenant_id in lookup.all_tenants():
        with scope.enter(tenant_id, scope.WORKER):
            deleted += forget_older_than(limit)
    return deleted


def _lock(key: str) -> None:
    """Held until the request's transaction ends: nobody looks before the first request has committed."""
    current = scope.current()
    name = f"idempotency:{current.tenant_id}:{current.actor.id}:{key}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [name])
        (taken,) = cursor.fetchone()
    if not taken:
        detail = _("The first request with this key is still running; ask again in a moment.")
        raise Problem(409, "idempotency_in_progress", detail, headers={"Retry-After": "1"})


def _earlier(key: str) -> IdempotentAnswer | None:
    found: IdempotentAnswer | None = IdempotentAnswer.objects.filter(credential_id=scope.actor().id, key=key).first()
    if found is not None and found.created_at < timezone.now() - KEPT:
        found.delete()
        return None
    return found


def _replay(earlier: IdempotentAnswer, fingerprint: bytes) -> HttpResponse:
    if bytes(earlier.fingerprint) != fingerprint:
        raise Problem(422, "idempotency_mismatch", _("This key was used before with another request."))
    content_type = earlier.headers.get("Content-Type", "application/json")
    response = HttpResponse(bytes(earlier.body), status=earlier.status, content_type=content_type)
    for name, value in earlier.headers.items():
        response[name] = value
    response[REPLAYED] = "true"
    return response


def _keep(key: str, fingerprint: bytes, response: HttpResponse, contact_id: UUID | None) -> None:
    IdempotentAnswer.objects.create(
        credential_id=scope.actor().id,
        key=key,
        fingerprint=fingerprint,
        status=response.status_code,
        body=response.content,
        headers={name: response[name] for name in ("Content-Type", *KEPT_HEADERS) if name in response},
        contact_id=contact_id,
    )


def _fingerprint(request: Request) -> bytes:
    """Method, path, query and body. An upload counts by its parts, since each attempt draws another boundary."""
    digest = hashlib.sha256()
    digest.update(f"{request.method} {request.get_full_path()}\0".encode())
    for part in _body_parts(request):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.digest()


def _body_parts(request: Request) -> Iterable[bytes]:
    wrapped: HttpRequest = request._request
    if not str(wrapped.content_type).startswith("multipart/"):
        yield wrapped.body
        return
    parts: QueryDict = request.data  # type: ignore[assignment]
    for name, values in sorted(parts.lists()):
        for value in values:
            yield name.encode()
            yield from value.chunks() if hasattr(value, "chunks") else [str(value).encode("utf-8", "replace")]
    for upload in request.FILES.values():
        upload.seek(0)
