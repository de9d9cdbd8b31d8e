"""Every address under /api/v1/."""

from __future__ import annotations

from django.urls import path, re_path

from api import (
    api_keys,
    audit,
    bookings,
    consents,
    contact_history,
    contact_tags,
    contacts,
    documentation,
    imports,
    members,
    settings,
    tags,
    venues,
)
from api.endpoint import UnknownPath

urlpatterns = [
    path("openapi.json", documentation.openapi_document, name="openapi"),
    path("docs/", documentation.Documentation.as_view(), name="docs"),
    path("api-keys/", api_keys.ApiKeyList.as_view()),
    path("api-keys/<uuid:id>/", api_keys.ApiKeyDetail.as_view()),
    path("audit/", audit.AuditList.as_view()),
    path("bookings/", bookings.BookingList.as_view()),
    path("bookings/<uuid:id>/", bookings.BookingDetail.as_view()),
    path("bookings/<uuid:id>/contact/", bookings.BookingContact.as_view()),
    path("bookings/<uuid:id>/status/", bookings.BookingStatusChange.as_view()),
    path("contacts/", contacts.ContactList.as_view()),
    path("contacts/<uuid:id>/", contacts.ContactDetail.as_view()),
    path("contacts/<uuid:id>/bookings/", contact_history.ContactBookingList.as_view()),
    path("contacts/<uuid:id>/changes/", contact_history.ContactChangeList.as_view()),
    path("contacts/<uuid:id>/changes/<uuid:change>/revert/", contact_history.ContactChangeRevert.as_view()),
    path("contacts/<uuid:id>/consents/", consents.ContactConsentList.as_view()),
    path("contacts/<uuid:id>/restore/", contacts.ContactRestore.as_view()),
    path("contacts/<uuid:id>/tags/", contact_tags.ContactTags.as_view()),
    path("contacts/<uuid:id>/tags/<str:key>/", contact_tags.ContactTagDetail.as_view()),
    path("contacts/<uuid:id>/unsubscribe/", consents.ContactUnsubscribe.as_view()),
    path("contacts/<uuid:id>/visits/", contact_history.ContactVisitList.as_view()),
    path("imports/", imports.ImportList.as_view()),
    path("imports/template/", imports.ImportTemplate.as_view()),
    path("imports/<uuid:id>/", imports.ImportDetail.as_view()),
    path("imports/<uuid:id>/check/", imports.ImportCheck.as_view()),
    path("imports/<uuid:id>/start/", imports.ImportStart.as_view()),
    path("imports/<uuid:id>/cancel/", imports.ImportCancel.as_view()),
    path("imports/<uuid:id>/rows/", imports.ImportRowList.as_view()),
    path("imports/<uuid:id>/errors/", imports.ImportErrors.as_view()),
    path("members/", members.MemberList.as_view()),
    path("members/<uuid:id>/", members.MemberDetail.as_view()),
    path("members/invitations/", members.InvitationList.as_view()),
    path("members/invitations/<uuid:id>/", members.InvitationDetail.as_view()),
    path("settings/", settings.Settings.as_view()),
    path("tags/", tags.TagList.as_view()),
    path("tags/<str:key>/", tags.TagDetail.as_view()),
    path("venues/", venues.VenueList.as_view()),
    path("venues/<uuid:id>/", venues.VenueDetail.as_view()),
    re_path(r"", UnknownPath.as_view()),
]
