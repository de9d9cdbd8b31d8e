"""R-IO-1 to 3: the sample files go in with the counts of their README, and the same file again changes nothing."""

from __future__ import annotations

import pytest

from crm.models import Contact, ContactTag
from tests import foundings
from tests.importexport.conftest import Importer

PLACES = {
    "IT": ("IT", "Europe/Rome", "EUR"),
    "CA": ("CA", "America/Toronto", "CAD"),
    "PL": ("PL", "Europe/Warsaw", "PLN"),
    "GB": ("GB", "Europe/London", "GBP"),
}
COUNTS = {
    "clienti_it.csv": ("IT", {"created": 402, "updated": 1, "rejected": 3}),
    "clients_fr_ca.xlsx": ("CA", {"created": 225, "updated": 0, "rejected": 75}),
    "baza_klientow_pl.csv": ("PL", {"created": 300, "updated": 0, "rejected": 0}),
    "google_contacts.csv": ("GB", {"created": 250, "updated": 0, "rejected": 0}),
}


def importer_in(country: str) -> Importer:
    code, zone, currency = PLACES[country]
    return Importer(foundings.found(name="House", country=code, timezone=zone, currency=currency, venues=["One"]))


@pytest.mark.parametrize("name", COUNTS)
def test_a_sample_goes_in_with_its_counts_and_again_changes_nothing(commits, name):
    country, counts = COUNTS[name]
    importer = importer_in(country)

    first = importer.sample(name)

    assert (first.status, first.counts) == ("done", {**counts, "unchanged": 0, "skipped": 0})
    with importer.place.enter():
        assert Contact.objects.count() == counts["created"]

    again = importer.sample(name)

    unchanged = counts["created"] + counts["updated"]
    assert again.counts == {
        "created": 0, "updated": 0, "unchanged": unchanged, "skipped": 0, "rejected": counts["rejected"],
    }  # fmt: skip


def test_the_bad_rows_of_the_italian_sample_come_back_with_their_reasons(commits):
    importer = importer_in("IT")

    job = importer.sample("clienti_it.csv")

    reasons = importer.reasons(job)
    assert reasons[402] == [("no_key", None), ("email_invalid", "email")]
    assert reasons[403] == [("suspect_key", "phone")]
    assert reasons[404] == [("no_key", None)]
    assert reasons[405] == [("no_key", None), ("phone_invalid", "phone")]
    assert reasons[406] == [("date_invalid", "birthday"), ("consent_needs_evidence", "marketing_consent")]
    with importer.place.enter():
        maria = Contact.objects.get(email="maria.bianchi@example.net")
        assert (maria.first_name, maria.last_name, maria.phone, maria.birthday) == (
            "Maria", "Bianchi", "+393339998877", "1980-02-01",
        )  # fmt: skip
        assert set(ContactTag.objects.filter(contact=maria).values_list("tag__key", flat=True)) == {"influencer"}
        assert Contact.objects.get(last_name="Finto").has_suspect_key


def test_the_polish_sample_brings_first_contact_orders_and_spend(commits):
    importer = importer_in("PL")

    importer.sample("baza_klientow_pl.csv")

    with importer.place.enter():
        leonard = Contact.objects.get(email="leonard.dzika1@example.net")
        assert (leonard.first_contact_on.isoformat(), leonard.kind) == ("2024-04-05", "registered")
        assert (leonard.imported_order_count, leonard.imported_spend_minor) == (1, 1234)
        assert leonard.phone == "+48601101107"


def test_the_canadian_sample_reports_consent_without_evidence(commits):
    importer = importer_in("CA")

    job = importer.sample("clients_fr_ca.xlsx")

    told = [why for why in importer.reasons(job).values() if ("consent_needs_evidence", "marketing_consent") in why]
    assert len(told) > 50
    with importer.place.enter():
        roland = Contact.objects.get(email="roland.provencher298@example.net")
        assert (roland.imported_visit_count, roland.language) == (10, "en")
