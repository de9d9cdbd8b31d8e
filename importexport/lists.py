"""Several values in one cell: tags and groups, parted by `,` `;` `|` or, in Google's exports, `:::` (R-IO-1)."""

from __future__ import annotations

import re

_PARTING = re.compile(r"\s*(?::::|[,;|\n])\s*")


def split(cell: str) -> list[str]:
    """The values in their order, each once. Labels that start with `* ` are Google's own (`* myContacts`): left out."""
    found: dict[str, str] = {}
    for part in _PARTING.split(cell):
        name = " ".join(part.split()).removeprefix("#")
        if name and not part.strip().startswith("* "):
            found.setdefault(name.casefold(), name)
    return list(found.values())
