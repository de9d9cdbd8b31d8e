"""Text of several lines. A browser sends a line's end as CR LF or LF, by the way the form went; one alone is kept.

Else words nobody touched would look changed, stand in the history, and overwrite a colleague's (R-WRITE-2).
"""

from __future__ import annotations

from typing import Any

from django import forms


def with_plain_lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


class LongTextField(forms.CharField):
    """A textarea; its length counts a line's end once."""

    def __init__(self, *, rows: int, **options: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), **options)

    def to_python(self, value: Any) -> str:
        return super().to_python(with_plain_lines(value) if isinstance(value, str) else value) or ""
