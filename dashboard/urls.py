"""The pages of one tenant, under /t/<slug>/."""

from __future__ import annotations

from django.urls import path

from dashboard import board, bookings, choices, contacts, imports, keys, members, tag_settings, venues

app_name = "dashboard"
urlpatterns = [
    path("", board.board, name="board"),
    path("board/", board.rows, name="board_rows"),
    path("close/", board.close, name="close_day"),
    path("venue/", choices.choose_venue, name="venue"),
    path("discreet/", choices.toggle_discreet, name="discreet"),
    path("more/", choices.more, name="more"),
    path("bookings/new/", bookings.add, name="booking_new"),
    path("bookings/<uuid:pk>/", bookings.edit, name="booking"),
    path("bookings/<uuid:pk>/link/", bookings.link, name="booking_link"),
    path("contacts/", contacts.index, name="contacts"),
    path("contacts/new/", contacts.add, name="contact_new"),
    path("contacts/<uuid:pk>/", contacts.card, name="contact"),
    path("contacts/<uuid:pk>/edit/", contacts.edit, name="contact_edit"),
    path("contacts/<uuid:pk>/notes/", contacts.notes, name="contact_notes"),
    path("contacts/<uuid:pk>/tags/", contacts.tag, name="contact_tag"),
    path("contacts/<uuid:pk>/tags/<str:key>/remove/", contacts.untag, name="contact_untag"),
    path("contacts/<uuid:pk>/changes/<uuid:change>/revert/", contacts.revert, name="contact_revert"),
    path("contacts/<uuid:pk>/unsubscribe/", contacts.unsubscribe, name="contact_unsubscribe"),
    path("contacts/<uuid:pk>/delete/", contacts.delete, name="contact_bin"),
    path("contacts/<uuid:pk>/restore/", contacts.restore, name="contact_restore"),
    path("bin/", contacts.bin_list, name="bin"),
    path("imports/", imports.index, name="imports"),
    path("imports/template/", imports.template_file, name="import_template"),
    path("imports/<uuid:pk>/", imports.job, name="import"),
    path("imports/<uuid:pk>/columns/", imports.mapping, name="import_mapping"),
    path("imports/<uuid:pk>/start/", imports.start, name="import_start"),
    path("imports/<uuid:pk>/cancel/", imports.cancel, name="import_cancel"),
    path("imports/<uuid:pk>/errors/", imports.errors, name="import_errors"),
    path("settings/", choices.settings, name="settings"),
    path("settings/venues/", venues.listing, name="venues"),
    path("settings/venues/new/", venues.add, name="venue_new"),
    path("settings/venues/<uuid:pk>/", venues.edit, name="venue_edit"),
    path("settings/staff/", members.listing, name="members"),
    path("settings/staff/<uuid:pk>/", members.change_role, name="member"),
    path("settings/staff/<uuid:pk>/remove/", members.remove, name="member_remove"),
    path("settings/invitations/<uuid:pk>/resend/", members.resend_invitation, name="invitation_resend"),
    path("settings/invitations/<uuid:pk>/withdraw/", members.withdraw_invitation, name="invitation_withdraw"),
    path("settings/tags/", tag_settings.listing, name="tags"),
    path("settings/tags/<uuid:pk>/rename/", tag_settings.rename, name="tag_rename"),
    path("settings/tags/<uuid:pk>/delete/", tag_settings.delete, name="tag_delete"),
    path("settings/keys/", keys.listing, name="keys"),
    path("settings/keys/<uuid:pk>/revoke/", keys.revoke, name="key_revoke"),
]
