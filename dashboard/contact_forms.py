"""The form of a contact's own fields. What a key must look like is decided in crm.editing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import dates
from django.utils.translation import gettext_lazy as _

from crm import allergies, birthday, health, profile
from crm.guest_data import Guest
from crm.models import Contact
from dashboard.filter_panel import OFFERED_LANGUAGES
from dashboard.long_text import LongTextField
from dashboard.templatetags.coperto import language_name


class BirthdayWidget(forms.MultiWidget):
    template_name = "dashboard/parts/birthday.html"

    def __init__(self) -> None:
        super().__init__(
            widgets={
                "day": forms.NumberInput(attrs={"min": 1, "max": 31, "aria-label": _("Day"), "placeholder": _("Day")}),
                "month": forms.Select(
                    choices=[("", _("Month")), *dates.MONTHS.items()], attrs={"aria-label": _("Month")}
                ),
                "year": forms.NumberInput(attrs={"aria-label": _("Year"), "placeholder": _("Year, if known")}),
            }
        )

    def decompress(self, value: str | None) -> list[Any]:
        if not value:
            return [None, None, None]
        known = birthday.parse_iso(value)
        return [known.day, known.month, known.year]


class BirthdayField(forms.MultiValueField):
    """Day and month, and the year when it is known (R-IO-2: `--MM-DD` without)."""

    widget = BirthdayWidget

    def __init__(self, **kwargs: Any) -> None:
        parts = (forms.IntegerField(), forms.IntegerField(), forms.IntegerField())
        super().__init__(parts, require_all_fields=False, required=False, **kwargs)
        for part in self.fields:
            part.required = False

    def compress(self, data_list: list[int | None]) -> str:
        if not any(data_list):
            return ""
        day, month, year = (*data_list, None, None, None)[:3]
        try:
            return birthday.of(year, month or 0, day or 0).iso
        except birthday.BirthdayError as error:
            raise forms.ValidationError(str(error)) from error


class ContactForm(forms.Form):
    first_name = forms.CharField(label=_("First name"), max_length=100, required=False)
    last_name = forms.CharField(label=_("Last name"), max_length=100, required=False)
    email = forms.CharField(
        label=_("E-mail"), max_length=254, required=False, widget=forms.TextInput(attrs={"inputmode": "email"})
    )
    phone = forms.CharField(
        label=_("Phone"), max_length=40, required=False, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    language = forms.ChoiceField(label=_("Language"), required=False)
    birthday = BirthdayField(label=_("Birthday"))
    anniversary = BirthdayField(label=_("Anniversary"))
    nickname = forms.CharField(
        label=_("Nickname"), max_length=100, required=False, help_text=_("Shown in brackets; for staff only.")
    )
    company = forms.CharField(label=_("Company"), max_length=120, required=False)
    address = forms.CharField(label=_("Address"), max_length=200, required=False)
    postcode = forms.CharField(label=_("Postcode"), max_length=20, required=False)
    city = forms.CharField(label=_("City"), max_length=100, required=False)
    allergies = LongTextField(
        label=_("Allergies and diet"),
        max_length=health.LENGTH,
        required=False,
        rows=2,
        help_text=_("Health data: kept encrypted, and read by owner, manager and who serves the table."),
    )
    notes = LongTextField(label=_("Notes"), max_length=5000, required=False, rows=3)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not allergies.may_be_read():
            del self.fields["allergies"]
        language = self.fields["language"]
        assert isinstance(language, forms.ChoiceField)  # noqa: S101
        present = self.initial.get("language")
        codes = dict.fromkeys([*OFFERED_LANGUAGES, *([present] if present else [])])
        language.choices = [("", _("not known")), *((code, language_name(code)) for code in codes)]

    def guest(self) -> Guest:
        others = (*profile.OWN_FIELDS, "allergies")
        return Guest(**{name: value for name, value in self.cleaned_data.items() if name not in others})

    def own(self) -> dict[str, str]:
        """What staff alone keep on a guest."""
        return {name: self.cleaned_data[name] for name in profile.OWN_FIELDS}

    def told_allergies(self) -> str:
        """Empty from who may not read them."""
        return str(self.cleaned_data.get("allergies", ""))


def initial(contact: Contact, *, may_read: bool) -> dict[str, str]:
    """What the contact has; its allergies where the person may read them."""
    values = {name: getattr(contact, name) for name in ContactForm.base_fields if name != "allergies"}
    if may_read:
        values["allergies"] = health.text_of(contact.pk, health.of([contact.pk]).get(contact.pk))
    if contact.phone_extension:
        values["phone"] = f"{contact.phone} ext. {contact.phone_extension}"
    return values


def changed_values(form: ContactForm) -> dict[str, str]:
    """Only what staff changed, so that a colleague's edit of another field stays."""
    return {name: form.cleaned_data[name] for name in form.changed_data if name != "allergies"}


def changed_allergies(form: ContactForm) -> str | None:
    """None when staff left them as they are."""
    return form.told_allergies() if "allergies" in form.changed_data else None
