"""The forms of the import wizard: the upload, and the correction of what was guessed (R-IO-1, R-IO-2)."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from crm import allergies
from dashboard.templatetags.coperto import birthday
from importexport import columns, health_cells
from importexport.dates import DateFormat
from importexport.files.encoding import Encoding
from importexport.files.kind import FileKind
from importexport.models import ImportJob, ImportMode
from tenants.models import Venue

# A day that each of the three formats writes differently.
EXAMPLE_DAY = datetime.date(2026, 4, 3)
WRITTEN = {DateFormat.DMY: "03/04/2026", DateFormat.MDY: "04/03/2026", DateFormat.YMD: "2026/04/03"}


def _modes() -> list[tuple[str, str]]:
    return [(value, capfirst(str(label))) for value, label in ImportMode.choices]


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("Your guest list"),
        help_text=_("A CSV or XLSX file."),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
        error_messages={"required": _("Choose a file first.")},
    )
    mode = forms.ChoiceField(label=_("What it may do"), choices=_modes, initial=ImportMode.UPSERT)
    venue = forms.ModelChoiceField(
        label=_("Venue"),
        queryset=Venue.objects.none(),
        empty_label=None,
        help_text=_("Phones without a country code are read as of this venue's country; consent is kept for it."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        venue = self.fields["venue"]
        assert isinstance(venue, forms.ModelChoiceField)  # noqa: S101
        venue.queryset = Venue.objects.order_by("name", "id")


class CorrectionForm(forms.Form):
    """One choice per column, `column_0` and so on, besides dates, encoding and the evidence of consent."""

    date_format = forms.ChoiceField(label=_("Dates"), required=False, widget=forms.RadioSelect)
    encoding = forms.ChoiceField(
        label=_("Characters"),
        choices=[(one.value, one.value.upper()) for one in Encoding],
        required=False,
        help_text=_("Change it when accents or Polish letters look wrong in the examples."),
    )
    evidence_source = forms.CharField(label=_("Where they agreed"), max_length=200, required=False)
    evidence_date = forms.DateField(
        label=_("When"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    evidence_wording = forms.CharField(
        label=_("With which words"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, job: ImportJob, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "initial": _present(job)})
        self.job = job
        for index, heading in enumerate(job.headings):
            self.fields[f"column_{index}"] = forms.ChoiceField(
                label=heading, required=False, choices=_fields_of_guests()
            )
        dates = self.fields["date_format"]
        assert isinstance(dates, forms.ChoiceField)  # noqa: S101
        dates.choices = _date_formats()
        if job.file_kind != FileKind.CSV:
            del self.fields["encoding"]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        parts = [values.get(f"evidence_{name}") for name in ("source", "date", "wording")]
        if any(parts) and not all(parts):
            self.add_error("evidence_source", _("Evidence needs all three: where, when, and with which words."))
        return values

    def columns(self) -> list[dict[str, Any]]:
        samples = list(zip(*self.job.sample, strict=False)) if self.job.sample else []
        return [
            {
                "heading": heading,
                "samples": [cell for cell in samples[index] if cell][:3] if index < len(samples) else [],
                "field": self[f"column_{index}"],
            }
            for index, heading in enumerate(self.job.headings)
        ]

    def changes(self) -> dict[str, Any]:
        """What importexport.jobs.correct takes."""
        values = self.cleaned_data
        changes: dict[str, Any] = {
            "mapping": {heading: values[f"column_{index}"] or None for index, heading in enumerate(self.job.headings)},
            "consent_evidence": self._evidence(),
        }
        if values["date_format"] or self.job.date_format:
            changes["date_format"] = values["date_format"]
        if values.get("encoding"):
            changes["encoding"] = values["encoding"]
        return changes

    def _evidence(self) -> dict[str, Any] | None:
        if not self.cleaned_data["evidence_source"]:
            return None
        return {name: self.cleaned_data[f"evidence_{name}"] for name in ("source", "date", "wording")}


def _present(job: ImportJob) -> dict[str, Any]:
    evidence = job.consent_evidence or {}
    return {
        "date_format": job.date_format,
        "encoding": job.encoding,
        **{f"evidence_{name}": value for name, value in evidence.items()},
        **{f"column_{index}": job.mapping.get(heading, "") for index, heading in enumerate(job.headings)},
    }


def _fields_of_guests() -> list[tuple[str, Any]]:
    offered = [column for column in columns.COLUMNS if column.key != health_cells.FIELD or allergies.may_be_read()]
    return [("", _("— leave out —")), *((column.key, column.label) for column in offered)]


def _date_formats() -> list[tuple[str, str]]:
    meant = birthday(EXAMPLE_DAY.isoformat())
    return [
        (one.value, _("%(written)s means %(meant)s") % {"written": written, "meant": meant})
        for one, written in WRITTEN.items()
    ]
