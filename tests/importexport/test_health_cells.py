"""A file's column of allergies: sealed in the database, and only for who may read them (R-IO-1, R-PRIV-3)."""

from __future__ import annotations

import json

import pytest
from django.core.management import CommandError, call_command
from django.db import connections, transaction

from crm import health
from crm.models import Contact
from importexport import errors_file, health_cells, jobs
from importexport.files.kind import FileKind
from importexport.models import ImportRow, Outcome
from tenants.permissions import Role
from tenants.scope import PermissionMissing

FILE = "Nome;Cognome;E-mail;Allergie\nAnna;Rossi;anna@example.net;Noci\nSenza;Chiave;;Sedano\n"


@pytest.fixture
def imports(importer):
    return importer


def told(place):
    with place.enter():
        notes = health.of(Contact.objects.values_list("pk", flat=True))
        return {Contact.objects.get(pk=pk).email: health.text_of(pk, note) for pk, note in notes.items()}


def test_the_column_goes_to_the_contacts_note(trattoria, imports):
    job = imports.run(FILE)

    assert job.mapping["Allergie"] == "allergies"
    assert (job.created_count, job.rejected_count) == (1, 1)
    assert told(trattoria) == {"anna@example.net": "Noci"}


def test_the_same_file_again_changes_nothing_and_another_adds_to_it(trattoria, imports):
    imports.run(FILE)

    assert imports.run(FILE).unchanged_count == 1
    more = imports.run("E-mail;Allergie\nanna@example.net;Latte\nanna@example.net;Noci\n")
    assert more.updated_count == 2
    assert told(trattoria) == {"anna@example.net": "Noci\nLatte"}


def test_neither_rows_nor_sample_hold_it_in_the_clear(trattoria, imports):
    job = imports.run(FILE)

    with trattoria.enter():
        stored = json.dumps([job.sample, *ImportRow.objects.filter(job=job).values_list("cells", "reasons")])
    assert "Noci" not in stored
    assert "Sedano" not in stored
    assert "Rossi" in stored
    assert job.sample[0][3] == health_cells.HIDDEN


def test_a_text_that_is_too_long_is_left_out_and_not_repeated(trattoria, imports):
    job = imports.run(f"E-mail;Allergie\nanna@example.net;{'Noci ' * 300}\n")

    with trattoria.enter():
        [row] = ImportRow.objects.filter(job=job)
    assert row.reasons == [{"code": "text_too_long", "field": "allergies", "value": ""}]
    assert told(trattoria) == {}


def test_refused_rows_come_back_whole_for_who_may_read_them(trattoria, imports):
    job = imports.run(FILE)

    with trattoria.enter():
        whole = errors_file.build(job, FileKind.CSV).decode()
    with trattoria.enter(Role.MARKETER):
        hidden = errors_file.build(job, FileKind.CSV).decode()
    assert "Sedano" in whole
    assert "Sedano" not in hidden
    assert health_cells.HIDDEN in hidden


class TestWithoutThePermission:
    @pytest.fixture
    def marketer(self, imports, trattoria):
        """An importer whose files a marketer uploads."""
        enter = trattoria.enter
        trattoria.enter = lambda role=Role.MARKETER: enter(role)
        yield imports
        del trattoria.enter

    def test_the_column_is_not_imported(self, trattoria, marketer):
        job = marketer.run(FILE)

        assert "Allergie" not in job.mapping
        assert job.created_count == 1
        with trattoria.enter(Role.OWNER):
            assert health.of(Contact.objects.values_list("pk", flat=True)) == {}

    def test_and_lies_sealed_all_the_same(self, trattoria, marketer):
        job = marketer.run(FILE)

        with trattoria.enter(Role.OWNER):
            cells = list(ImportRow.objects.filter(job=job).values_list("cells", flat=True))
            assert "Noci" not in json.dumps(cells)
            row = ImportRow.objects.get(job=job, outcome=Outcome.CREATED)
            assert health_cells.shown(row.cells, job)[3] == "Noci"
        with trattoria.enter(Role.MARKETER):
            assert health_cells.shown(row.cells, job)[3] == health_cells.HIDDEN

    def test_it_cannot_be_chosen_by_hand(self, trattoria, marketer):
        job = marketer.upload(FILE)

        with trattoria.enter(Role.MARKETER), pytest.raises(PermissionMissing):
            jobs.correct(job, {"mapping": {**job.mapping, "Allergie": "allergies"}})

    def test_nor_started_where_somebody_else_has_chosen_it(self, trattoria, imports):
        job = imports.upload(FILE)

        with trattoria.enter(Role.MARKETER), pytest.raises(PermissionMissing):
            jobs.start(job)


