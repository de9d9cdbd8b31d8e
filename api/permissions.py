"""What each method of an endpoint needs: `required = {"GET": Permission.CONTACTS_READ}` (R-PRIV-3).

The names are those of `tenants/permissions.py`, for staff roles and key scopes alike. A missing one is 403, and the
answer names it. A method that the table leaves out is refused too: forgetting a line must not open a door.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from api.problems import Problem
from tenants import scope
from tenants.permissions import Permission

Required = Mapping[str, Permission | None]


class HoldsPermission(BasePermission):
    """None means: any key or member of the tenant."""

    def has_permission(self, request: Request, view: Any) -> bool:
        method = "GET" if request.method == "HEAD" else str(request.method)
        required: Required = getattr(view, "required", {})
        if method not in required:
            raise Problem(403, "permission_denied", _("This is not allowed."))
        needed = required[method]
        if needed is not None:
            scope.require(needed)
        return True
