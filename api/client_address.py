"""The address a request came from; behind proxies, the entry of X-Forwarded-For that the trusted ones vouch for."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest

NETWORK_OF_A_CLIENT = 64


def of(request: HttpRequest) -> str:
    """Who is counted as one client; over IPv6 its /64, since it owns all addresses of it."""
    address = exact(request)
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.IPv6Network((address, NETWORK_OF_A_CLIENT), strict=False).network_address)
    return "unknown" if address is None else str(address)


def exact(request: HttpRequest) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The whole address; None when nobody says one."""
    hops: int = settings.TRUSTED_PROXY_COUNT
    forwarded = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    text = forwarded[-hops] if 0 < hops <= len(forwarded) else request.META.get("REMOTE_ADDR", "")
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None
