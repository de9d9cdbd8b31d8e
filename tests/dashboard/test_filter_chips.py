"""What a filter in force says to people (R-CRM-5, R-SERVICE-2): amounts as money, not as the minor units of the address."""

from __future__ import annotations

import pytest

from tests.personas import Place


@pytest.mark.parametrize(("language", "said"), [("en", "€200"), ("it", "200 €")])
def test_an_amount_is_read_as_money(trattoria: Place, language: str, said: str) -> None:
    page = trattoria.signed_in().get(
        f"/t/{trattoria.tenant.slug}/contacts/?spend_min=20000", headers={"accept-language": language}
    )

    assert [chip["value"].replace("\xa0", " ") for chip in page.context["chips"]] == [said]
