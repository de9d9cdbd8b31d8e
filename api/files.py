"""Files that the API takes and answers: their kinds, as a choice and as media types."""

from __future__ import annotations

from importexport.files.kind import CONTENT_TYPES, FileKind

FILE_KINDS = [(kind.value, kind.value) for kind in FileKind]
FILE_TYPES = tuple(kind.partition(";")[0] for kind in CONTENT_TYPES.values())
