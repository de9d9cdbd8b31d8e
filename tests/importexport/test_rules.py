"""R-IO-2, R-IO-3, R-WRITE-1: modes, folding, left-out fields, tags, notes, baseline, consent."""

from __future__ import annotations

import pytest

from crm import tags
from crm.models import Contact, ContactTag, FieldChange, SearchToken
from importexport import jobs
from tests.importexport.test_files import workbook

HEAD = "Nome;Cognome;E-mail;Cellulare"


def contacts(importer):
    with importer.place.enter():
        return {contact.email or contact.phone: contact for contact in Contact.objects.all()}


def outcomes(importer, job):
    return [outcome for _number, outcome, _reasons in importer.outcomes(job)]


def test_only_create_skips_the_known_and_changes_nothing(importer):
    importer.run(f"{HEAD}\nAnna;Rossi;anna@example.net;\n")

    job = importer.run(
        f"{HEAD};Note\nAnnina;Verdi;anna@example.net;;nuova\nBea;Neri;bea@example.net;;\n", mode="create"
    )

    assert outcomes(importer, job) == ["skipped", "created"]
    assert importer.reasons(job) == {2: [("already_known", None)]}
    anna = contacts(importer)["anna@example.net"]
    assert (anna.first_name, anna.notes) == ("Anna", "")


def test_only_update_skips_the_unknown(importer):
    importer.run(f"{HEAD}\nAnna;Rossi;anna@example.net;\n")

    job = importer.run(f"{HEAD}\nAnnina;Rossi;anna@example.net;\nBea;Neri;bea@example.net;\n", mode="update")

    assert outcomes(importer, job) == ["updated", "skipped"]
    assert importer.reasons(job) == {3: [("not_known", None)]}
    assert {name: one.first_name for name, one in contacts(importer).items()} == {"anna@example.net": "Annina"}


def test_rows_of_one_contact_fold_and_a_later_value_wins(importer):
    data = (
        f"{HEAD};Tag;Note\n"
        "ANNA;ROSSI;Anna@Example.net ;333 123 4567;VIP;prima\n"
        "Bea;Neri;bea@example.net;;;\n"
        "Anna;Rossi;anna@example.net;;Business;seconda\n"
        "Anna;;ANNA@example.net;;VIP;\n"
    )

    job = importer.run(data)

    assert outcomes(importer, job) == ["created", "created", "updated", "updated"]
    anna = contacts(importer)["anna@example.net"]
    assert (anna.first_name, anna.last_name, anna.phone, anna.notes) == ("Anna", "Rossi", "+393331234567", "seconda")
    with importer.place.enter():
        assert set(ContactTag.objects.filter(contact=anna).values_list("tag__key", flat=True)) == {"vip", "business"}
        assert FieldChange.objects.count() == 0
    assert outcomes(importer, importer.run(data)) == ["unchanged"] * 4


def test_rows_without_email_fold_by_phone(importer):
    data = f"{HEAD}\nAnna;Rossi;;333 123 4567\nAnnina;;;+39 333 1234567\n"

    assert outcomes(importer, importer.run(data)) == ["created", "updated"]
    assert contacts(importer)["+393331234567"].first_name == "Annina"
    assert outcomes(importer, importer.run(data)) == ["unchanged", "unchanged"]


def test_a_phone_of_a_contact_with_email_leaves_its_profile(importer):
    data = f"{HEAD}\nAnna;Rossi;anna@example.net;333 123 4567\nCarlo;Rossi;;333 123 4567\n"

    job = importer.run(data)

    assert outcomes(importer, job) == ["created", "unchanged"]
    assert importer.reasons(job) == {3: [("name_changed", "last_name")]}
    assert contacts(importer)["anna@example.net"].first_name == "Anna"
    assert outcomes(importer, importer.run(data)) == ["unchanged", "unchanged"]


def test_a_phone_of_a_contact_with_email_leaves_its_tags_notes_and_baseline(importer):
    """They are perhaps of another of the family, and the same file again must change nothing."""
    data = (
        f"{HEAD};Tag;Note;Visite\n"
        "Anna;Rossi;anna@example.net;333 123 4567;VIP;;10\n"
        "Luca;Rossi;;333 123 4567;Business;Allergico;3\n"
    )

    assert outcomes(importer, importer.run(data)) == ["created", "unchanged"]
    anna = contacts(importer)["anna@example.net"]
    assert (anna.notes, anna.imported_visit_count) == ("", 10)
    with importer.place.enter():
        assert [one.tag.key for one in ContactTag.objects.select_related("tag")] == ["vip"]
    assert outcomes(importer, importer.run(data)) == ["unchanged", "unchanged"]


def test_a_shared_phone_of_two_emails_is_reported_as_a_duplicate(importer):
    job = importer.run(f"{HEAD}\nAnna;Rossi;a@example.net;333 123 4567\nCarlo;Rossi;c@example.net;333 123 4567\n")

    assert outcomes(importer, job) == ["created", "created"]
    assert importer.reasons(job) == {3: [("duplicate_found", "phone")]}


def test_a_bad_value_leaves_out_its_field_and_is_reported(importer):
    data = (
        "E-mail;Lingua;Data di nascita;Visite;Spesa totale;CAP;Città\n"
        "a@example.net;klingon;31/02/1980;-3;12 zł;00184;Roma\n"
        f"b@example.net;it;17/12/1961;3;12,50;{'9' * 30};Roma\n"
    )

    job = importer.run(data)

    assert importer.outcomes(job) == [
        (2, "created", [
            ("language_unknown", "language"), ("date_invalid", "birthday"), ("number_invalid", "visit_count"),
            ("currency_mismatch", "spend"),
        ]),
        (3, "created", [("text_too_long", "postcode")]),
    ]  # fmt: skip
    found = contacts(importer)
    first, second = found["a@example.net"], found["b@example.net"]
    assert (first.language, first.birthday, first.imported_visit_count, first.postcode) == ("", "", 0, "00184")
    assert (second.imported_visit_count, second.imported_spend_minor, second.birthday) == (3, 1250, "1961-12-17")


