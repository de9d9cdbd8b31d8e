"""When something happened, as those say who tell us of it: never in the future (R-WRITE-2). Source: ours.

The clocks of tills, portals and apps differ from ours by minutes, not more. One that runs a little ahead is no reason to
lose what it tells: that counts as of now, or it would be newer than what comes next.
"""

from __future__ import annotations

import datetime

from django.utils.translation import gettext_lazy as _

from tenants.refusal import Refusal

CLOCK_DRIFT = datetime.timedelta(minutes=5)


class InFuture(Refusal):
    code = "in_future"
    status = 400
    default_message = _("This time is still to come.")


def of(told: datetime.datetime | None, *, field: str, now: datetime.datetime) -> datetime.datetime:
    """The time of what is told `now`: as told, at the latest now, and now when no time was told. Raises InFuture."""
    if told is None:
        return now
    if told > now + CLOCK_DRIFT:
        raise InFuture(field=field)
    return min(told, now)
