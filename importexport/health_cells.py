"""A file's column of allergies: who may import it, and how its cells lie in the database (R-PRIV-3).

The cells of a column that holds health data, by its field or by its heading, are sealed from the moment the rows are laid
into the database, and left out of the sample. Only who may read allergies can import them, and sees the cells; in a cell of
tags, the tags of allergies are left out for the others.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from uuid import UUID

from crm import allergies, health, sealing
from crm.sealing import Sealed
from importexport import columns, lists
from importexport.models import ImportJob

FIELD, TAGS = "allergies", "tags"
HIDDEN = "•••"
# What a sealed cell begins with, before the name of its key.
MARK = "sealed:"


def permitted(mapping: dict[str, str]) -> dict[str, str]:
    """A guessed mapping, without the column that the actor in force may not import."""
    return mapping if allergies.may_be_read() else {name: key for name, key in mapping.items() if key != FIELD}


def check(mapping: dict[str, str]) -> None:
    """Raise PermissionMissing when the mapping holds allergies and the actor in force may not read them."""
    if FIELD in mapping.values():
        health.check_right()


def places(job: ImportJob) -> frozenset[int]:
    """Which columns of the file hold health data, whether they are imported or not."""
    return _places_of(job, FIELD)


def _places_of(job: ImportJob, key: str) -> frozenset[int]:
    return frozenset(
        place
        for place, heading in enumerate(job.headings)
        if job.mapping.get(heading) == key or columns.names(heading, key)
    )


def hide(rows: Sequence[Sequence[str]], hidden: frozenset[int]) -> list[list[str]]:
    """These rows without what stands in those columns."""
    return [[HIDDEN if place in hidden and cell else cell for place, cell in enumerate(row)] for row in rows]


def seal(cells: Sequence[str], sealed: frozenset[int], job_id: UUID) -> list[str]:
    """The cells of a row as they are laid into the database."""
    return [_sealed(cell, job_id) if place in sealed and cell else cell for place, cell in enumerate(cells)]


def unseal(cells: Sequence[str], sealed: frozenset[int], job_id: UUID) -> list[str]:
    """The cells as they stood in the file. Raises sealing.Unreadable."""
    return [_opened(cell, job_id) if place in sealed else cell for place, cell in enumerate(cells)]


def shown(cells: Sequence[str], job: ImportJob) -> list[str]:
    """The cells as the actor in force may see them."""
    own = places(job)
    if allergies.may_be_read():
        return unseal(cells, own, job.pk) if own else list(cells)
    of_tags = _places_of(job, TAGS)
    return [_readable(cell) if place in of_tags else cell for place, cell in enumerate(hide([cells], own)[0])]


def _readable(cell: str) -> str:
    """A cell of tags without those of allergies."""
    names = lists.split(cell)
    hidden = allergies.named_among(names)
    return ", ".join(HIDDEN if name in hidden else name for name in names) if hidden else cell


def _sealed(cell: str, job_id: UUID) -> str:
    sealed = sealing.seal(cell, bound_to=f"import:{job_id}")
    return f"{MARK}{sealed.key_id}:{base64.b64encode(sealed.content).decode()}"


def _opened(cell: str, job_id: UUID) -> str:
    """Cells of files from before there was a seal stand as they are."""
    if not cell.startswith(MARK):
        return cell
    key_id, _colon, content = cell.removeprefix(MARK).partition(":")
    return sealing.unseal(Sealed(key_id, base64.b64decode(content)), bound_to=f"import:{job_id}")
