"""The links to the guests' own pages: sealed, so that they show nobody whose they are, and good for ever (R-CONSENT-4)."""

from __future__ import annotations

import pytest
from django.core import signing

from config import logs
from consent import links
from consent.links import BrokenLink, Link
from consent.status import ConsentChannel
from tests.consent.people import EMAIL, PHONE

PLACES = [(ConsentChannel.EMAIL, EMAIL), (ConsentChannel.SMS, PHONE), (ConsentChannel.EMAIL, "żaneta@example.net")]


def signed(venue, channel=ConsentChannel.EMAIL, address=EMAIL) -> str:
    """As links were made before they were sealed."""
    said = [venue.tenant_id.hex, venue.pk.hex, channel.value, address]
    return signing.dumps(said, salt="consent.links", compress=True)


@pytest.mark.parametrize(("channel", "address"), PLACES)
def test_a_link_says_to_us_where_it_leads(centro, channel, address):
    token = links.token_of(centro, channel, address)

    assert links.read(token) == Link(centro.tenant_id, centro.pk, channel, address)


@pytest.mark.parametrize(("channel", "address"), PLACES)
def test_and_to_nobody_else(centro, channel, address):
    content = signing.b64_decode(links.token_of(centro, channel, address).encode())

    for secret in (address.encode(), centro.pk.bytes, centro.tenant_id.bytes, centro.pk.hex.encode()):
        assert secret not in content


def test_two_links_of_one_address_are_not_alike(centro):
    first, second = (links.token_of(centro, ConsentChannel.EMAIL, EMAIL) for _ in range(2))

    assert first[:8] != second[:8]


def test_it_is_short_enough_for_an_sms_and_a_header_of_a_mail(centro):
    """RFC 5322: 998 characters a line; the longest address has 254."""
    assert len(links.token_of(centro, ConsentChannel.SMS, PHONE)) < min(
        100, len(signed(centro, ConsentChannel.SMS, PHONE))
    )
    assert len(links.token_of(centro, ConsentChannel.EMAIL, "a" * 242 + "@example.net")) < 450


def test_it_needs_no_quoting_in_an_address(centro):
    for _ in range(50):
        assert links.token_of(centro, ConsentChannel.EMAIL, EMAIL).replace("-", "").replace("_", "").isalnum()


@pytest.mark.parametrize(("channel", "address"), PLACES)
def test_a_link_that_was_only_signed_stays_valid(centro, channel, address):
    assert links.read(signed(centro, channel, address)) == Link(centro.tenant_id, centro.pk, channel, address)


def test_links_outlive_a_change_of_the_secret_while_the_former_one_is_kept(centro, settings):
    tokens = [links.token_of(centro, ConsentChannel.EMAIL, EMAIL), signed(centro)]
    former, settings.SECRET_KEY = settings.SECRET_KEY, "another secret"

    for token in tokens:
        with pytest.raises(BrokenLink):
            links.read(token)
    settings.SECRET_KEY_FALLBACKS = ["one before", former]
    assert {links.read(token).address for token in tokens} == {EMAIL}


def test_cut_or_changed_anywhere_it_is_none_of_ours(centro):
    for good in (links.token_of(centro, ConsentChannel.EMAIL, EMAIL), signed(centro)):
        broken = [good[:end] for end in range(len(good))]
        broken += [f"{good[:at]}{'A' if good[at] != 'A' else 'B'}{good[at + 1 :]}" for at in range(len(good))]
        broken += [good + "A", good + "=", f" {good}", f"é{good}"]
        for token in broken:
            with pytest.raises(BrokenLink):
                links.read(token)


def test_no_line_of_the_log_holds_one(centro):
    token = links.token_of(centro, ConsentChannel.EMAIL, EMAIL)

    for page in ("unsubscribe", "preferences", "confirm"):
        assert token not in logs.without_guests(f"GET /{page}/{token}/?language=it 200")
