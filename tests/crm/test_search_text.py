"""R-CRM-4: what a contact is found by. `matches` is the definition that the SQL of the search is held against."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm import search_text
from crm.search_text import Needle, Query

ANNA = {
    "first_name": "Anna Maria",
    "last_name": "D\u2019Angelò-Łukasik",
    "nickname": "la Contessa",
    "email": "anna.dangelo+sushi@example.net",
    "company": "Caffè Œuvre & Söhne",
    "code": "A-10023",
}
ANNA_PHONE = "+393331000037"
ANNA_CARDS = ("4000 1234 9876",)


def matches(query: Query, tokens: frozenset[str], text: str) -> bool:
    return all(_has(needle, tokens) for needle in query.needles) and all(
        search_text.phrase_pattern(phrase) in text for phrase in query.phrases
    )


def _has(needle: Needle, tokens: frozenset[str]) -> bool:
    starts = [needle.prefix] + ([search_text.PHONE_MARK + needle.digits] if needle.digits else [])
    return any(start <= token < search_text.upper_bound(start) for start in starts for token in tokens)


def finds_anna(q: str, country: str | None = "IT") -> bool:
    tokens = search_text.index_tokens(**ANNA, phone=ANNA_PHONE, cards=ANNA_CARDS)
    return matches(search_text.parse(q, country), tokens, search_text.phrase_text(**ANNA, cards=ANNA_CARDS))


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("ROSSI", "rossi"),
        ("Perù", "peru"),
        ("Łódź", "lodz"),
        ("Søren Đorđe", "soren dorde"),
        ("Straße STRASSE", "strasse strasse"),
        ("Æon Œuvre", "aeon oeuvre"),
        ("I\u011fd\u0131r İZMİR", "igdir izmir"),
        ("ﬁlippo", "filippo"),
        ("Ångström", "angstrom"),
        ("r\u00adu\u200bs", "rus"),
    ],
)
def test_folding_drops_case_and_accents(text: str, folded: str) -> None:
    assert search_text.fold(text) == folded
    assert search_text.fold(unicodedata.normalize("NFD", text)) == folded


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("D'Angelo D\u2019Angelo D\u02bcangelo", ["d", "angelo", "d", "angelo", "d", "angelo"]),
        ("Rossi-Bianchi", ["rossi", "bianchi"]),
        ("anna_rossi.b+x@example.net", ["anna", "rossi", "b", "x", "example", "net"]),
        ("  Bar & Grill, 24/7 ", ["bar", "grill", "24", "7"]),
        ("", []),
        ("—", []),
    ],
)
def test_words_split_at_everything_that_is_no_letter_or_digit(text: str, expected: list[str]) -> None:
    assert search_text.words(text) == expected


def test_the_tokens_of_a_contact() -> None:
    tokens = search_text.index_tokens(
        first_name="Zoë", last_name="De Luca", email="zoe@x.it", code="G-7", phone="+39333", cards=["12 34"]
    )

    names = {"zoe", "de", "luca", "x", "it", "zoe@x.it", "g", "7", "g7", "12", "34", "1234"}
    assert tokens == names | {"#39333", "#9333", "#333"}


def test_tokens_are_cut_at_their_greatest_length() -> None:
    tokens = search_text.index_tokens(last_name="x" * 80, first_name="\u1e9e" * 50, email=f"{'y' * 60}@example.net")

    assert max(map(len, tokens)) == search_text.TOKEN_MAX_LENGTH
    assert matches(search_text.parse("x" * 80), tokens, "")


def test_a_contact_without_anything_has_no_tokens() -> None:
    assert search_text.index_tokens() == frozenset()
    assert search_text.phrase_text() == ""


def test_the_phrase_text_holds_the_name_in_both_orders_and_keeps_fields_apart() -> None:
    text = search_text.phrase_text(first_name="Anna", last_name="Rossi", nickname="la Rossa", email="a.r@x.it")

    assert text == " anna rossi anna | la rossa | a r x it "
    assert search_text.phrase_text(first_name="Anna") == " anna "
    assert search_text.phrase_text(last_name="Rossi") == " rossi "


def test_every_word_a_token_holds_stands_in_the_phrase_text_too() -> None:
    """A walk through the list reads the one, gathering reads the other: they must find the same."""
    tokens = search_text.index_tokens(**ANNA, cards=ANNA_CARDS)
    text = search_text.phrase_text(**ANNA, cards=ANNA_CARDS)

    alone = {token for token in tokens if search_text.words(token) == [token]}
    assert len(alone) > 5
    assert {token for token in alone if f" {token} " not in text} == set()


@pytest.mark.parametrize(
    "q",
    [
        *(
            "",
            "   ",
            "anna",
            "ANN",
            "ànna",
            "angelo",
            "d'angelo",
            "d\u02bcAngelo",
            "lukasik",
            "Łukasik",
            "angelo lukasik",
        ),
        *("contessa", "oeuvre", "Œuv", "sohne", "anna.dangelo+sushi@example.net", "dangelo@example", "ANNA@", "sushi"),
        *("a-10023", "A10023", "10023", "100", "4000", "400012349876", "4000 1234", "4000-1234-9876", "9876"),
        *(
            "333",
            "3331000037",
            "333 100 0037",
            "+39 333",
            "0039 333 1000037",
            "0333",
            "000",
            "0037",
            "1000",
            "39333",
            "#333",
            "\uff13\uff13\uff13",
        ),
        *("+39 (0)333 1000037", "(333) 100-00.37", "anna 333", "anna 0037", "333 anna", "lukasik 0333"),
        *('"anna maria"', '"Maria d\'angelo"', '"lukasik anna"', "“anna maria”", "„anna maria”", "« anna maria »"),
        *(
            '"la contessa" anna',
            '"anna',
            'anna "',
            '""',
            '" "',
            '"" anna',
            'anna "la contessa" "maria',
            '"333 100 0037"',
        ),
        *('"example net"', '"caffe oeuvre sohne"', 'anna "333 100"', '"anna maria" "la contessa"', "+", "()", "“", "@"),
    ],
)
def test_a_contact_is_found_by(q: str) -> None:
    assert finds_anna(q)


@pytest.mark.parametrize(
    "q",
    [
        *("nna", "angela", "anna bruno", "ontessa", "334", "3331000038", "37", "anna 37", "+39 334", "0334"),
        *(
            '"anna angelo"',
            '"maria anna"',
            '"nna maria"',
            '"anna mari"',
            '"lukasik la"',
            '"contessa caffe"',
            '"maria lukasik"',
        ),
        *('anna "rossi"', '"334 100"', "sushi@other.net", "4001", "dangelo@exempla"),
    ],
)
def test_a_contact_is_not_found_by(q: str) -> None:
    assert not finds_anna(q)


def test_a_number_is_found_as_one_dials_it_from_the_venue_s_country() -> None:
    assert finds_anna("011 39 333 100 0037", "CA")
    assert not finds_anna("011 39 333 100 0037", "IT")


def test_a_french_number_is_found_with_and_without_its_trunk_zero() -> None:
    tokens = search_text.index_tokens(phone="+33142685300")

    for q in ("01 42 68 53 00", "0142", "01 42", "+33 (0)1 42 68", "142685300", "+33142685300", "0033 1 42", "5300"):
        assert matches(search_text.parse(q, "FR"), tokens, "")


@pytest.mark.parametrize(
    ("q", "query"),
    [
        ("", Query()),
        ('"" “”', Query()),
        ("+ . - ( ) /", Query()),
        ("Anna", Query((Needle("anna"),))),
        ("anna Anna", Query((Needle("anna"),))),
        ("37", Query((Needle("37"),))),
        ("+39", Query((Needle("39"),))),
        ("06 1234", Query((Needle("061234", "61234"),))),
        ("0039 333", Query((Needle("0039333", "39333"),))),
        ("+44 (0)7400 100", Query((Needle("4407400100", "7400100"),))),
        ("rossi 0612", Query((Needle("rossi"), Needle("0612", "612")))),
        ("rossi 12", Query((Needle("rossi"), Needle("12")))),
        ("a.b@x.it", Query((Needle("a"), Needle("b"), Needle("x"), Needle("it")))),
        ('"anna rossi" b', Query((Needle("anna"), Needle("rossi"), Needle("b")), (("anna", "rossi"),))),
        ('anna "rossi', Query((Needle("anna"), Needle("rossi")))),
    ],
)
def test_what_a_query_asks_for(q: str, query: Query) -> None:
    assert search_text.parse(q) == query


def test_a_query_has_a_bounded_number_of_needles() -> None:
    query = search_text.parse(" ".join(f"{n}a" for n in range(100)))

    assert len(query.needles) == search_text.MOST_NEEDLES


@pytest.mark.parametrize(
    ("prefix", "bound"),
    [
        ("anna", "annb"),
        ("#39", "#3:"),
        ("z", "{"),
        ("a\U0010ffff", "b"),
        ("a\ud7ff", "a\ue000"),
        ("ab\U0010ffff", "ac"),
    ],
)
def test_the_upper_bound_is_the_next_text_by_code_point(prefix: str, bound: str) -> None:
    assert search_text.upper_bound(prefix) == bound


@pytest.mark.parametrize("prefix", ["", "\U0010ffff"])
def test_nothing_lies_beyond_the_last_code_point(prefix: str) -> None:
    with pytest.raises(ValueError, match="nothing lies beyond"):
        search_text.upper_bound(prefix)


_NO_SURROGATES = st.characters(exclude_categories=["Cs"])


@given(st.text(_NO_SURROGATES, min_size=1).filter(lambda text: text.strip("\U0010ffff")), st.text(_NO_SURROGATES))
def test_a_token_is_in_the_range_exactly_when_it_begins_with_the_prefix(prefix: str, token: str) -> None:
    for candidate in (token, prefix + token, prefix[:-1] + token):
        in_range = prefix.encode() <= candidate.encode() < search_text.upper_bound(prefix).encode()
        assert in_range == candidate.startswith(prefix)


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert search_text.fold(search_text.fold(text)) == search_text.fold(text)


@given(st.text(), st.text())
def test_words_never_hold_a_blank_a_mark_or_an_accent(left: str, right: str) -> None:
    for word in search_text.words(left + " " + right):
        assert word.isalnum()
        assert search_text.words(word) == [word]


_PIECES = st.sampled_from(
    [
        "anna",
        "maria",
        "rossi",
        "la",
        "333",
        "100",
        "0037",
        "a.b@x.it",
        "d'angelo",
        '"',
        "“",
        "”",
        "«",
        "»",
        "+39",
        "00",
        "x",
    ]
)
_TEXTS = st.lists(_PIECES, max_size=6).map(" ".join)


@given(
    q=st.one_of(_TEXTS, st.lists(_PIECES, max_size=6).map("".join)),
    first_name=_TEXTS,
    last_name=_TEXTS,
    nickname=_TEXTS,
    email=st.sampled_from([None, "a.b@x.it", "anna.rossi@333.it"]),
    phone=st.sampled_from([None, "+393331000037", "+39100333"]),
)
def test_a_quoted_result_is_a_subset_of_the_unquoted_one(
    q: str, first_name: str, last_name: str, nickname: str, email: str | None, phone: str | None
) -> None:
    names = {"first_name": first_name, "last_name": last_name, "nickname": nickname}
    tokens = search_text.index_tokens(**names, email=email, phone=phone)
    text = search_text.phrase_text(**names, email=email)
    unquoted = "".join(" " if character in '"“”«»' else character for character in q)

    if matches(search_text.parse(q), tokens, text):
        assert matches(search_text.parse(unquoted), tokens, text)


@given(first_name=st.text(max_size=20), last_name=st.text(max_size=20), nickname=st.text(max_size=20))
def test_a_contact_is_found_by_each_beginning_of_each_of_its_words(
    first_name: str, last_name: str, nickname: str
) -> None:
    fields = {"first_name": first_name, "last_name": last_name, "nickname": nickname}
    tokens = search_text.index_tokens(**fields)

    for word in search_text.words(f"{first_name} {last_name} {nickname}"):
        assert all(matches(search_text.parse(word[:end]), tokens, "") for end in range(1, len(word) + 1))


@given(first_name=st.text(max_size=20), last_name=st.text(max_size=20), company=st.text(max_size=20))
def test_a_signature_has_the_bits_of_each_beginning_of_each_word(first_name: str, last_name: str, company: str) -> None:
    tokens = search_text.index_tokens(first_name=first_name, last_name=last_name, company=company)
    signature = search_text.signature(tokens)

    for word in tokens:
        for end in range(1, len(word) + 1):
            sought = search_text.signature([word[:end]])
            assert signature & sought == sought


def test_a_signature_fits_a_column_and_tells_words_apart() -> None:
    assert 0 <= search_text.signature(f"{number:03}" for number in range(1000)) < 2**63
    assert search_text.signature(["#333", "ab", ""]) == 0
    assert search_text.signature(["maria"]) == search_text.signature(["mario"]) != search_text.signature(["rossi"])


_LETTERS = st.text(st.characters(categories=["L", "Pd", "Zs", "Mn"]), max_size=20)


@given(first_name=_LETTERS, last_name=_LETTERS)
def test_a_contact_is_found_by_its_quoted_name_in_both_orders(first_name: str, last_name: str) -> None:
    tokens = search_text.index_tokens(first_name=first_name, last_name=last_name)
    text = search_text.phrase_text(first_name=first_name, last_name=last_name)

    first, last = (" ".join(search_text.words(name)) for name in (first_name, last_name))
    assert matches(search_text.parse(f'"{first} {last}"'), tokens, text)
    assert matches(search_text.parse(f'"{last} {first}"'), tokens, text)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (("Łukasik", "Zoë", "z@x.it", "+39333"), "lukasik zoe"),
        (("", "Zoë", "z@x.it", "+39333"), "zoe"),
        (("—", "", "z@x.it", "+39333"), "z@x.it"),
        (("", "", None, "+39333"), "+39333"),
        (("", "", None, None), ""),
        (("ﷺ" * 100, "", None, None), search_text.sort_name("ﷺ" * 100, "")),
    ],
)
def test_lists_are_sorted_by_last_and_first_name_else_by_what_there_is(
    fields: tuple[str, str, str | None, str | None], expected: str
) -> None:
    assert search_text.sort_name(*fields) == expected
    assert len(expected) <= search_text.SORT_NAME_MAX_LENGTH
