"""What `up` prints when everything runs: where to click, who may sign in, and a booking to post."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

RULE = "-" * 78


def lines(url: str, demo: dict[str, Any] | None) -> Iterator[str]:
    """The greeting, with the demo's logins, key and `curl` when there is a demo.

    `demo` is what `manage.py demo --json` printed: tenant, venues, logins, api_key, path.
    """
    yield RULE
    yield f"Coperto is running:  {url}{demo.get('path', '/') if demo else '/'}"
    yield f"API documentation:   {url}/api/v1/docs/"
    if demo:
        yield from _demo(url, demo)
    yield "Stop with Ctrl-C."
    yield RULE


def _demo(url: str, demo: dict[str, Any]) -> Iterator[str]:
    yield "Sign in as:"
    for login in demo.get("logins", []):
        yield f"  {login['role']:<9} {login['email']}  {login['password']}"
    yield f"API key:             {demo['api_key']}"
    yield "Post a booking (paste it, then look at the guest list):"
    yield from _curl(url, demo)


def _curl(url: str, demo: dict[str, Any]) -> Iterator[str]:
    tomorrow = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1)
    booking = {
        "venue": demo["venues"][0]["id"],
        "kind": "reservation",
        "channel": "web",
        "starts_at": f"{tomorrow}T19:30:00+00:00",
        "party_size": 2,
        "guest": {
            "first_name": "Giulia",
            "last_name": "Ferraro",
            "email": "giulia.ferraro@example.com",
            "phone": "+39 333 123 4567",
        },
    }
    yield f"  curl -sS {url}/api/v1/bookings/ \\"
    yield f"    -H 'Authorization: Bearer {demo['api_key']}' -H 'Content-Type: application/json' \\"
    yield f"    -d '{json.dumps(booking)}'"
