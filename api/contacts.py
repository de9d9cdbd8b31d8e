"""`contacts/`: the guest list, its search and filters, and editing by hand (R-CRM-4, R-CRM-5, R-WRITE-5, R-WRITE-6)."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from api import contact_filters, guest_data, pagination, shape
from api.contact_document import ContactDocument, represent
from api.contact_filters import ContactQuery
from api.endpoint import Endpoint
from api.guest_data import GuestShape
from api.permissions import Required
from api.problems import Problem
from api.schema import describe
from crm import bin as contact_bin
from crm import editing, health, listing, profile
from crm.guest_data import CrmSync
from crm.models import Contact, ContactState
from tenants.permissions import Permission

ALLERGIES = "Allergies and diet, which are kept encrypted; needs the permission health_read, else 403."


class NewContactShape(GuestShape):
    anniversary = guest_data.BirthdayText(required=False, allow_null=True, allow_blank=True, max_length=10)
    nickname = shape.OptionalText(max_length=100)
    notes = shape.OptionalText(max_length=5000)
    allergies = shape.OptionalText(max_length=health.LENGTH, help_text=ALLERGIES)

    class Meta:
        ref_name = "NewContact"


class ContactChangesShape(shape.Shape):
    """null and "" clear a field."""

    first_name = shape.OptionalText(max_length=100)
    last_name = shape.OptionalText(max_length=100)
    email = shape.OptionalText(max_length=500)
    phone = shape.OptionalText(max_length=200)
    language = guest_data.LanguageCode(required=False, allow_null=True, allow_blank=True, max_length=35)
    birthday = guest_data.BirthdayText(required=False, allow_null=True, allow_blank=True, max_length=10)
    anniversary = guest_data.BirthdayText(required=False, allow_null=True, allow_blank=True, max_length=10)
    address = shape.OptionalText(max_length=200)
    postcode = shape.OptionalText(max_length=20)
    city = shape.OptionalText(max_length=100)
    company = shape.OptionalText(max_length=120)
    nickname = shape.OptionalText(max_length=100)
    notes = shape.OptionalText(max_length=5000)
    allergies = shape.OptionalText(max_length=health.LENGTH, help_text=ALLERGIES)

    class Meta:
        ref_name = "ContactChanges"


EXAMPLE = {"first_name": "Anna", "last_name": "Rossi", "phone": "+39 333 123 4567", "notes": "Likes the garden."}


class ContactList(Endpoint):
    required: ClassVar[Required] = {"GET": Permission.CONTACTS_READ, "POST": Permission.CONTACTS_WRITE}

    def filter_parameters(self) -> list[OpenApiParameter]:
        return contact_filters.parameters()

    @describe(
        "Search and filter the guest list",
        description="All parameters can be combined. `q` finds by name, nickname, phone, e-mail, company and code.",
        query=ContactQuery,
        answer=pagination.listing(ContactDocument),
    )
    def get(self, request: Request) -> HttpResponse:
        parameters = self.query(ContactQuery)
        rows = contact_filters.narrow(listing.active(), request.query_params)
        usual = listing.usual_ordering(is_search="q" in request.query_params)
        if "updated_since" in parameters:
            rows, usual = rows.filter(updated_at__gte=parameters["updated_since"]), "updated_at"
        by = parameters.get("ordering") or usual
        return self.page(
            listing.sortable(rows, by),
            represent,
            by=by,
            table=listing.ORDERINGS,
            parameters=parameters,
            load=listing.load,
        )

    @describe(
        "Add a contact by hand",
        description="201 when it is new; 200 when the e-mail or phone was known, whose contact is then updated.",
        body=NewContactShape,
        answer=ContactDocument,
        status=(201, 200),
        example=EXAMPLE,
    )
    def post(self, request: Request) -> HttpResponse:
        values = self.body(NewContactShape)
        own = {name: values[name] for name in profile.OWN_FIELDS if values.get(name)}
        added = editing.add(guest_data.of(values), own, allergies=values.get("allergies") or "")
        self.subject = added.contact.pk
        status = 201 if added.crm_sync is CrmSync.CREATED else 200
        return answer_with_reception(self, added, status=status)


class ContactDetail(Endpoint):
    required: ClassVar[Required] = {
        "GET": Permission.CONTACTS_READ,
        "PATCH": Permission.CONTACTS_WRITE,
        "DELETE": Permission.CONTACTS_DELETE,
    }

    @describe(
        "Read a contact",
        description="One in the bin has `deleted_at`; a merged one answers with its winner; an erased one is 410.",
        answer=ContactDocument,
    )
    def get(self, request: Request, id: UUID) -> HttpResponse:
        contact = detailed(id)
        return self.answer(represent([contact])[0], version=contact.version)

    @describe(
        "Change a contact's fields",
        body=ContactChangesShape,
        answer=ContactDocument,
        example={"city": "Lodi", "nickname": ""},
    )
    def patch(self, request: Request, id: UUID) -> HttpResponse:
        contact = find(id)
        self.check_version(contact.version)
        values = self.body(ContactChangesShape, partial=True)
        told = values.pop("allergies", None)
        edited = editing.edit(contact, {name: value or "" for name, value in values.items()}, allergies=told)
        return answer_with_reception(self, edited)

    @describe("Move a contact to the bin, where it is kept for 30 days", status=204)
    def delete(self, request: Request, id: UUID) -> HttpResponse:
        contact = find(id)
        self.check_version(contact.version)
        self.empty_query()
        contact_bin.delete(contact)
        return self.answer(status=204)


class ContactRestore(Endpoint):
    required: ClassVar[Required] = {"POST": Permission.CONTACTS_DELETE}

    @describe("Bring a contact back from the bin; 409 when its key was taken", answer=ContactDocument)
    def post(self, request: Request, id: UUID) -> HttpResponse:
        contact = find(id)
        self.check_version(contact.version)
        self.empty_body()
        contact_bin.restore(contact)
        self.subject = contact.pk
        return answer_with_contact(self, contact.pk)


def find(contact_id: UUID) -> Contact:
    """A contact in the list or in the bin, for a merged id its winner (R-MERGE-4). Raises 410 for an erased one."""
    return _present(Contact.objects.all(), contact_id)


def detailed(contact_id: UUID) -> Contact:
    """The same with what its document shows."""
    return _present(listing.with_figures(Contact.objects.all()), contact_id)


def answer_with_contact(endpoint: Endpoint, contact_id: UUID, *, status: int = 200) -> HttpResponse:
    contact = detailed(contact_id)
    return endpoint.answer(represent([contact])[0], status=status, version=contact.version)


def answer_with_reception(endpoint: Endpoint, edited: editing.Edited, *, status: int = 200) -> HttpResponse:
    """The contact, and what the guest data did to it."""
    contact = detailed(edited.contact.pk)
    reception = guest_data.reception(contact=contact.pk, crm_sync=edited.crm_sync, warnings=edited.warnings, prefix="")
    return endpoint.answer(represent([contact])[0] | reception, status=status, version=contact.version)


def _present(contacts: QuerySet[Contact, Any], contact_id: UUID) -> Contact:
    contact: Contact = contacts.get(pk=contact_id)
    if contact.merged_into_id is not None:
        contact = contacts.get(pk=contact.merged_into_id)
    if contact.state == ContactState.ERASED:
        raise Problem(410, "contact_erased", _("The personal data of this contact were cleared."))
    return contact
