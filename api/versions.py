"""ETag and If-Match: an edit made from a stale copy is refused with 412, so that nobody's change is lost unseen.

An object's version is raised by edits of its own fields. The header is optional; without it the last edit wins.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request

from api.problems import Problem


def etag(version: int) -> str:
    return f'"{version}"'


def check(request: Request, version: int) -> None:
    """Raise 412 `stale` unless If-Match is absent or names this version. A proxy's weak tags (`W/"3"`) count too."""
    header: str | None = request.META.get("HTTP_IF_MATCH")
    if header is None:
        return
    tags = [tag.strip().removeprefix("W/") for tag in header.split(",")]
    if "*" not in tags and etag(version) not in tags:
        raise stale(version)


def check_after(request: Request, before: int | None, after: int) -> None:
    """Raise 412 when somebody else's edit came between the check and the lock: ours raises the version by one at most."""
    if before is not None and after > before + 1 and "HTTP_IF_MATCH" in request.META:
        raise stale(after)


def stale(version: int) -> Problem:
    detail = _("This was changed in the meantime; read it again before you change it.")
    return Problem(412, "stale", detail, headers={"ETag": etag(version)})
