"""A file's column of allergies: sealed in the database, and only for who may read them (R-IO-1, R-PRIV-3)."""

from __future__ import annotations

import json

import pytest

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
