"""Lists of texts and ids as arrays, composed at once: the driver calls a function for each of their elements."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from psycopg.abc import Buffer
from psycopg.types.array import ListDumper

# What must be escaped in an array, or refused.
_SPECIAL = re.compile(r'["\\\0]')


class QuickListDumper(ListDumper):
    """The driver's own where a list is of something else, or of anything that must be escaped."""

    def dump(self, obj: list[Any]) -> Buffer | None:
        kinds = set(map(type, obj))
        if kinds == {UUID}:
            return b"{%s}" % ",".join([one.hex for one in obj]).encode()
        if kinds == {str} and not _SPECIAL.search("".join(obj)):
            return b'{"%s"}' % '","'.join(obj).encode()
        return super().dump(obj)
