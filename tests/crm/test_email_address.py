"""R-ID-3 and R-ID-5: the normal form of an e-mail, what is invalid, what is a likely typo."""

from __future__ import annotations

import socket
import unicodedata

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given
from hypothesis import strategies as st

from crm import email_address, mailbox_providers
from crm.email_address import EmailVerdict


@pytest.mark.parametrize("raw", [None, "", "   ", "\t\u00a0\ufeff\n"])
def test_blank_is_absent_and_not_invalid(raw: str | None) -> None:
    assert email_address.check(raw) == EmailVerdict(None, None, None)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("  Anna.Rossi@Example.NET\n", "anna.rossi@example.net"),
        ("\ufeffanna@example.net\u200b", "anna@example.net"),
        ("A.N.N.A+tag@gmail.com", "a.n.n.a+tag@gmail.com"),
        ("o'brien@example.org", "o'brien@example.org"),
        ("anna@münchen.de", "anna@xn--mnchen-3ya.de"),
        ("anna@XN--MNCHEN-3YA.de", "anna@xn--mnchen-3ya.de"),
        ("anna@пример.рф", "anna@xn--e1afmkfd.xn--p1ai"),
        ("anna@example.pizza", "anna@example.pizza"),
        ("anna@example.xn--p1ai", "anna@example.xn--p1ai"),
        ("anna@example.co.ck", "anna@example.co.ck"),
        ("JOSÉ@example.net", "josé@example.net"),
        ("jose\u0301@example.net", "josé@example.net"),
        ("ann\u212a@example.net", "annk@example.net"),
    ],
)
def test_the_normal_form_is_trimmed_lower_case_nfc_with_an_ascii_domain(raw: str, value: str) -> None:
    assert email_address.check(raw) == EmailVerdict(value, None, None)


@pytest.mark.parametrize(
    ("raw", "suggestion"),
    [
        ("anna@gimail.con", "anna@gmail.com"),
        ("anna@gmail.con", "anna@gmail.com"),
        ("Anna@GMAIL.CON", "anna@gmail.com"),
        ("anna@gmail.cmo", "anna@gmail.com"),
        ("anna@libero.ut", "anna@libero.it"),
        ("anna@yahoo.cpm", "anna@yahoo.com"),
        ("anna@yahoo.iit", "anna@yahoo.it"),
        ("anna@onet.p", "anna@onet.pl"),
        ("anna@wp.lp", "anna@wp.pl"),
        ("anna@orange.frr", "anna@orange.fr"),
        ("anna@trattoria.con", "anna@trattoria.com"),
        ("anna@posta.trattoria.ut", "anna@posta.trattoria.it"),
        ("anna@gmailcom", "anna@gmail.com"),
        ("anna@gmail", "anna@gmail.com"),
        ("anna@gmail,com", "anna@gmail.com"),
        ("anna@gmail..com", "anna@gmail.com"),
        ("anna@ gmail.com", "anna@gmail.com"),
        ("anna @gmail.com", "anna@gmail.com"),
        ("anna@@gmail.com", "anna@gmail.com"),
        ("anna.@gmail.com", "anna@gmail.com"),
        ("mailto:anna@gmial.com;", "anna@gmail.com"),
        ("anna@trattoria.zzzz", None),
        ("anna@gmail.com; bea@gmail.com", None),
        ("anna rossi@gmail.com", None),
        ("anna@example", None),
        ("anna@1.2.3.4", None),
        ("anna@[1.2.3.4]", None),
        ("anna@server.local", None),
        ("anna@cena.test", None),
        ("anna@x_y.it", None),
        ("anna@-x.it", None),
        ("Anna <anna@example.net>", None),
        ('"anna rossi"@example.net', None),
        ("anna\x00@example.net", None),
        ("anna", None),
        ("@", None),
        ("@example.net", None),
        ("anna@", None),
        ("a" * 65 + "@example.net", None),
        ("a" * 60 + "@" + ("b" * 60 + ".") * 4 + "it", None),
        ("a" * 100_000, None),
    ],
)
def test_an_address_that_cannot_exist_is_invalid_with_a_suggestion_when_there_is_one(
    raw: str, suggestion: str | None
) -> None:
    assert email_address.check(raw) == EmailVerdict(None, "email_invalid", suggestion)


