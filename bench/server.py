"""A web server that answers, as the load generator needs to know it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Server:
    """Where it answers, and the headers to send it."""

    port: int
    headers: Mapping[str, str]
