"""The consent column of a file, and lists of unsubscribed addresses (R-IO-1, R-IO-3, R-CONSENT-2, R-PRIV-1)."""

from __future__ import annotations

import pytest
from django.db import connections

from consent import filters, suppression
from consent.models import ConsentEntry, ConsentStatus
from crm import bin as contact_bin
from crm.models import Contact
from importexport import jobs
from tests.importexport.test_rules import contacts, outcomes


def statuses(importer):
    with importer.place.enter():
        return set(ConsentStatus.objects.values_list("channel", "address", "status"))


def suppressed(importer, *addresses):
    """Those of these that are known to have unsubscribed."""
    with importer.place.enter():
        found = suppression.standing(addresses, [importer.place.venue.pk]).statuses
        return {one.address for one in found if one.status == "unsubscribed" and not one.number}


def test_unsubscribed_is_honored_and_subscribed_needs_evidence(importer):
    job = importer.run(
        "E-mail;Telefono;Newsletter\na@example.net;333 123 4567;disiscritto\nb@example.net;;sì\nc@example.net;;no\n"
        "d@example.net;;forse\n"
    )

    assert outcomes(importer, job) == ["skipped", "created", "created", "created"]
    assert importer.reasons(job) == {
        2: [("suppressed", "marketing_consent")],
        3: [("consent_needs_evidence", "marketing_consent")],
        5: [("consent_unknown", "marketing_consent")],
    }
    assert statuses(importer) == set()
    assert suppressed(importer, "a@example.net", "+393331234567", "d@example.net") == {"a@example.net", "+393331234567"}


def test_subscribed_with_evidence_for_the_file_or_the_row_is_explicit(importer):
    job = importer.upload(
        "Nome;E-mail;Newsletter;Fonte del consenso;Data del consenso;Testo del consenso\n"
        "Anna;a@example.net;sì;modulo;2024-01-05;Accetto\nBea;b@example.net;sì;;;\n"
    )
    with importer.place.enter():
        jobs.correct(job, {"consent_evidence": {"source": "carta", "date": "2023-02-03", "wording": "Sì, scrivetemi"}})
    job = importer.act(jobs.start, job)

    assert importer.reasons(job) == {}
    assert statuses(importer) == {("email", "a@example.net", "explicit"), ("email", "b@example.net", "explicit")}
    with importer.place.enter():
        evidence = dict(ConsentEntry.objects.values_list("address", "evidence"))
    assert evidence["a@example.net"] == {"source": "modulo", "date": "2024-01-05", "wording": "Accetto"}
    assert evidence["b@example.net"] == {"source": "carta", "date": "2023-02-03", "wording": "Sì, scrivetemi"}


def test_an_import_never_lifts_an_unsubscription(importer):
    importer.run("Nome;E-mail;Newsletter\nAnna;a@example.net;disiscritta\n")
    assert statuses(importer) == {("email", "a@example.net", "unsubscribed")}

    proof = "Fonte del consenso;Data del consenso;Testo del consenso"
    job = importer.run(f"Nome;E-mail;Newsletter;{proof}\nAnna;a@example.net;sì;modulo;2024-01-05;Accetto\n")

    assert importer.outcomes(job) == [(2, "unchanged", [("kept_unsubscribed", "marketing_consent")])]
    assert statuses(importer) == {("email", "a@example.net", "unsubscribed")}


def test_a_list_of_unsubscribed_addresses_makes_no_contacts(importer):
    importer.run("Nome;E-mail\nAnna;known@example.net\n")
    data = "Email;UNSUB_TIME\nknown@example.net;2024-05-06 10:00:00\nunknown@example.net;2024-05-06 10:00:00\n"

    job = importer.run(data)
    again = importer.run(data)

    assert outcomes(importer, job) == ["updated", "skipped"]
    assert importer.reasons(job) == {3: [("suppressed", "marketing_consent")]}
    assert outcomes(importer, again) == ["unchanged", "skipped"]
    assert list(contacts(importer)) == ["known@example.net"]
    assert statuses(importer) == {("email", "known@example.net", "unsubscribed")}
    assert suppressed(importer, "unknown@example.net", "other@example.net") == {"unknown@example.net"}


