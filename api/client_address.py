"""The address a request came from; behind proxies, the entry of X-Forwarded-For that the trusted ones vouch for."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest

NETWORK_OF_A_CLIENT = 64


def of(request: HttpRequest) -> str:
    """The client's address; an IPv6 client is its /64, since it owns all addresses of it."""
    hops: int = settings.TRUSTED_PROXY_COUNT
    forwarded = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    text = forwarded[-hops] if 0 < hops <= len(forwarded) else request.META.get("REMOTE_ADDR", "")
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.IPv6Network((address, NETWORK_OF_A_CLIENT), strict=False).network_address)
    return str(address)