@pytest.mark.parametrize("heading", ["Tags", "Etichette"])
def test_tags_of_allergies_are_handed_out_to_who_may_read_them_alone(trattoria, imports, bearer, heading):
    """In what a guest is handed, whatever the tag is called by now (R-PRIV-2)."""
    key = bearer(trattoria)
    nuts = key.post("tags/", {"label": "Allergy: nuts"}).json()["key"]
    key.patch(f"tags/{nuts}/", {"label": "Frutta secca"})
    imports.run(f"E-mail;{heading};Allergie\nanna@example.net;VIP | Allergia al sedano | frutta secca;Sesamo\n")
    with trattoria.enter():
        anna = Contact.objects.get().pk

    [told] = key.get(f"contacts/{anna}/data/").json()["imported_rows"]
    seen = trattoria.signed_in(Role.MARKETER).get(
        f"/api/v1/contacts/{anna}/data/", headers={"X-Tenant": trattoria.tenant.slug}
    )

    assert told["cells"] == {
        "E-mail": "anna@example.net",
        heading: "VIP | Allergia al sedano | frutta secca",
        "Allergie": "Sesamo",
    }
    [kept] = seen.json()["imported_rows"]
    assert kept["cells"] == {"E-mail": "anna@example.net", heading: "VIP, •••, •••", "Allergie": "•••"}


class TestRotatingKeys:
    """Guests' own rows, refused ones and those of a run that goes on are opened long after the old key has gone."""

    @pytest.fixture(autouse=True)
    def old(self, settings):
        settings.HEALTH_KEYS = ["old"]

    def rotate(self, settings):
        settings.HEALTH_KEYS = ["new", "old"]
        call_command("rotate_health_keys")
        settings.HEALTH_KEYS = ["new"]

    def test_what_a_guest_is_handed_and_the_refused_rows_are_readable(self, trattoria, imports, bearer, settings):
        job = imports.run(FILE)

        self.rotate(settings)

        with trattoria.enter():
            anna = Contact.objects.get().pk
            assert "Sedano" in errors_file.build(job, FileKind.CSV).decode()
        [row] = bearer(trattoria).get(f"contacts/{anna}/data/").json()["imported_rows"]
        assert row["cells"]["Allergie"] == "Noci"

    def test_rows_that_a_run_has_still_to_come_to_bring_their_allergies(self, trattoria, imports, settings):
        job = imports.check(FILE)

        self.rotate(settings)
        imports.act(jobs.start, job)

        assert told(trattoria) == {"anna@example.net": "Noci"}

    def test_a_cell_of_another_column_that_looks_sealed_is_left_alone(self, trattoria, imports, settings, capsys):
        imports.run("Nome;E-mail;Allergie\nsealed:0123456789abcdef:AAAA;anna@example.net;Noci\n")

        self.rotate(settings)

        assert capsys.readouterr().out.startswith("2 texts")
        with trattoria.enter():
            assert ImportRow.objects.get().cells[0] == "sealed:0123456789abcdef:AAAA"

    def test_while_a_row_lies_under_the_old_key_nobody_is_told_that_it_can_go(
        self, trattoria, imports, settings, capsys
    ):
        """Somebody works on it, and so it is passed over."""
        imports.run(FILE)

        with transaction.atomic("owner"), connections["owner"].cursor() as worker:
            worker.execute("SELECT FROM importexport_importrow FOR UPDATE")
            with pytest.raises(CommandError, match="must stay"):
                self.rotate(settings)

        assert capsys.readouterr().out == ""
        self.rotate(settings)
        assert capsys.readouterr().out.startswith("2 texts")
