"""How often a caller may call: 200 a second, bursts of 1,000 per key; a widget key 60 a minute per client address.

Each credential has a bucket that fills at a steady rate (kept as the instant when it would be full again, so one number
is all there is to store); a widget's client has a count that lasts a minute from its first request. Both are judged by
one script in one round trip to Valkey, under keys that start with the tenant. A broker that is down limits nobody: it
is logged, and asked again a second later, since a guest at the door matters more than a limit.
"""

from __future__ import annotations

import functools
import logging
import time
from dataclasses import dataclass
from typing import Any

import redis
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from api import client_address
from api.problems import Problem
from tenants.permissions import Preset
from tenants.scope import Scope

logger = logging.getLogger(__name__)

# The broker answers in a fraction of a millisecond; a request must not wait for one that does not.
BROKER_TIMEOUT = 0.25
RETRY_AFTER_FAILURE = 1.0
MINUTE_MS = 60_000

# KEYS: bucket, client count ('' when there is none). ARGV: rate per second, burst, client limit, client window in ms.
# Answers: allowed, limit, remaining, milliseconds until the limit is whole again, milliseconds to wait.
SCRIPT = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
if KEYS[2] then
  local used = redis.call('INCR', KEYS[2])
  if used == 1 then redis.call('PEXPIRE', KEYS[2], ARGV[4]) end
  local limit, left = tonumber(ARGV[3]), redis.call('PTTL', KEYS[2])
  if used > limit then return {0, limit, 0, left, left} end
end
local step = 1000 / tonumber(ARGV[1])
local room = step * tonumber(ARGV[2])
local full = tonumber(redis.call('GET', KEYS[1]) or now)
if full < now then full = now end
local next = full + step
if next - now > room then return {0, tonumber(ARGV[2]), 0, math.ceil(full - now), math.ceil(next - now - room)} end
redis.call('SET', KEYS[1], string.format('%.3f', next), 'PX', math.ceil(next - now) + 1)
return {1, tonumber(ARGV[2]), math.floor((room - (next - now)) / step), math.ceil(next - now), 0}
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a caller stands: the limit, what is left of it, and the seconds until it is whole again."""

    limit: int
    remaining: int
    reset_seconds: int

    def headers(self) -> dict[str, str]:
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset_seconds),
        }


def count(request: HttpRequest, scope: Scope) -> Standing | None:
    """Count one request of the scope's actor. Raises 429; None when the broker is down."""
    keys = [f"coperto:{scope.tenant_id}:rate:{scope.actor.id}"]
    if scope.actor.preset == Preset.WIDGET:
        keys.append(f"{keys[0]}:{client_address.of(request)}")
    answer = _ask(keys)
    if answer is None:
        return None
    allowed, limit, remaining, reset_ms, wait_ms = answer
    standing = Standing(limit, remaining, _seconds(reset_ms))
    if not allowed:
        headers = {**standing.headers(), "Retry-After": str(max(1, _seconds(wait_ms)))}
        raise Problem(429, "rate_limited", _("Too many requests; wait as long as Retry-After says."), headers=headers)
    return standing


def _ask(keys: list[str]) -> list[int] | None:
    if time.monotonic() < _broker.silent_until:
        return None
    limits = (
        settings.API_RATE_PER_SECOND,
        settings.API_RATE_BURST,
        settings.API_WIDGET_RATE_PER_MINUTE,
        MINUTE_MS,
    )
    try:
        result: list[int] = _script()(keys=keys, args=limits)
    except redis.RedisError:
        logger.warning("the broker does not answer: requests are not limited", exc_info=True)
        _broker.silent_until = time.monotonic() + RETRY_AFTER_FAILURE
        return None
    return result


class _Broker:
    """When this process may ask the broker again after a failure."""

    silent_until = 0.0


_broker = _Broker()


@functools.cache
def _script() -> Any:
    client = redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=BROKER_TIMEOUT, socket_connect_timeout=BROKER_TIMEOUT, retry=None
    )
    return client.register_script(SCRIPT)


def _seconds(milliseconds: int) -> int:
    return -(-milliseconds // 1000)
