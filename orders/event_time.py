"""An order or a receipt has happened: its time is not in the future, but for a clock that is a little ahead. Source: ours."""

from __future__ import annotations

import datetime

from django.utils.translation import gettext_lazy as _

from tenants.refusal import Refusal

# Clocks of tills and shops differ from ours by minutes, not more.
TOLERANCE = datetime.timedelta(minutes=5)


class InFuture(Refusal):
    code = "in_future"
    status = 400
    default_message = _("This time is still to come.")


def check(at: datetime.datetime, *, field: str, now: datetime.datetime) -> None:
    """Raise InFuture on this field for a time that is still to come."""
    if at > now + TOLERANCE:
        raise InFuture(field=field)
