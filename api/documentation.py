"""Where the description is served: as a document, and as pages to browse, both without a sign-in and without a CDN."""

from __future__ import annotations

import functools
import json

from django.http import HttpRequest, HttpResponse
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularSwaggerSplitView


def openapi_document(request: HttpRequest) -> HttpResponse:
    """The whole description; made once per process, since it is the same for everybody."""
    return HttpResponse(_document(), content_type="application/json", headers={"Access-Control-Allow-Origin": "*"})


@functools.cache
def _document() -> bytes:
    schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return json.dumps(schema, default=str, ensure_ascii=False, separators=(",", ":")).encode()


class Documentation(SpectacularSwaggerSplitView):
    """Swagger UI from our own files: no CDN, no inline script or style, so that the strict content policy holds."""

    url_name = "openapi"
    template_name = "api/docs.html"
    authentication_classes = ()
    permission_classes = ()
