"""What is to be exported, as a form (R-IO-4)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from consent.status import ConsentChannel
from crm import allergies
from importexport.exporting import columns
from importexport.exporting.starting import Wish
from importexport.files.kind import FileKind
from importexport.models import ExportKind
from tenants.models import Venue

KINDS = [
    (ExportKind.CONTACTS, _("Contacts, with all that is known of them")),
    (ExportKind.CUSTOMER_REPORT, _("Customer report: who, since when, consent, orders")),
]
FORMATS = [(FileKind.XLSX.value, "Excel (XLSX)"), (FileKind.CSV.value, "CSV")]
EVERYBODY = ""
WHO = [
    (EVERYBODY, _("everybody")),
    (ConsentChannel.EMAIL, _("only whom we may write to by e-mail")),
    (ConsentChannel.SMS, _("only whom we may write to by SMS")),
]


def _capitalized(choices: list[Any]) -> list[tuple[str, str]]:
    return [(value, capfirst(str(label))) for value, label in choices]


def _further() -> list[tuple[str, str]]:
    """What the customer report can hold besides."""
    keys = columns.further(ExportKind.CUSTOMER_REPORT, columns.USUAL)
    return [(key, str(columns.FURTHER[key])) for key in keys]


class ExportForm(forms.Form):
    kind = forms.ChoiceField(label=_("What"), choices=KINDS, widget=forms.RadioSelect, initial=ExportKind.CONTACTS)
    columns = forms.MultipleChoiceField(
        label=_("Further columns of the report"),
        choices=_further,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    who = forms.ChoiceField(label=_("Who"), choices=lambda: _capitalized(WHO), required=False)
    venue = forms.ModelChoiceField(
        label=_("Consent of"),
        queryset=Venue.objects.none(),
        required=False,
        empty_label=_("All venues"),
        help_text=_("Whose marketing consent the file shows, and who writes."),
    )
    file_format = forms.ChoiceField(label=_("File"), choices=FORMATS, initial=FileKind.XLSX.value)
    with_allergies = forms.BooleanField(
        label=_("With allergies and diet"),
        help_text=_("Health data: give the file to nobody who may not read them."),
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        venue = self.fields["venue"]
        assert isinstance(venue, forms.ModelChoiceField)  # noqa: S101
        venue.queryset = Venue.objects.order_by("name", "id")
        if venue.queryset.count() == 1:
            del self.fields["venue"]
        if not allergies.may_be_read():
            del self.fields["with_allergies"]

    def wish(self, filters: dict[str, list[str]]) -> Wish:
        values = self.cleaned_data
        kind = ExportKind(values["kind"])
        return Wish(
            kind=kind,
            file_kind=FileKind(values["file_format"]),
            filters=filters,
            venue=values.get("venue"),
            channel=ConsentChannel(values["who"]) if values["who"] else None,
            columns=self._columns(kind),
        )

    def _columns(self, kind: ExportKind) -> list[str]:
        chosen = columns.USUAL if kind is ExportKind.CONTACTS else self.cleaned_data["columns"]
        return [*chosen, *([columns.ALLERGIES] if self.cleaned_data.get("with_allergies") else ())]
