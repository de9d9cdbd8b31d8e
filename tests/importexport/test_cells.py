"""R-IO-2, R-IO-3: dates, amounts, consent words and lists in the cells; ambiguous dates are asked, not guessed."""

from __future__ import annotations

import datetime

import pytest

from importexport import amounts, answers, dates, lists
from importexport.answers import Answer
from importexport.dates import DateFormat
from importexport.reasons import CellError, Reason, ReasonCode

TODAY = datetime.date(2026, 11, 22)


@pytest.mark.parametrize(
    ("cells", "needed", "proven"),
    [
        (["17/12/1961", "05/09/1947"], False, DateFormat.DMY),
        (["12/17/1961", "05/09/1947"], False, DateFormat.MDY),
        (["05/09/1947", "01/02/1980", ""], True, None),
        (["05.09.1947"], True, None),
        (["05/05/1980"], False, None),
        (["1961-12-17", "2024-08-11 10:00:00"], False, None),
        (["17/12/1961", "12/17/1961", "01/02/1980"], True, None),
        (["31/02/1980", "01/02/1980"], False, DateFormat.DMY),
        (["17/12", "05/09"], False, DateFormat.DMY),
        (["--12-17"], False, None),
        (["61/12/17", "47/09/05"], False, DateFormat.YMD),
        (["nessuna", "-"], False, None),
    ],
)
def test_a_column_tells_its_date_format_or_it_is_asked(cells, needed, proven):
    found = dates.evidence(cells)

    assert (found.needs_format, found.date_format) == (needed, proven)


@pytest.mark.parametrize(
    ("cell", "date_format", "birthday"),
    [
        ("1980-02-01", None, "1980-02-01"),
        ("1980-02-01T00:00:00", DateFormat.MDY, "1980-02-01"),
        ("19800201", None, "1980-02-01"),
        ("1980/2/1", None, "1980-02-01"),
        ("01/02/1980", DateFormat.DMY, "1980-02-01"),
        ("01/02/1980", DateFormat.MDY, "1980-01-02"),
        ("1. 2. 1980", DateFormat.DMY, "1980-02-01"),
        ("17-12-61", DateFormat.DMY, "1961-12-17"),
        ("17-12-26", DateFormat.DMY, None),
        ("61-12-17", DateFormat.YMD, "1961-12-17"),
        ("17/12", DateFormat.DMY, "--12-17"),
        ("29/02", DateFormat.DMY, "--02-29"),
        ("--02-29", None, "--02-29"),
        ("1604-07-21", None, "--07-21"),
        ("17/12/1961 00:00", DateFormat.DMY, "1961-12-17"),
        ("31/02/1980", DateFormat.DMY, None),
        ("29/02/1981", DateFormat.DMY, None),
        ("01/02/1980", None, None),
        ("2031-01-01", None, None),
        ("1780-01-01", None, None),
        ("29876", None, None),
        ("dicembre", None, None),
    ],
)
def test_birthdays_are_read_with_or_without_a_year(cell, date_format, birthday):
    if birthday is None:
        with pytest.raises(CellError):
            dates.read_birthday(cell, date_format, today=TODAY)
    else:
        assert dates.read_birthday(cell, date_format, today=TODAY) == birthday


@pytest.mark.parametrize(
    ("cell", "currency", "minor"),
    [
        ("0,00", "PLN", 0), ("12,34", "PLN", 1234), ("1 234,56 zł", "PLN", 123456), ("€ 1.234,56", "EUR", 123456),
        ("1,234.56", "CAD", 123456), ("$1,234.56", "CAD", 123456), ("1.234", "EUR", 123400),
        ("1.234.567", "EUR", 123456700),
        ("12", "EUR", 1200), ("12.5", "EUR", 1250), ("12.3450", "EUR", 1234), ("1\u202f234,5\u00a0€", "EUR", 123450),
        ("1500", "JPY", 1500), ("12,-", "EUR", None), ("-5", "EUR", None), ("12 zł", "EUR", "currency_mismatch"),
        ("12 USD", "EUR", "currency_mismatch"), ("$12", "EUR", "currency_mismatch"), ("12 EUR", "EUR", 1200),
        ("molto", "EUR", None), ("1,2,3", "EUR", None),
    ],
)  # fmt: skip
def test_amounts_become_minor_units_of_the_venues_currency(cell, currency, minor):
    if isinstance(minor, int):
        assert amounts.read_minor(cell, currency) == minor
        return
    with pytest.raises(CellError) as error:
        amounts.read_minor(cell, currency)
    assert error.value.code == (minor or "amount_invalid")


@pytest.mark.parametrize(
    ("cell", "count"),
    [("0", 0), ("3", 3), ("3.0", 3), ("3,00", 3), ("1.234", 1234), ("1 234", 1234), ("-1", None), ("due", None)],
)
def test_counts_are_whole_numbers_from_zero_on(cell, count):
    if count is None:
        with pytest.raises(CellError):
            amounts.read_count(cell)
    else:
        assert amounts.read_count(cell) == count


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer.SUBSCRIBED, "sì si SI TAK oui yes Ja true 1 x ✓ Explicite Iscritto abonné subscribed Opt-in"),
        (Answer.IMPLIED, "Implicite implied implicito"),
        (Answer.NOT_TICKED, "no NIE non nein false 0"),
        (Answer.UNSUBSCRIBED, "Désabonné unsubscribed disiscritto wypisany abgemeldet Opt-out opted_out cleaned"),
    ],
)
def test_consent_words_are_read_in_six_languages(answer, words):
    assert {answers.read_consent(word) for word in words.split()} == {answer}


def test_a_no_is_no_unsubscription_and_an_unknown_word_is_reported():
    assert answers.read_consent("") is None
    assert answers.read_consent("nie") is Answer.NOT_TICKED
    with pytest.raises(CellError):
        answers.read_consent("forse")


@pytest.mark.parametrize(
    ("cell", "answer"), [("yes", "unsubscribed"), ("no", None), ("", None), ("2021-03-05 10:00", "unsubscribed")]
)
def test_a_column_headed_unsubscribed_turns_the_words_round(cell, answer):
    assert answers.read_unsubscribed(cell) == answer


@pytest.mark.parametrize(
    ("cell", "values"),
    [
        ("VIP, Business", ["VIP", "Business"]),
        ("vip;VIP|Habitué", ["vip", "Habitué"]),
        ("* myContacts ::: Amici", ["Amici"]),
        ("* myContacts", []),
        (" ; ", []),
    ],
)
def test_lists_in_a_cell_are_parted(cell, values):
    assert lists.split(cell) == values


def test_a_mistyped_address_comes_back_with_the_one_that_was_meant() -> None:
    reason = Reason(ReasonCode.EMAIL_INVALID, "email", "anna@gimail.con")

    assert reason.text == "This is not a valid e-mail address. Did they mean anna@gmail.com?"
