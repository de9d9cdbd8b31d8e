"""R-ID-4: phones become E.164 with the venue's country; damaged or doubled ones are refused, never guessed."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat

from crm import phone_number
from crm.phone_number import PhoneVerdict

REFUSED = PhoneVerdict(None, None, "phone_invalid")


@pytest.mark.parametrize("raw", [None, "", "  ", "\u00a0", "\u202a\u202c", "'"])
def test_blank_is_absent_and_not_invalid(raw: str | None) -> None:
    assert phone_number.check(raw, "IT") == PhoneVerdict(None, None, None)


@pytest.mark.parametrize(
    ("raw", "country", "value"),
    [
        ("3331000037", "IT", "+393331000037"),
        ("333 1000037", "it", "+393331000037"),
        ("333.123.4567", "IT", "+393331234567"),
        ("333-1234567", "IT", "+393331234567"),
        ("333/1234567", "IT", "+393331234567"),
        ("06/12345678", "IT", "+390612345678"),
        ("06.12345678", "IT", "+390612345678"),
        ("+39 06/12345678", "IT", "+390612345678"),
        ("+39 (0)6 1234 5678", "IT", "+390612345678"),
        ("+39 (0)333 1234567", "IT", "+393331234567"),
        ("39 333 1234567", "IT", "+393331234567"),
        ("(+39) 333 1234567", "IT", "+393331234567"),
        ("(0039) 333 1234567", "IT", "+393331234567"),
        ("3933312345", "IT", "+393933312345"),
        ("012345678", "IT", "+39012345678"),
        ("0039 333 1234567", "IT", "+393331234567"),
        ("0039 333 1234567", "CA", "+393331234567"),
        ("011 39 333 1234567", "CA", "+393331234567"),
        ("+393331234567", "CA", "+393331234567"),
        ("+393331234567", None, "+393331234567"),
        ("+44 7400 100000", "IT", "+447400100000"),
        ("+44 (0)7400 100000", "IT", "+447400100000"),
        ("+33 (0)1 42 68 53 00", "FR", "+33142685300"),
        ("01 - 42 - 68 - 53 - 00", "FR", "+33142685300"),
        ("01/42/68/53/00", "FR", "+33142685300"),
        ("600 100 100", "PL", "+48600100100"),
        ("+48 (0)22 123 45 67", "PL", "+48221234567"),
        ("030 123456-78", "DE", "+493012345678"),
        ("+49 6221 / 123456", "DE", "+496221123456"),
        ("(514) 987 - 1234", "CA", "+15149871234"),
        ("1 514 987-1234", "CA", "+15149871234"),
        ("'3331234567", "IT", "+393331234567"),
        ("tel:+393331234567", "IT", "+393331234567"),
        ("\u202a+39\u00a0333\u20111234567\u202c", "IT", "+393331234567"),
        ("\uff13\uff13\uff13\uff11\uff12\uff13\uff14\uff15\uff16\uff17", "IT", "+393331234567"),
    ],
)
def test_every_usual_way_of_writing_gives_one_normal_form(raw: str, country: str | None, value: str) -> None:
    assert phone_number.check(raw, country) == PhoneVerdict(value, None, None)


@pytest.mark.parametrize(
    "raw",
    [
        *("3.93E+11", "3,93E+11", "3.93331234567E11", "3.93331234567e+11", "393331234567E0", "3.9333123456"),
        *("333123456.0", "3331234567.0", "+393331234567.0", "3331234567.00", "333123456,0"),
        *("333 1234567 / 06 123456", "3331234567/3337654321", "333 1234567 o 06 123456", "333 1234567 e 06 123456"),
        *("333 1234567 - 06 123456", "3331234567; 06123456", "3331234567, 06123456", "3331234567\n06123456"),
        *(
            "+393331234567+39061234567",
            "333 1234567 333 7654321",
            "06 12345678/9",
            "333 1234567 (Anna)",
            "c/o 3331234567",
        ),
        *("call me", "1-800-FLOWERS", "333 1234567 x", "x 12", "ext 12", "+", "()", "112", "0", "33", "1" * 5000),
        *("333123456\u00b2", "+39 +333 1234567", "*21*3331234567#", "3331234567\x00", "31/02/1980", "2024-01-01"),
    ],
)
def test_damaged_doubled_or_lettered_numbers_are_refused_and_never_guessed(raw: str) -> None:
    assert phone_number.check(raw, "IT") == REFUSED


@pytest.mark.parametrize("country", [None, "", "ZZ"])
def test_a_national_number_without_a_known_country_is_refused(country: str | None) -> None:
    assert phone_number.check("3331234567", country) == REFUSED


@pytest.mark.parametrize(
    ("raw", "country", "value", "extension"),
    [
        ("333 1234567 ext 12", "IT", "+393331234567", "12"),
        ("3331234567ext.12", "IT", "+393331234567", "12"),
        ("06 12345678 int. 5", "IT", "+390612345678", "5"),
        ("06 12345678 Interno: 05", "IT", "+390612345678", "05"),
        ("22 123 45 67 wewn. 3", "PL", "+48221234567", "3"),
        ("514-987-1234 poste 22", "CA", "+15149871234", "22"),
        ("514-987-1234x5", "CA", "+15149871234", "5"),
        ("514-987-1234, #5", "CA", "+15149871234", "5"),
        ("+1-514-987-1234;ext=5", "CA", "+15149871234", "5"),
    ],
)
def test_an_extension_is_kept_apart(raw: str, country: str, value: str, extension: str) -> None:
    assert phone_number.check(raw, country) == PhoneVerdict(value, extension, None)


def test_a_number_is_written_as_people_of_the_country_do() -> None:
    assert phone_number.national("+393331000037", "IT") == "333 100 0037"
    assert phone_number.national("+390612345678", "IT") == "06 1234 5678"
    assert phone_number.national("+393331000037", "FR") == "+39 333 100 0037"
    assert phone_number.national("+33142685300", "fr") == "01 42 68 53 00"
    assert phone_number.national("+15149871234", None) == "+1 514-987-1234"
    assert phone_number.international("+393331000037") == "+39 333 100 0037"


def test_the_digits_without_the_country_code_keep_the_italian_zero() -> None:
    assert phone_number.national_digits("+390612345678") == "0612345678"
    assert phone_number.national_digits("+447400100000") == "7400100000"


_REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)


@pytest.mark.parametrize("region", _REGIONS)
def test_the_library_s_example_of_each_country_is_taken_in_each_way_of_writing(region: str) -> None:
    example = phonenumbers.example_number(region)
    assert example is not None
    value = phonenumbers.format_number(example, PhoneNumberFormat.E164)

    for way in (PhoneNumberFormat.E164, PhoneNumberFormat.INTERNATIONAL, PhoneNumberFormat.NATIONAL):
        assert phone_number.check(phonenumbers.format_number(example, way), region).value == value


@given(
    st.text(alphabet="0123456789 +()./-xeE,", max_size=22), st.sampled_from(["IT", "FR", "PL", "CA", "DE", "GB", "ES"])
)
def test_what_is_accepted_is_what_the_library_calls_a_valid_number_and_stays_itself(raw: str, country: str) -> None:
    value = phone_number.check(raw, country).value

    if value is not None:
        assert phonenumbers.is_valid_number(phonenumbers.parse(value))
        assert len(value) <= phone_number.MAX_LENGTH
        assert phone_number.check(value, "ZZ") == PhoneVerdict(value, None, None)


@given(st.from_regex(r"3[2-9]\d{8}", fullmatch=True), st.data())
def test_separators_do_not_change_an_italian_mobile(digits: str, data: st.DataObject) -> None:
    separator = data.draw(st.sampled_from([" ", "-", "\u00a0", "  "]))
    plain = phone_number.check(digits, "IT")

    assert phone_number.check(f"{digits[:3]}{separator}{digits[3:6]}{separator}{digits[6:]}", "IT") == plain
