"""What no browser sends, and some do: a form error or nothing, never a broken page (issue 2, bad input)."""

from __future__ import annotations

import pytest

from crm.models import Contact, FieldChange
from tests.crm.guests import ANNA, take
from tests.personas import Place


@pytest.mark.parametrize("date", ["0001-01-01", "9999-12-31", "2026-02-30", "\0"])
def test_a_board_of_no_sensible_day_is_todays(trattoria: Place, date: str) -> None:
    answer = trattoria.signed_in().get(f"/t/{trattoria.tenant.slug}/", {"date": date})

    assert answer.status_code == 200


@pytest.mark.parametrize("date", ["0001-01-01", "9999-12-31", "\0"])
def test_a_booking_at_the_end_of_the_calendar_is_a_form_error(trattoria: Place, date: str) -> None:
    form = {"party_size": 2, "date": date, "time": "23:59", "channel": "phone", "last_name": "Rossi"}

    answer = trattoria.signed_in().post(f"/t/{trattoria.tenant.slug}/bookings/new/", form)

    assert answer.status_code == 400
    assert list(answer.context["form"].errors) == ["date"]


def test_notes_that_the_field_would_not_take_are_cut(trattoria: Place) -> None:
    with trattoria.enter():
        anna = take(trattoria, **ANNA).known_contact

    trattoria.signed_in().post(f"/t/{trattoria.tenant.slug}/contacts/{anna.pk}/notes/", {"notes": "a\0b" + "c" * 6000})

    with trattoria.enter():
        assert Contact.objects.get().notes == "ab" + "c" * 4998


def test_lines_of_notes_nobody_touched_are_no_change(trattoria: Place) -> None:
    """A form sends a line's end as CR LF, the page's script as LF (R-WRITE-2)."""
    with trattoria.enter():
        anna = take(trattoria, **ANNA).known_contact
    page, staff = f"/t/{trattoria.tenant.slug}/contacts/{anna.pk}", trattoria.signed_in()
    staff.post(f"{page}/notes/", {"notes": "By the window.\nQuiet."})

    shown = staff.get(f"{page}/edit/").context["form"]
    form = {field.name: field.value() or "" for field in shown}
    staff.post(f"{page}/edit/", form | {"nickname": "Nina", "notes": "By the window.\r\nQuiet."})

    with trattoria.enter():
        assert Contact.objects.values_list("nickname", "notes").get() == ("Nina", "By the window.\nQuiet.")
        assert list(FieldChange.objects.values_list("field", flat=True).order_by("pk")) == ["notes", "nickname"]
