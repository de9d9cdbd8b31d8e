"""R-PRIV-3, R-IO-4: allergies are in no file but one that asks for them, for who may read them."""

from __future__ import annotations

import pytest

from tenants.permissions import Role
from tests.importexport.exports import asked, fetched, made, records, table, worked


class TestHealthData:
    """R-PRIV-3: the text and the tags of allergies are in no file but one that asks for them, for who may read them."""

    @pytest.fixture(autouse=True)
    def _anna_must_not_eat_nuts(self, key, trattoria, anna):
        key.patch(f"contacts/{anna}/", {"allergies": "nuts, badly"})
        tag = key.post("tags/", {"label": "Allergy: gluten"}).json()["key"]
        for one in (tag, "vip"):
            key.post(f"contacts/{anna}/tags/", {"tag": one})

    def test_a_usual_file_holds_neither(self, key, trattoria):
        said = fetched(key, made(trattoria, key)).decode()

        assert "nuts" not in said
        assert "luten" not in said
        assert "VIP" in said

    def test_who_may_read_them_can_ask_for_them(self, key, trattoria):
        (row,) = records(key, made(trattoria, key, columns=["allergies", "tags"]))

        assert row["Allergies"] == "Allergy: gluten\nnuts, badly"
        assert row["Tags"] == "Allergy: gluten, VIP"

    @pytest.mark.parametrize("wish", [{"columns": ["allergies"]}, {"filters": {"tag": "allergy_gluten"}}])
    def test_who_may_not_read_them_gets_none(self, key, trattoria, wish):
        marketer = trattoria.signed_in(Role.MARKETER)

        def from_browser(method, path, **given):
            return getattr(marketer, method)(f"/api/v1/{path}", content_type="application/json", **given)

        (tag,) = (one["key"] for one in key.get("tags/").json()["results"] if "luten" in one["label"])
        if "filters" in wish:
            wish = {"filters": {"tag": tag}}
        refused = from_browser("post", "exports/", data={"kind": "contacts", **wish})
        assert refused.status_code in (400, 403)
        pk = made(trattoria, key, **wish)
        assert from_browser("get", f"exports/{pk}/download/").status_code == 403


def test_a_segment_that_asks_for_an_allergy_by_the_time_it_is_read_makes_health_data(key, trattoria, anna):
    tag = key.post("tags/", {"label": "Allergy: gluten"}).json()["key"]
    key.post(f"contacts/{anna}/tags/", {"tag": tag})
    segment = key.post("segments/", {"name": "Some", "filters": {"language": "it"}}).json()["id"]
    pk = asked(key, filters={"segment": segment})
    key.patch(f"segments/{segment}/", {"filters": {"tag": tag}})
    worked(trattoria, pk)

    assert trattoria.signed_in(Role.MARKETER).get(f"/api/v1/exports/{pk}/download/").status_code == 403
    assert len(table(key, pk)) == 2
