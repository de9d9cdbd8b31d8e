"""Reading JSON bodies that strangers send: whatever is wrong with them is a 400, never a 500."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import IO, Any, NoReturn

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser


class StrictJsonParser(BaseParser):
    """UTF-8 JSON only: no NaN, no nesting or numbers deep or long enough to exhaust the interpreter."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        # `body` rather than the stream: it holds the size limit, and the idempotency fingerprint reads it too.
        raw: bytes = (parser_context or {})["request"]._request.body
        try:
            return json.loads(raw.decode("utf-8"), parse_constant=_refuse_constant)
        except UnicodeDecodeError:
            raise ParseError(_("The body is not valid UTF-8.")) from None
        except RecursionError:
            raise ParseError(_("The body is nested too deeply.")) from None
        except ValueError as error:
            raise ParseError(_("The body is not valid JSON: %(reason)s") % {"reason": str(error)[:200]}) from None


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
