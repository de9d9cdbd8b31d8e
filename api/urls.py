"""Every address under /api/v1/."""

from __future__ import annotations

from django.urls import path, re_path

from api import api_keys, audit, bookings, documentation, members, settings, tags, venues
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