def test_of_an_unknown_address_that_unsubscribed_only_the_hash_is_kept(importer):
    job = importer.run("Email;UNSUB_TIME\nunknown@example.net;2024-05-06 10:00:00\n")

    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        )
        tables = [name for (name,) in cursor.fetchall()]
        for table in tables:
            cursor.execute(f'SELECT count(*) FROM "{table}" AS one WHERE one::text LIKE %s', ["%unknown@example.net%"])
            assert cursor.fetchone() == (0,), table
    assert importer.reasons(job) == {2: [("suppressed", "marketing_consent")]}


def test_who_comes_back_under_an_address_suppressed_by_an_import_is_unsubscribed(importer):
    importer.run("Email;UNSUB_TIME\nunknown@example.net;2024-05-06 10:00:00\n")
    importer.run("Nome;E-mail\nAnna;unknown@example.net\n")

    with importer.place.enter():
        assert [one.email for one in Contact.objects.filter(filters.matching(status="unsubscribed"))] == [
            "unknown@example.net"
        ]


def test_unsubscribed_is_honored_in_every_mode(importer):
    importer.run("Nome;E-mail\nAnna;known@example.net\n")

    job = importer.run("Nome;E-mail;Newsletter\nAnnina;known@example.net;disiscritta\n", mode="create")

    assert outcomes(importer, job) == ["updated"]
    assert contacts(importer)["known@example.net"].first_name == "Anna"
    assert statuses(importer) == {("email", "known@example.net", "unsubscribed")}


PROVEN = (
    "Nome;E-mail;Newsletter;Fonte del consenso;Data del consenso;Testo del consenso\n"
    "Anna;known@example.net;sì;modulo;2024-01-05;Accetto\nBea;stranger@example.net;sì;modulo;2024-01-05;Accetto\n"
)


@pytest.mark.parametrize(
    ("mode", "told", "subscribed"),
    [
        ("create", {2: [("already_known", None)]}, {"stranger@example.net"}),
        ("update", {3: [("not_known", None)]}, {"known@example.net"}),
        ("upsert", {}, {"known@example.net", "stranger@example.net"}),
    ],
)
def test_subscribed_counts_for_whom_the_mode_takes_in(importer, mode, told, subscribed):
    importer.run("Nome;E-mail\nAnna;known@example.net\n")

    job = importer.run(PROVEN, mode=mode)

    assert importer.reasons(job) == told
    assert statuses(importer) == {("email", address, "explicit") for address in subscribed}


def test_who_unsubscribed_of_one_channel_subscribes_to_no_other_where_only_new_guests_are_taken_in(importer):
    importer.run("Nome;E-mail;Telefono\nAnna;known@example.net;333 123 4567\n")
    proof = "Fonte del consenso;Data del consenso;Testo del consenso"

    importer.run(
        f"E-mail;Telefono;Consenso e-mail;Consenso SMS;{proof}\n"
        "known@example.net;333 123 4567;disiscritto;sì;modulo;2024-01-05;Accetto\n",
        mode="create",
    )

    assert statuses(importer) == {("email", "known@example.net", "unsubscribed")}


@pytest.mark.parametrize("mode", ["create", "update", "upsert"])
def test_the_same_file_again_leaves_everything_unchanged_though_the_ledger_keeps_the_second_no(importer, mode):
    importer.run("Nome;E-mail\nAnna;known@example.net\n")
    data = "Nome;E-mail;Newsletter\nAnna;known@example.net;disiscritta\n"

    assert outcomes(importer, importer.run(data, mode=mode)) == ["updated"]
    assert outcomes(importer, importer.run(data, mode=mode)) == ["skipped" if mode == "create" else "unchanged"]
    with importer.place.enter():
        assert ConsentEntry.objects.filter(event="unsubscribed").count() == 2


def test_who_comes_back_from_the_bin_with_an_address_suppressed_meanwhile_is_found_unsubscribed(importer):
    importer.run("Nome;E-mail\nAnna;known@example.net\n")
    with importer.place.enter():
        anna = contact_bin.delete(Contact.objects.get())
    importer.run("Email;UNSUB_TIME\nknown@example.net;2024-05-06 10:00:00\n")

    with importer.place.enter():
        contact_bin.restore(anna)
        assert list(Contact.objects.filter(filters.matching(status="unsubscribed"))) == [anna]
