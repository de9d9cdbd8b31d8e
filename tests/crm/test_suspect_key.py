"""R-ID-7: keys that look made up are flagged, and honest ones are left alone."""

from __future__ import annotations

import pytest

from crm import phone_number, suspect_key


@pytest.mark.parametrize(
    ("raw", "country"),
    [
        ("012345678", "IT"),
        ("0123456789", "IT"),
        ("3333333333", "IT"),
        ("3330000000", "IT"),
        ("3399999999", "IT"),
        ("3471234567890", "IT"),
        ("0111111111", "IT"),
        ("0987654321", "IT"),
        ("123456789", "PL"),
        ("666666666", "PL"),
        ("0612345678", "FR"),
        ("01 23 45 67 89", "FR"),
        ("06 66 66 66 66", "FR"),
        ("2222222222", "CA"),
    ],
)
def test_repeated_and_sequential_digits_are_suspect(raw: str, country: str) -> None:
    value = phone_number.check(raw, country).value

    assert value is None or suspect_key.is_suspect_phone(value)


@pytest.mark.parametrize(
    "value",
    [
        *("+39012345678", "+39111111111", "+390000000", "+48123456789", "+48111111111", "+33612345678"),
        *(
            "+393333333333",
            "+393330000000",
            "+390987654321",
            "+48987654321",
            "+48123123123",
            "+393476543210",
            "+4912121212",
        ),
    ],
)
def test_made_up_numbers_are_suspect(value: str) -> None:
    assert suspect_key.is_suspect_phone(value)


@pytest.mark.parametrize(
    "value",
    [
        *("+393331000000", "+393331000037", "+393331234567", "+447400100000", "+447400123456", "+48600100100"),
        *("+48601101107", "+48600600600", "+15145550100", "+15149871234", "+33142685300", "+390612345", "+39065555551"),
        *("+393338887776", "+48505050505", "+34600111222"),
    ],
)
def test_honest_numbers_are_not_suspect(value: str) -> None:
    assert not suspect_key.is_suspect_phone(value)


def test_no_number_of_the_sample_files_is_suspect_but_the_known_one() -> None:
    italian = [f"+39333{1_000_000 + 37 * row}" for row in range(410)]
    polish = [f"+48{600 + row % 10}{100 + row}{100 + 7 * row}" for row in range(300)]
    british = [f"+447400{100_000 + row}" for row in range(250)]

    assert [value for value in italian + polish + british if suspect_key.is_suspect_phone(value)] == []


@pytest.mark.parametrize(
    "email",
    [
        *("test@test.com", "test@test.it", "test@gmail.com", "test1@test.com", "prova@prova.it", "a@a.it", "aa@a.com"),
        *("aaa@aaa.it", "x@x.pl", "xxx@gmail.com", "xxxx@example.net", "no@no.it", "no@no.com", "none@none.com"),
        *(
            "noemail@example.net",
            "no-email@x.it",
            "no.mail@x.it",
            "nomail@nomail.it",
            "anna@noemail.com",
            "brak@brak.pl",
        ),
        *("asd@asd.it", "asd@asd.asd.com", "asdasd@x.it", "qwerty@x.it", "abc@abc.fr", "rien@rien.fr", "noreply@x.it"),
        *(
            "sans-mail@x.fr",
            "nessuno@libero.it",
            "brak.maila@x.pl",
            "fake@fake.com",
            "email@email.com",
            "pippo@pippo.it",
        ),
    ],
)
def test_well_known_dummies_are_suspect(email: str) -> None:
    assert suspect_key.is_suspect_email(email)


@pytest.mark.parametrize(
    "email",
    [
        *("anna@example.net", "simone.salata1@example.net", "a@example.net", "test@example.net", "info@example.net"),
        *(
            "a@rossi.it",
            "anna@anna.it",
            "info@info.it",
            "no@trattoria.it",
            "test@trattoria.it",
            "mail@rossi.it",
            "jj@x.it",
        ),
        *(
            "a1@a.it",
            "nonna@libero.it",
            "noemi@gmail.com",
            "abc.rossi@gmail.com",
            "asdrubale@libero.it",
            "maria@mail.com",
        ),
        *("1@qq.com", "123456@qq.com", "josé@example.net", "ciao.bella@ciao.it", "prova@trattoria.it"),
    ],
)
def test_honest_addresses_are_not_suspect(email: str) -> None:
    assert not suspect_key.is_suspect_email(email)
