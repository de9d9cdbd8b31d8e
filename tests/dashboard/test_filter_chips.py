"""Filters by an amount (R-CRM-5, R-SERVICE-2): people type and read money, not the minor units of the address."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from django.http import QueryDict

from tests.personas import Place


@pytest.mark.parametrize(("language", "said"), [("en", "€200"), ("it", "200 €")])
def test_an_amount_is_read_as_money(trattoria: Place, language: str, said: str) -> None:
    page = trattoria.signed_in().get(
        f"/t/{trattoria.tenant.slug}/contacts/?spend_min=20000", headers={"accept-language": language}
    )

    assert [chip["value"].replace("\xa0", " ") for chip in page.context["chips"]] == [said]


@pytest.mark.parametrize(
    ("language", "typed", "minor"),
    [("en", "200", "20000"), ("it", "12,50", "1250"), ("pl", "1 234,56 zł", "1 234,56 zł")],
)
def test_an_amount_is_typed_as_money(trattoria: Place, language: str, typed: str, minor: str) -> None:
    """In the home currency: what is no amount of it stays as it is, for the filter to refuse."""
    browser, path = trattoria.signed_in(), f"/t/{trattoria.tenant.slug}/contacts/"
    headers = {"accept-language": language}

    answer = browser.get(path, {"money.spend_min": typed, "money.spend_max": "", "language": "it"}, headers=headers)

    query = QueryDict(urlsplit(answer["Location"]).query)
    assert (answer.status_code, query.dict()) == (302, {"language": "it", "spend_min": minor})
    page = browser.get(answer["Location"], headers=headers)
    assert page.status_code == 200
    assert bool(page.context["filter_errors"]) is (minor == typed)


@pytest.mark.parametrize(("language", "shown"), [("en", "200.00"), ("it", "200,00")])
def test_the_panel_shows_the_amount_in_force_as_it_is_typed(trattoria: Place, language: str, shown: str) -> None:
    address = f"/t/{trattoria.tenant.slug}/contacts/?spend_min=20000"

    page = trattoria.signed_in().get(address, headers={"accept-language": language}).content.decode()

    assert f'name="money.spend_min" value="{shown}"' in page
    assert 'type="number" name="spend_min"' not in page
