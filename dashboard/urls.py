"""The pages of one tenant, under /t/<slug>/."""

from __future__ import annotations

from django.urls import path

from dashboard import board, bookings, choices, contacts, imports, keys, members, venues

app_name = "dashboard"
urlpatterns = [
    path("", board.board, name="board"),
    path("board/", board.rows, name="board_rows"),
    path("close/", board.close, name="close_day"),
    path("venue/", choices.choose_venue, name="venue"),
    path("discreet/", choices.toggle_discreet, name="discreet"),
    path("more/", choices.more, name="more"),
    path("bookings/new/", bookings.add, name="booking_new"),
    path("bookings/<uuid:id>/", bookings.edit, name="booking"),
    path("bookings/<uuid:id>/link/", bookings.link, name="booking_link"),
    path("contacts/", contacts.index, name="contacts"),
    path("contacts/new/", contacts.add, name="contact_new"),
    path("contacts/<uuid:id>/", contacts.card, name="contact"),
    path("contacts/<uuid:id>/edit/", contacts.edit, name="contact_edit"),
    path("contacts/<uuid:id>/notes/", contacts.notes, name="contact_notes"),
    path("contacts/<uuid:id>/tags/", contacts.tag, name="contact_tag"),
    path("contacts/<uuid:id>/tags/<str:key>/remove/", contacts.untag, name="contact_untag"),
    path("contacts/<uuid:id>/changes/<uuid:change>/revert/", contacts.revert, name="contact_revert"),
    path("contacts/<uuid:id>/unsubscribe/", contacts.unsubscribe, name="contact_unsubscribe"),
    path("contacts/<uuid:id>/delete/", contacts.delete, name="contact_bin"),
    path("contacts/<uuid:id>/restore/", contacts.restore, name="contact_restore"),
    path("bin/", contacts.bin_list, name="bin"),
    path("imports/", imports.index, name="imports"),
    path("imports/template/", imports.template_file, name="import_template"),
    path("imports/<uuid:id>/", imports.job, name="import"),
    path("imports/<uuid:id>/columns/", imports.mapping, name="import_mapping"),
    path("imports/<uuid:id>/start/", imports.start, name="import_start"),
    path("imports/<uuid:id>/cancel/", imports.cancel, name="import_cancel"),
    path("imports/<uuid:id>/errors/", imports.errors, name="import_errors"),
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
