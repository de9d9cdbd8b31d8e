"""The filters of the list for people: the panel's fields with controls that suit, and a chip for each filter in force.

Which filters there are and what they mean is written once, in crm.filters.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from django import forms
from django.http import QueryDict
from django.utils import dates
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm import allergies, editing, tags
from crm.filters import ContactFilters
from crm.models import ContactGroup, Tag
from dashboard.money_filters import MoneyInput
from dashboard.templatetags.coperto import day, language_name, money
from orders.filters import AMOUNTS

OFFERED_LANGUAGES = ("it", "en", "fr", "pl", "de", "es", "nl", "pt", "ru", "uk", "ja", "zh")
GROUPS = (
    (gettext_lazy("Guest"), ("language", "kind", "birthday_month", "birthday_within", "tag")),
    (gettext_lazy("Groups and segments"), ("segment", "group")),
    (
        gettext_lazy("Visits"),
        ("last_visit_after", "last_visit_before", "visits_min", "visits_max", "no_shows_min"),
    ),
    (gettext_lazy("Consent"), ("consent_venue", "consent_channel", "consent_status", "consent_renewal")),
    (gettext_lazy("Origin"), ("first_contact_after", "first_contact_before", "channel", "venue")),
    (gettext_lazy("To check"), ("duplicates", "suspect_key")),
)


class ListState(Protocol):
    """What the chips need of the list they stand on."""

    query: QueryDict
    filters: ContactFilters

    def url(self, **changes: str | None) -> str: ...

    def url_with(self, changes: Mapping[str, list[str]]) -> str: ...


def groups(form: forms.Form) -> list[tuple[str, list[forms.BoundField]]]:
    """The panel's fields under their headings; a filter that no heading claims comes last, so that none is lost."""
    named = [name for _heading, names in GROUPS for name in names]
    rest = tuple(name for name in form.fields if name not in named and name != "q")
    found = [
        (str(heading), [form[name] for name in names if name in form.fields and _has_choices(form.fields[name])])
        for heading, names in GROUPS
    ]
    return [group for group in [*found, (_("More"), [form[name] for name in rest])] if group[1]]


def _has_choices(field: forms.Field) -> bool:
    """A tenant without groups or segments is not asked for one."""
    if not isinstance(field, forms.ModelChoiceField):
        return True
    return any(value for value, _label in getattr(field.widget, "choices", ()))


@dataclass(frozen=True, slots=True)
class InForce:
    """A filter as people read it; `raw` is one of the values that the address gives for `name`."""

    name: str
    label: str
    value: str
    raw: str


def in_force(form: forms.Form) -> Iterator[InForce]:
    """The filters in force, the words searched for first; a tag or group is one each."""
    if not form.is_bound or not form.is_valid():
        return
    if form.cleaned_data.get("q"):
        yield InForce("q", _("Search"), str(form.cleaned_data["q"]), "")
    for name, value in form.cleaned_data.items():
        field = form.fields[name]
        label = str(field.label)
        if isinstance(field, forms.ModelMultipleChoiceField):
            for one in value or ():
                yield InForce(name, label, _named(one), str(one.key if isinstance(one, Tag) else one.pk))
        elif name != "q" and value not in (None, ""):
            yield InForce(name, label, _amount(value) if name in AMOUNTS else _said(field, value), "")


def _named(one: Any) -> str:
    return tags.label_of(one) if isinstance(one, Tag) else str(one)


def chips(state: ListState) -> Iterator[dict[str, str]]:
    """One chip per filter in force, each with the list without it."""
    for one in in_force(state.filters.form):
        others = [raw for raw in state.query.getlist(one.name) if raw != one.raw] if one.raw else []
        yield {"label": one.label, "value": one.value, "remove_url": state.url_with({one.name: others})}


def _amount(value: Any) -> str:
    """What is asked for in minor units is read as money."""
    return money(int(value), editing.home_venue().currency)


def _said(field: forms.Field, value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime.date):
        return day(value)
    choices = dict(getattr(field.widget, "choices", ())) if isinstance(field.widget, forms.Select) else {}
    by_text = {str(one): label for one, label in choices.items()}
    return str(by_text.get(str(getattr(value, "pk", value)), value))


def dress(form: forms.Form) -> None:
    """Give the fields the controls that suit a person: calendars, months and languages by name, tags to touch."""
    any_one = ("", _("any"))
    for name, field in form.fields.items():
        if name in AMOUNTS:
            field.widget = MoneyInput()
        elif name == "birthday_month":
            field.widget = forms.Select(choices=[any_one, *dates.MONTHS.items()])
        elif name == "language":
            field.widget = forms.Select(choices=[any_one, *((code, language_name(code)) for code in OFFERED_LANGUAGES)])
        elif name == "tag":
            field.widget = forms.CheckboxSelectMultiple(choices=_tag_choices())
        elif name == "group":
            field.widget = forms.CheckboxSelectMultiple(choices=_group_choices())
        elif isinstance(field, forms.DateField):
            field.widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        elif isinstance(field, forms.NullBooleanField):
            field.widget = forms.Select(choices=[any_one, ("true", _("yes")), ("false", _("no"))])
        elif isinstance(field.widget, forms.Select):
            shown = [(value, capfirst(str(label))) for value, label in field.widget.choices]
            field.widget = forms.Select(choices=[any_one, *(one for one in shown if one[0])])


def _group_choices() -> list[tuple[str, str]]:
    return [(str(group.pk), group.name) for group in ContactGroup.objects.order_by("name", "id")]


def _tag_choices() -> list[tuple[str, str]]:
    """The tags; those of allergies only for who may read them (R-PRIV-3)."""
    found = Tag.objects.order_by("-is_system", "label", "key")
    may_read = allergies.may_be_read()
    return [(tag.key, tags.label_of(tag)) for tag in found if may_read or not allergies.is_allergy(tag)]
