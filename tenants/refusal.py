"""What every "no" of the domain looks like.

A rule that refuses raises a subclass of `Refusal`, which lives beside that rule. The API answers it as problem+json,
the dashboard as a form error; neither door decides anything itself.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.functional import Promise


class Refusal(Exception):
    """A named refusal: a stable `code`, the HTTP `status` it answers with, and a sentence that says what to do.

    `field` is the dotted path of the input at fault, when there is one. `extra` holds public members that are added to
    the answer, such as the id of the contact that already has an e-mail.
    """

    code: ClassVar[str]
    status: ClassVar[int] = 422
    default_message: ClassVar[str | Promise] = ""

    def __init__(self, message: str | Promise = "", *, field: str | None = None, **extra: Any) -> None:
        self.message = message or self.default_message
        self.field = field
        self.extra = extra
        super().__init__(str(self.message))
