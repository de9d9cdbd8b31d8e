"""The pages of one tenant, under /t/<slug>/."""

from __future__ import annotations

from django.urls import path

from dashboard import board, choices, keys, members, venues

app_name = "dashboard"
urlpatterns = [
    path("", board.board, name="board"),
    path("board/", board.rows, name="board_rows"),
    path("close/", board.close, name="close_day"),
    path("venue/", choices.choose_venue, name="venue"),
    path("discreet/", choices.toggle_discreet, name="discreet"),
    path("more/", choices.more, name="more"),
    path("settings/", choices.settings, name="settings"),
    path("settings/venues/", venues.listing, name="venues"),
    path("settings/venues/new/", venues.add, name="venue_new"),
    path("settings/venues/<uuid:id>/", venues.edit, name="venue_edit"),
    path("settings/staff/", members.listing, name="members"),
    path("settings/staff/<uuid:id>/", members.change_role, name="member"),
    path("settings/staff/<uuid:id>/remove/", members.remove, name="member_remove"),
    path("settings/invitations/<uuid:id>/withdraw/", members.withdraw_invitation, name="invitation_withdraw"),
    path("settings/keys/", keys.listing, name="keys"),
    path("settings/keys/<uuid:id>/revoke/", keys.revoke, name="key_revoke"),
]