@pytest.mark.parametrize(
    ("domain", "meant"),
    [
        ("gmial.com", "gmail.com"),
        ("gamil.com", "gmail.com"),
        ("gmai.com", "gmail.com"),
        ("gmaill.com", "gmail.com"),
        ("gnail.com", "gmail.com"),
        ("gimal.com", "gmail.com"),
        ("gmail.co", "gmail.com"),
        ("gmail.cm", "gmail.com"),
        ("gmail.it", "gmail.com"),
        ("googlemail.de", "googlemail.com"),
        ("hotmial.com", "hotmail.com"),
        ("hotmail.co", "hotmail.com"),
        ("hotmal.it", "hotmail.it"),
        ("outlok.fr", "outlook.fr"),
        ("yahooo.it", "yahoo.it"),
        ("yaho.it", "yahoo.it"),
        ("liebro.it", "libero.it"),
        ("virglio.it", "virgilio.it"),
        ("alcie.it", "alice.it"),
        ("tiscalli.it", "tiscali.it"),
        ("iclod.com", "icloud.com"),
        ("lapsote.net", "laposte.net"),
        ("intera.pl", "interia.pl"),
        ("videtron.ca", "videotron.ca"),
    ],
)
def test_a_valid_but_likely_mistyped_domain_is_kept_and_reported(domain: str, meant: str) -> None:
    assert email_address.check(f"anna@{domain}") == EmailVerdict(f"anna@{domain}", "email_typo", f"anna@{meant}")


@pytest.mark.parametrize(
    "domain",
    [
        *("example.net", "example.com", "example.org", "mail.com", "ymail.com", "email.it", "fmail.com", "gmx.com"),
        *(
            "tin.it",
            "tim.it",
            "libera.it",
            "malice.it",
            "ristorante.it",
            "free.it",
            "op.pl",
            "ot.pl",
            "me.com",
            "web.it",
        ),
    ],
)
def test_a_real_neighbor_of_a_provider_is_no_typo(domain: str) -> None:
    assert email_address.check(f"anna@{domain}") == EmailVerdict(f"anna@{domain}", None, None)


@pytest.mark.parametrize("domain", mailbox_providers.PROVIDERS)
def test_no_provider_is_taken_for_a_typo_of_another(domain: str) -> None:
    assert email_address.check(f"anna@{domain}") == EmailVerdict(f"anna@{domain}", None, None)


def test_the_verdict_never_asks_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_kwargs: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)

    assert email_address.check("anna@nobody-has-seen-this-domain.it").code is None


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ("an.na.rossi+trattoria@gmail.com", "annarossi@gmail.com"),
        ("annarossi@googlemail.com", "annarossi@gmail.com"),
        ("an.na+tag@example.net", "an.na+tag@example.net"),
    ],
)
def test_the_gmail_form_drops_dots_and_tag_for_gmail_only(value: str, form: str) -> None:
    assert email_address.gmail_form(value) == form


_ADDRESSES = st.builds(
    "{}@{}".format,
    st.text(alphabet="abcXYZ0189.+_-'é İ@\"(", min_size=0, max_size=12),
    st.one_of(
        st.text(alphabet="abgmil.-Zé_ ,", min_size=0, max_size=12),
        st.sampled_from(
            ["gmail.com", "gmial.con", "Example.net", "xn--mnchen-3ya.de", "foo.co.uk", "x.con", "yaho.it"]
        ),
    ),
)


@given(st.one_of(_ADDRESSES, st.text(max_size=30), st.emails()))
def test_the_normal_form_is_its_own_normal_form(raw: str) -> None:
    value = email_address.check(raw).value

    assert value is None or email_address.check(value).value == value
    assert value is None or (value == value.lower() == unicodedata.normalize("NFC", value) and len(value) <= 254)


@given(_ADDRESSES)
def test_a_suggestion_is_itself_sound(raw: str) -> None:
    suggestion = email_address.check(raw).suggestion

    assert suggestion is None or email_address.check(suggestion) == EmailVerdict(suggestion, None, None)


@given(st.one_of(_ADDRESSES, st.emails()))
def test_the_fast_path_accepts_nothing_that_the_library_refuses(raw: str) -> None:
    value = email_address.check(raw).value

    if value is not None:
        validate_email(value, check_deliverability=False, strict=True)


@given(st.one_of(_ADDRESSES, st.emails(domains=st.sampled_from(["example.net", "trattoria.it", "münchen.de"]))))
def test_nothing_with_a_known_end_is_refused_that_the_library_accepts(raw: str) -> None:
    try:
        expected = validate_email(raw.strip().lower(), check_deliverability=False, strict=True)
    except EmailNotValidError:
        return

    ends = (".it", ".net", ".com", ".de", ".uk")
    assert email_address.check(raw).value is not None or not expected.ascii_domain.endswith(ends)
