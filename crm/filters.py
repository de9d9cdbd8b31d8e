"""The filters of the guest list, written once for the API, the dashboard, exports and segments (R-CRM-5)."""

from __future__ import annotations

import calendar
import datetime
import functools
from decimal import Decimal
from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm import (
    allergies,
    duplicates,
    facets,
    figure_ranges,
    gathering,
    language,
    listing,
    saved_filters,
    search,
    strict_filters,
)
from crm.channel import Channel
from crm.editing import home_venue
from crm.figure_ranges import Range
from crm.models import NEVER, Contact, ContactGroup, ContactKind, ContactStats, ContactTag, GroupMember, Segment, Tag
from tenants.models import Tenant, Venue

Contacts = QuerySet[Contact, Any]

VISITS = Range("visit_count", "visits_min", "visits_max", imported="imported_visit_count")
LAST_VISIT = Range("last_visit_on", "last_visit_after", "last_visit_before", imported="imported_last_visit_on")
NO_SHOWS = Range("no_show_count", "no_shows_min")
RATING = Range("review_average", "review_average_min", "review_average_max", only="review_count > 0")
RANGES = (VISITS, LAST_VISIT, NO_SHOWS, RATING)


# Callables: a queryset built while the module loads would have no tenant.
def _tags(_request: Any) -> Any:
    """Who may not read what an allergy is cannot ask for those who have it (R-PRIV-3)."""
    return Tag.objects.exclude(pk__in=allergies.unreadable())


def _venues(_request: Any) -> Any:
    return Venue.objects.all()


def _groups(_request: Any) -> Any:
    return ContactGroup.objects.order_by("name", "id")


def _segments(_request: Any) -> Any:
    return saved_filters.visible().order_by("name", "id")


