"""R-IO-4, R-IO-2, R-IO-3: our own file, mended and imported again."""

from __future__ import annotations

import csv

import pytest

from tests.api.test_orders import fulfilled
from tests.importexport.exports import fetched, made
from tests.outreach.people import agree


class TestOurOwnFileImportedAgain:
    """What staff export, mend and upload changes what they mended, and nothing else."""

    def test_unsubscribed_is_honored_and_subscribed_is_no_news(self, importer, key, trattoria, anna):
        agree(key, anna, trattoria)
        ben = key.post("contacts/", {"email": "ben@example.com", "first_name": "Ben"}).json()["id"]
        said = fetched(key, made(trattoria, key, venue=str(trattoria.venue.pk))).decode()
        lines = said.splitlines()
        place = next(csv.reader([lines[0]])).index("Email consent")
        rows = [next(csv.reader([line])) for line in lines[1:]]
        for row in rows:
            row[place] = {"Anna": "unsubscribed", "Ben": "subscribed"}[row[0]]

        importer.run("\n".join([lines[0], *(",".join(f'"{cell}"' for cell in row) for row in rows)]), name="own.csv")

        emails = {
            pk: [one["status"] for one in key.get(f"contacts/{pk}/").json()["consents"] if one["channel"] == "email"]
            for pk in (anna, ben)
        }
        assert emails == {anna: ["unsubscribed"], ben: []}

    @pytest.mark.parametrize("kind", ["csv", "xlsx"])
    def test_as_it_is_it_changes_nothing(self, importer, key, trattoria, anna, kind):
        fulfilled(key, trattoria, guest={"email": "anna@example.com"})
        agree(key, anna, trattoria)
        key.patch(f"contacts/{anna}/", {"notes": "=likes\nthe corner", "company": "@home", "address": "Via Roma 1"})
        for tag in ("vip", "regular"):
            key.post(f"contacts/{anna}/tags/", {"tag": tag})
        pk = made(trattoria, key, format=kind)
        before = key.get(f"contacts/{anna}/").json()

        job = importer.run(fetched(key, pk), name=f"contacts.{kind}")

        assert job.counts == {"created": 0, "updated": 0, "unchanged": 1, "skipped": 0, "rejected": 0}
        assert key.get(f"contacts/{anna}/").json() == before
