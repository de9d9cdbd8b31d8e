"""The contact list as its page shows it: filter panel, chips, columns, rows, pages. Its whole state stands in the URL."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from consent import reading
from crm import details, filters, listing, saved_filters
from crm.details import Details
from crm.filters import ContactFilters
from crm.models import NEVER, Contact, ContactGroup, Segment
from dashboard import consent_marks, context, filter_panel, segment_queries, tag_marks
from dashboard.templatetags.coperto import amount
from tenants import keyset
from tenants.models import Venue
from tenants.permissions import Permission

PAGE_SIZE = 50
# Counting further costs more than anybody gains: 95 ms for a million, 1 ms up to here.
COUNTED_UP_TO = 10_000
COLUMNS = (
    (pgettext_lazy("of a person", "Name"), "last_name", False),
    (gettext_lazy("E-mail and phone"), "", False),
    (gettext_lazy("Consent"), "", False),
    (gettext_lazy("Visits"), "visit_count", True),
    (gettext_lazy("Last visit"), "last_visit_on", True),
    (gettext_lazy("First contact"), "first_contact_on", True),
)


class ListState:
    """What the URL says: filters, ordering, place. Everything the page shows follows from it."""

    def __init__(self, query: QueryDict, address: str) -> None:
        self.query, self.address = query, address
        self.filters: ContactFilters = filters.filtered(listing.active(), query)
        filter_panel.dress(self.filters.form)
        wanted = query.get("ordering", "")
        usual = listing.usual_ordering(is_search=bool(query.get("q")))
        self.ordering = wanted if wanted in listing.ORDERINGS else usual

    def url(self, **changes: str | None) -> str:
        """This list with some of its state changed; a change of state starts at the first page."""
        return self.url_with({name: [value] if value else [] for name, value in changes.items()})

    def url_with(self, changes: Mapping[str, list[str]]) -> str:
        query = self.query.copy()
        query.pop("cursor", None)
        for name, values in changes.items():
            query.setlist(name, values)
        for name in [name for name in query if not any(query.getlist(name))]:
            del query[name]
        return f"{self.address}?{query.urlencode()}"

    def filters_query(self) -> str:
        """The filters in force alone, to be taken elsewhere."""
        given = QueryDict(mutable=True)
        for name, values in self.given_filters().items():
            given.setlist(name, values)
        return given.urlencode()

    def given_filters(self) -> dict[str, list[str]]:
        """What the address gives for the filters, also what they do not understand."""
        found = {name: [value for value in self.query.getlist(name) if value] for name in self.filters.form.fields}
        return {name: values for name, values in found.items() if values}

    def kept(self) -> list[tuple[str, str]]:
        """What the search form carries along."""
        names = [name for name in self.query if name not in ("q", "cursor")]
        return [(name, value) for name in names for value in self.query.getlist(name) if value]


def content(state: ListState, venues: list[Venue]) -> dict[str, Any]:
    """The context of `dashboard/contacts/list.html`."""
    form = state.filters.form
    contacts = state.filters.qs if state.filters.is_valid() else Contact.objects.none()
    return {
        "section": "contacts",
        "page": _page(state, contacts, venues),
        "columns": list(_columns(state)),
        "chips": list(filter_panel.chips(state)),
        "groups": filter_panel.groups(form),
        "filter_errors": form.errors,
        "query": state.query.get("q", ""),
        "ordering": state.query.get("ordering", ""),
        "kept": state.kept(),
        "clear_url": state.address,
        "export_query": state.filters_query(),
        **_lists(state),
    }


def _lists(state: ListState) -> dict[str, Any]:
    """What the list does for groups and segments: `saved_query` is what can be saved, empty when nothing can.

    A segment holds no segment, so that what stands on one cannot be saved again: its filters can be taken over, and
    adjusted (`adjusted` is the segment they come from).
    """
    if not context.may(Permission.GROUPS_MANAGE):
        return {"can_pick": False, "saved_query": ""}
    form = state.filters.form
    given = [one.name for one in filter_panel.in_force(form)]
    saved = "" if not given or "segment" in given else state.filters_query()
    adjusted = _segment(state.query.get("adjust", ""))
    shown = list(form.cleaned_data.get("group") or ()) if form.is_valid() else []
    return {
        "can_pick": True,
        "saved_query": saved,
        "adjusted": adjusted,
        "is_adjusted": adjusted is not None and QueryDict(saved) != QueryDict(segment_queries.of(adjusted.filters)),
        "adjust_query": _adjust_query(form, given),
        "campaign_query": _campaign_query(form, given),
        "pick_groups": [{"id": group.pk, "name": group.name} for group in ContactGroup.objects.order_by("name", "id")],
        "shown_group": {"id": shown[0].pk, "name": shown[0].name} if len(shown) == 1 else None,
    }


def _segment(named: str) -> Segment | None:
    """The segment that the address names as the one whose filters these were."""
    try:
        return saved_filters.visible().filter(pk=UUID(named)).first()
    except ValueError:
        return None


def _adjust_query(form: Any, given: list[str]) -> str:
    """The list of a segment alone: the query by which its filters are taken over, to be adjusted."""
    chosen = form.cleaned_data.get("segment") if given == ["segment"] else None
    return "" if chosen is None else segment_queries.to_adjust(chosen)


def _campaign_query(form: Any, given: list[str]) -> str:
    """The list of one segment or one group alone: the query by which a campaign to it begins."""
    if not form.is_valid() or given not in (["segment"], ["group"]):
        return ""
    (name,) = given
    chosen = form.cleaned_data[name]
    several = list(chosen) if name == "group" else [chosen]
    return f"{name}={several[0].pk}" if len(several) == 1 else ""


def _page(state: ListState, contacts: filters.Contacts, venues: list[Venue]) -> dict[str, Any]:
    found = keyset.page_or_first(
        listing.sortable(contacts, state.ordering),
        cursor=state.query.get("cursor"),
        by=state.ordering,
        table=listing.ORDERINGS,
        limit=PAGE_SIZE,
        load=listing.load,
    )
    return {
        "rows": _rows(found.rows, venues),
        "next_url": found.next and state.url(cursor=found.next),
        "previous_url": found.previous and state.url(cursor=found.previous),
        "count_label": count_label(contacts),
        "is_filtered": bool(state.query.get("q") or list(filter_panel.chips(state))),
    }


def count_label(contacts: filters.Contacts) -> str:
    count = contacts.order_by()[: COUNTED_UP_TO + 1].count()
    return amount(count) if count <= COUNTED_UP_TO else _("over %(count)s") % {"count": amount(COUNTED_UP_TO)}


def _rows(contacts: list[Contact], venues: list[Venue]) -> list[dict[str, Any]]:
    consents = reading.current(contacts, venues=venues, now=timezone.now())
    known = details.of(contact.pk for contact in contacts)
    return [_row(contact, known[contact.pk], consent_marks.of(consents[contact.pk], venues)) for contact in contacts]


def _row(contact: Contact, known: Details, consents: list[consent_marks.ConsentMark]) -> dict[str, Any]:
    marks = tag_marks.of(known.tags)
    return {
        "id": contact.pk,
        "name": str(contact),
        "nickname": contact.nickname,
        "email": contact.email,
        "phone": contact.phone,
        "tags": tag_marks.without_allergies(marks),
        "has_allergies": bool(known.allergies),
        "is_duplicate": known.is_duplicate,
        "is_suspect": contact.has_suspect_key,
        "consents": consents[: consent_marks.SHOWN_IN_LIST],
        "more_consents": max(0, len(consents) - consent_marks.SHOWN_IN_LIST),
        "visit_count": contact.stats.visit_count,
        "imported_visit_count": contact.imported_visit_count,
        "last_visit_on": last_visit_on(contact),
        "first_contact_on": contact.first_contact_on,
    }


def last_visit_on(contact: Contact) -> datetime.date | None:
    """The last visit, counted by us or said by an import."""
    last = max(contact.stats.last_visit_on, contact.imported_last_visit_on or NEVER)
    return None if last == NEVER else last


def _columns(state: ListState) -> Iterator[dict[str, Any]]:
    for label, name, is_number in COLUMNS:
        direction = {name: "ascending", f"-{name}": "descending"}.get(state.ordering, "") if name else ""
        first = f"-{name}" if is_number else name
        turned = {"ascending": f"-{name}", "descending": name}.get(direction, first)
        url = state.url(ordering=turned) if name else ""
        yield {"label": label, "url": url, "direction": direction, "is_number": is_number}