class RatingFilter(django_filters.NumberFilter):
    """An average of ratings, with its decimals."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, min_value=0, max_value=5, **options)


class ContactFilters(django_filters.FilterSet):
    """Every filter narrows; all can be combined. Names are those of API.md."""

    q = django_filters.CharFilter(method="matching", label=_("Search"))
    language = django_filters.CharFilter(method="speaking", label=_("Language"))
    first_contact_after = django_filters.DateFilter("first_contact_on", "gte", label=_("First contact from"))
    first_contact_before = django_filters.DateFilter("first_contact_on", "lte", label=_("First contact until"))
    last_visit_after = django_filters.DateFilter(method="last_seen_from", label=_("Last visit from"))
    last_visit_before = django_filters.DateFilter(method="last_seen_until", label=_("Last visit until"))
    visits_min = django_filters.NumberFilter(method="at_least_visits", min_value=0, label=_("Visits, at least"))
    visits_max = django_filters.NumberFilter(method="at_most_visits", min_value=0, label=_("Visits, at most"))
    no_shows_min = django_filters.NumberFilter(method="missing_often", min_value=0, label=_("No-shows, at least"))
    tag = django_filters.ModelMultipleChoiceFilter(
        method="with_tags",
        to_field_name="key",
        queryset=_tags,  # type: ignore[arg-type]
        label=_("Tags"),
    )
    group = django_filters.ModelMultipleChoiceFilter(
        method="in_groups",
        queryset=_groups,  # type: ignore[arg-type]
        error_messages={
            "invalid_choice": _("There is no such group."),
            "invalid_pk_value": _("There is no such group."),
        },
        label=_("Groups"),
    )
    segment = django_filters.ModelChoiceFilter(
        method="in_segment",
        queryset=_segments,  # type: ignore[arg-type]
        label=_("Segment"),
    )
    kind = django_filters.ChoiceFilter(choices=ContactKind.choices, label=_("Account"))
    channel = django_filters.ChoiceFilter("first_channel", choices=Channel.choices, label=_("First channel"))
    venue = django_filters.ModelChoiceFilter(
        method="known_at",
        queryset=_venues,  # type: ignore[arg-type]
        label=_("Venue"),
    )
    birthday_month = django_filters.NumberFilter(
        "birth_month", min_value=1, max_value=12, label=_("Birthday in the month")
    )
    birthday_within = django_filters.NumberFilter(
        method="born_within", min_value=0, max_value=366, label=_("Birthday within days")
    )
    review_average_min = RatingFilter(method="rating_at_least", label=_("Average of reviews, at least"))
    review_average_max = RatingFilter(method="rating_at_most", label=_("Average of reviews, at most"))
    rating_dropped = django_filters.BooleanFilter(method="rating_lower", label=_("Latest review worse than before"))
    duplicates = django_filters.BooleanFilter(method="possibly_twice", label=_("Duplicates only"))
    suspect_key = django_filters.BooleanFilter("has_suspect_key", label=_("Suspect e-mail or phone"))

    class Meta:
        model = Contact
        fields: tuple[str, ...] = ()

    def filter_queryset(self, queryset: Contacts) -> Contacts:
        contacts: Contacts = super().filter_queryset(queryset)
        values = self.form.cleaned_data
        candidates = figure_ranges.candidates(facets.ranges(RANGES), values)
        for facet in facets.registered():
            contacts = facet.narrow(contacts, values)
            candidates += facet.candidates(values)
        contacts = listing.with_asked_figures(contacts)
        return gathering.narrow(contacts, candidates, is_search=bool(values.get("q")))

    def matching(self, contacts: Contacts, name: str, value: str) -> Contacts:
        # Only numbers are read as one dials them in a country.
        has_digits = any(map(str.isdigit, value))
        country = Tenant.objects.values_list("country", flat=True).get() if has_digits else None
        return search.matching(contacts, value, country=country)

    def speaking(self, contacts: Contacts, name: str, value: str) -> Contacts:
        return contacts.filter(language=language.parse(value) or value)

    def last_seen_from(self, contacts: Contacts, name: str, value: datetime.date) -> Contacts:
        """Seen by us, or by what was there before: the imported baseline counts. NEVER is no day."""
        is_counted = Q(stats__last_visit_on__gte=value, stats__last_visit_on__gt=NEVER)
        return contacts.filter(is_counted | Q(imported_last_visit_on__gte=value))

    def last_seen_until(self, contacts: Contacts, name: str, value: datetime.date) -> Contacts:
        """Somebody who never came was not last seen until any day."""
        came = Q(stats__last_visit_on__gt=NEVER) | Q(imported_last_visit_on__isnull=False)
        is_before = Q(imported_last_visit_on__isnull=True) | Q(imported_last_visit_on__lte=value)
        return contacts.filter(came, is_before, stats__last_visit_on__lte=value)

    def at_least_visits(self, contacts: Contacts, name: str, value: int) -> Contacts:
        return VISITS.at_least(contacts, value)

    def at_most_visits(self, contacts: Contacts, name: str, value: int) -> Contacts:
        return VISITS.at_most(contacts, value)

    def missing_often(self, contacts: Contacts, name: str, value: int) -> Contacts:
        return NO_SHOWS.at_least(contacts, value)

    def rating_at_least(self, contacts: Contacts, name: str, value: Decimal) -> Contacts:
        """Private reviews; who wrote none has no average."""
        return RATING.at_least(contacts.filter(stats__review_count__gt=0), float(value))

    def rating_at_most(self, contacts: Contacts, name: str, value: Decimal) -> Contacts:
        return RATING.at_most(contacts.filter(stats__review_count__gt=0), float(value))

    def rating_lower(self, contacts: Contacts, name: str, value: bool) -> Contacts:
        """The regulars to call (R-CRM-2); or all the others."""
        falling = ContactStats.objects.filter(is_rating_falling=True).values("contact")
        return contacts.filter(search.among(falling) if value else Q(stats__is_rating_falling=False))

    def with_tags(self, contacts: Contacts, name: str, value: list[Tag]) -> Contacts:
        for tag in value:
            contacts = contacts.filter(Exists(ContactTag.objects.filter(contact=OuterRef("pk"), tag=tag)))
        return contacts

    def in_groups(self, contacts: Contacts, name: str, value: list[ContactGroup]) -> Contacts:
        """In each of them, as with tags."""
        for group in value:
            contacts = contacts.filter(Exists(GroupMember.objects.filter(contact=OuterRef("pk"), group=group)))
        return contacts

    def in_segment(self, contacts: Contacts, name: str, value: Segment) -> Contacts:
        return in_segment(contacts, value)

    def known_at(self, contacts: Contacts, name: str, value: Venue) -> Contacts:
        return contacts.filter(stats__by_venue__has_key=str(value.pk))

    def born_within(self, contacts: Contacts, name: str, value: int) -> Contacts:
        return contacts.filter(_birthdays_between(timezone.localdate(timezone=home_venue().zone), int(value)))

    def possibly_twice(self, contacts: Contacts, name: str, value: bool) -> Contacts:
        pairs = duplicates.open_pairs()
        either = Q(pk__in=pairs.values("first").union(pairs.values("second")))
        return contacts.filter(either if value else ~either)


def _birthdays_between(today: datetime.date, days: int) -> Q:
    """Birthdays from today to so many days ahead; who was born on 29 February celebrates on the 28th in common years."""
    wanted = Q(pk=None)
    months: dict[int, list[int]] = {}
    for day in (today + datetime.timedelta(days=ahead) for ahead in range(min(days, 365) + 1)):
        months.setdefault(day.month, []).append(day.day)
        if (day.month, day.day) == (2, 28) and not calendar.isleap(day.year):
            months[2].append(29)
    for month, own in months.items():
        wanted |= Q(birth_month=month, birth_day__in=own)
    return wanted


@functools.cache
def form() -> type[ContactFilters]:
    """The filters of crm with those that the apps above add: ask for it when all apps are loaded."""
    added = {name: one for facet in facets.registered() for name, one in facet.filters().items()}
    return type("AllContactFilters", (ContactFilters,), added)


def filtered(contacts: Contacts, data: Any) -> ContactFilters:
    """The filter form over these contacts: `is_valid()`, `errors`, and `qs` as long as it is valid."""
    return form()(data, queryset=contacts)


def filtered_by_given(contacts: Contacts, data: Any) -> ContactFilters:
    """The same for who shows no form: with the filters that `data` names alone, since each costs a copy of its own."""
    return _form_of(frozenset(name for name in names() if name in data))(data, queryset=contacts)


@functools.lru_cache(maxsize=256)
def _form_of(given: frozenset[str]) -> type[ContactFilters]:
    few: Any = type("GivenContactFilters", (form(),), {})
    few.base_filters = {name: one for name, one in form().base_filters.items() if name in given}
    given_filters: type[ContactFilters] = few
    return given_filters


def in_segment(contacts: Contacts, segment: Segment) -> Contacts:
    """Those of these contacts that the segment's filters leave; nobody, when one of them has lost what it names."""
    found = of_segment(contacts, segment)
    return found.qs if found.is_valid() else contacts.none()


def of_segment(contacts: Contacts, segment: Segment) -> ContactFilters:
    """The segment's own filters over these contacts."""
    return filtered_by_given(contacts, strict_filters.as_query(segment.filters))


def names() -> list[str]:
    """The parameters a door accepts."""
    return list(form().base_filters)
