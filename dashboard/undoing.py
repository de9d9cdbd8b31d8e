"""A message with an Undo button, instead of a question beforehand: what it sends stands with the message (`|undo` in templates)."""

from __future__ import annotations

import json
from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse

from dashboard import context


def offer(request: HttpRequest, said: str, name: str, *args: object, values: Iterable[tuple[str, object]] = ()) -> None:
    """Say what was done; the button posts `values` to the page `name` of the tenant."""
    act = {
        "url": reverse(f"dashboard:{name}", args=[context.of(request).tenant.slug, *args]),
        "values": [(key, str(value)) for key, value in values],
    }
    messages.success(request, said, extra_tags=json.dumps(act))