def test_an_invalid_email_with_a_valid_phone_keys_by_the_phone(importer):
    job = importer.run(f"{HEAD}\nAnna;Rossi;anna@gimail.con;333 123 4567\nBea;Neri;bea@example;\n")

    assert importer.outcomes(job) == [
        (2, "created", [("email_invalid", "email")]),
        (3, "rejected", [("no_key", None), ("email_invalid", "email")]),
    ]


@pytest.mark.parametrize(
    "phone", ["3,93331E+11", "3.93E+11", "3331234567.0", "333 1234567 / 333 7654321", "333 123 4567 - 06 1234567"]
)
def test_a_damaged_or_double_phone_is_refused_never_guessed(importer, phone):
    job = importer.run(f"{HEAD}\nAnna;Rossi;;{phone}\n")

    assert importer.outcomes(job) == [(2, "rejected", [("no_key", None), ("phone_invalid", "phone")])]


def test_a_workbook_tells_whole_numbers_from_damaged_ones(importer):
    job = importer.run(workbook(["Nome", "Cellulare"], ["Anna", 3331234567], ["Bea", 3.93e11], ["Ciro", 333123456.5]))

    assert outcomes(importer, job) == ["created", "rejected", "rejected"]
    assert list(contacts(importer)) == ["+393331234567"]


def test_a_row_with_more_cells_than_headings_is_refused(importer):
    job = importer.run("E-mail,Nome,Cognome\na@example.net,Anna,Rossi\nb@example.net,Bea,Neri,extra\n")

    assert importer.outcomes(job)[1] == (3, "rejected", [("too_many_cells", None)])


def test_an_import_adds_tags_up_to_nine_and_fills_empty_notes(importer):
    importer.run("E-mail;Tag;Note\na@example.net;VIP;prima\nb@example.net;;\n")

    many = ", ".join(f"Tag {number}" for number in range(10))
    job = importer.run(f'E-mail;Tag;Note\na@example.net;"vip, {many}";seconda\nb@example.net;Local;nota\n')

    assert importer.outcomes(job) == [(2, "updated", [("tag_limit", "tags")]), (3, "updated", [])]
    found = contacts(importer)
    assert (found["a@example.net"].notes, found["b@example.net"].notes) == ("prima", "nota")
    with importer.place.enter():
        own = ContactTag.objects.filter(contact=found["a@example.net"])
        assert own.count() == tags.LIMIT
        assert list(FieldChange.objects.values_list("field", "new", "channel")) == [("notes", "nota", "import")]


def test_a_nickname_is_given_to_new_contacts_only(importer):
    importer.run("Nome;E-mail;Soprannome\nAnna;a@example.net;Nanni\nBea;b@example.net;\n")

    job = importer.run("Nome;E-mail;Soprannome\nAnna;a@example.net;Annuccia\nBea;b@example.net;Bibi\n")

    assert outcomes(importer, job) == ["unchanged", "unchanged"]
    assert {name: one.nickname for name, one in contacts(importer).items()} == {
        "a@example.net": "Nanni",
        "b@example.net": "",
    }
    with importer.place.enter():
        assert SearchToken.objects.filter(token="nanni").exists()


def test_the_first_contact_is_the_earliest_date_the_file_gives(importer):
    importer.run(
        "E-mail;Data di registrazione;Cliente dal;Ultima visita\n"
        "a@example.net;2024-08-11;2023-01-05;2025-03-01\nb@example.net;;;2025-03-01\n"
    )

    found = contacts(importer)
    assert found["a@example.net"].first_contact_on.isoformat() == "2023-01-05"
    assert found["a@example.net"].registered_at.isoformat() == "2024-08-10T22:00:00+00:00"
    assert found["b@example.net"].imported_last_visit_on.isoformat() == "2025-03-01"
    assert (found["a@example.net"].kind, found["b@example.net"].kind) == ("registered", "unregistered")


def test_whole_names_are_parted(importer):
    importer.run("Nome e cognome;E-mail\nMaria De Santis;m@example.net\nRossi, Anna;a@example.net\n")

    found = contacts(importer)
    assert (found["m@example.net"].first_name, found["m@example.net"].last_name) == ("Maria", "De Santis")
    assert (found["a@example.net"].first_name, found["a@example.net"].last_name) == ("Anna", "Rossi")


def test_a_dry_run_and_the_run_agree_row_by_row(importer):
    importer.run(f"{HEAD}\nAnna;Rossi;anna@example.net;\n")
    job = importer.upload(
        f"{HEAD};Tag\nAnna;Verdi;anna@example.net;;\nBea;Neri;;333 123 4567;Nuovo\nBea;Neri;bea@example.net;333 123 4567;\n"
        "Senza;Chiave;;;\nAnna;Rossi;anna@example.net;;\n"
    )

    checked = importer.act(jobs.check, job)
    predicted = importer.outcomes(checked)
    before = contacts(importer)
    done = importer.act(jobs.start, job)

    assert [outcome for _number, outcome, _why in predicted] == [
        "unchanged", "created", "updated", "rejected", "unchanged",
    ]  # fmt: skip
    assert importer.outcomes(done) == predicted
    assert done.counts == checked.counts
    assert list(before) == ["anna@example.net"]
