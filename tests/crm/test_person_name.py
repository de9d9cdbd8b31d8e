"""R-ID-7, R-IO-2: names are tidied without touching what their owner wrote, compared, and split."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm import person_name


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        (None, ""),
        ("", ""),
        (" \t\u00a0 ", ""),
        ("  Anna   Maria ", "Anna Maria"),
        ("Anna\u00a0Maria", "Anna Maria"),
        ("Anna\tMaria\r\nRossi", "Anna Maria Rossi"),
        ("An\x00na\x07", "Anna"),
        ("\ufeffAnna\u200b", "Anna"),
        ("\u202eannA", "annA"),
        ("A\ud800nna", "Anna"),
        ("Ange\u0300le", "Ang\u00e8le"),
        ("McDONALD d'Este", "McDONALD d'Este"),
        ("क्\u200dष", "क्\u200dष"),
    ],
)
def test_a_name_is_tidied_and_otherwise_left_as_written(raw: str | None, name: str) -> None:
    assert person_name.clean(raw) == name


@given(st.text())
def test_a_tidy_name_stays_as_it_is(raw: str) -> None:
    name = person_name.clean(raw)

    assert person_name.clean(name) == name
    assert "\x00" not in name
    assert name == name.strip()
    assert unicodedata.is_normalized("NFC", name) or not raw.isascii()


@pytest.mark.parametrize("spelling", ["D'Angelo", "d'angelo", "D\u2019Ang\u00e8lo", "Dangelo", "D ANGELO", "D-Angelo"])
def test_the_spellings_of_one_surname_have_one_key(spelling: str) -> None:
    assert person_name.surname_key(spelling) == "dangelo"


def test_two_surnames_have_two_keys() -> None:
    assert person_name.surname_key("Rossi") != person_name.surname_key("Rossi Bianchi")


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        (None, "", ""),
        ("Rossi", "", "Rossi"),
        ("Anna Rossi", "Anna", "Rossi"),
        ("Anna Maria  Rossi", "Anna Maria", "Rossi"),
        ("Anna De Luca", "Anna", "De Luca"),
        ("De Luca", "", "De Luca"),
        ("Piero della Francesca", "Piero", "della Francesca"),
        ("Ludwig Mies van der Rohe", "Ludwig Mies", "van der Rohe"),
        ("Jean-Luc de la Tour", "Jean-Luc", "de la Tour"),
        ("Mohamed El Sayed", "Mohamed", "El Sayed"),
        ("Eva St. John", "Eva", "St. John"),
        ("Gianni D'Angelo", "Gianni", "D'Angelo"),
        ("Al Pacino", "Al", "Pacino"),
        ("Van Morrison", "Van", "Morrison"),
        ("Rossi, Anna Maria", "Anna Maria", "Rossi"),
        ("De Luca,Anna", "Anna", "De Luca"),
        ("Rossi,", "", "Rossi"),
    ],
)
def test_a_full_name_is_split_before_the_surname_and_its_particles(text: str | None, first: str, last: str) -> None:
    assert person_name.split_full_name(text) == (first, last)


@given(st.text(st.characters(categories=["L", "Zs"])))
def test_splitting_loses_no_word(text: str) -> None:
    first, last = person_name.split_full_name(text)

    assert f"{first} {last}".strip() == person_name.clean(text)
