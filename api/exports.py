"""`exports/`: the list as a file, made by the worker (R-IO-4)."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import FileResponse, HttpResponse
from django.utils import timezone
from rest_framework.request import Request

from api import pagination, references, shape
from api.endpoint import Endpoint
from api.export_document import COLUMN_KEYS, ExportDocument, represent
from api.files import FILE_KINDS, FILE_TYPES
from api.given_filters import GivenFilters, every_fault
from api.pagination import PageShape
from api.permissions import Required
from api.schema import describe
from consent.status import ConsentChannel
from importexport.exporting import handing_out, starting
from importexport.exporting.starting import VenuesDiffer, Wish
from importexport.files.kind import CONTENT_TYPES, FileKind
from importexport.models import ExportJob, ExportKind
from tenants.models import Venue
from tenants.permissions import Permission

ORDERINGS = pagination.orderings(created_at=("created_at", "id"))


class MarketableShape(shape.Shape):
    venue = shape.Id()
    channel = shape.Choice(choices=ConsentChannel.choices)

    class Meta:
        ref_name = "MarketableInput"


class ExportShape(shape.Shape):
    kind = shape.Choice(choices=ExportKind.choices)
    format = shape.Choice(choices=FILE_KINDS, required=False, default=FileKind.XLSX.value)
    filters = GivenFilters(required=False, help_text="Parameters of the guest list; none for everybody.")
    marketable = MarketableShape(
        required=False, allow_null=True, help_text="Those alone whom the venue may write to on this channel."
    )
    venue = shape.Id(
        required=False,
        allow_null=True,
        help_text="Whose consents the file tells. A customer report needs it, or `marketable`, where there are several.",
    )
    columns = shape.Sequence(
        child=shape.Choice(choices=COLUMN_KEYS),
        required=False,
        allow_null=True,
        help_text="Further columns; for contacts all but allergies when it is absent. Allergies need a permission.",
    )

    class Meta:
        ref_name = "ExportInput"


EXAMPLE = {
    "kind": "customer_report",
    "format": "xlsx",
    "filters": {"tag": ["regular"]},
    "venue": "0198c5a0-7d1e-7000-8000-000000000001",
}


class ExportList(Endpoint):
    required: ClassVar[Required] = dict.fromkeys(("GET", "POST"), Permission.CONTACTS_EXPORT)

    @describe("List exports, newest first", query=PageShape, answer=pagination.listing(ExportDocument))
    def get(self, request: Request) -> HttpResponse:
        return self.page(_all(), represent, by="-created_at", table=ORDERINGS)

    @describe(
        "Export contacts, all or those that filters leave",
        description="The worker makes the file; follow it at `exports/{id}/`. In CSV dates are YYYY-MM-DD and phones begin with "
        "+; in English cells are parted by commas and amounts have a decimal point, in other languages it is semicolons and "
        "a comma.",
        body=ExportShape,
        answer=ExportDocument,
        status=202,
        example=EXAMPLE,
    )
    def post(self, request: Request) -> HttpResponse:
        wish = _wish(self.body(ExportShape))
        with every_fault():
            job = starting.start(wish)
        return self.answer(represent([job])[0], status=202)


class ExportDetail(Endpoint):
    required: ClassVar[Required] = {"GET": Permission.CONTACTS_EXPORT}

    @describe("Follow an export", answer=ExportDocument)
    def get(self, request: Request, id: UUID) -> HttpResponse:
        return self.answer(represent([_all().get(pk=id)])[0])


class ExportDownload(Endpoint):
    required: ClassVar[Required] = {"GET": Permission.CONTACTS_EXPORT}

    @describe(
        "The file, for a day",
        description="With `marketable`, whoever unsubscribed since it was begun is taken out of it first; a long file is then "
        "made again, and 409 `export_not_ready` until it is.",
        answer=bytes,
        media=FILE_TYPES,
    )
    def get(self, request: Request, id: UUID) -> FileResponse:
        job = _all().get(pk=id)
        self.empty_query()
        kind = FileKind(job.file_kind)
        path = handing_out.file_of(job, at=timezone.now())
        answer = FileResponse(
            path.open("rb"), as_attachment=True, filename=f"{job.kind}.{kind.value}", content_type=CONTENT_TYPES[kind]
        )
        answer.headers["Cache-Control"] = "no-store"
        return answer


def _wish(values: dict[str, Any]) -> Wish:
    """`marketable` and `venue` may both name the venue, as long as it is the same."""
    marketable = values.get("marketable")
    named = {"venue": values.get("venue"), "marketable.venue": marketable and marketable["venue"]}
    venues = [references.venue(pk, field=name) for name, pk in named.items() if pk]
    if len({venue.pk for venue in venues}) > 1:
        raise VenuesDiffer(field="venue")
    venue: Venue | None = venues[0] if venues else None
    return Wish(
        kind=ExportKind(values["kind"]),
        file_kind=FileKind(values["format"]),
        filters=values.get("filters") or {},
        venue=venue,
        channel=ConsentChannel(marketable["channel"]) if marketable else None,
        columns=values.get("columns"),
    )


def _all() -> QuerySet[ExportJob]:
    jobs: QuerySet[ExportJob] = ExportJob.objects.all()
    return jobs
