"""R-IO-1, R-PRIV-3: the template names the required columns, shows an example, and comes back as it is."""

from __future__ import annotations

import pytest

from importexport import columns, template
from importexport.files import table
from importexport.files.kind import FileKind


@pytest.mark.parametrize("language", ["en", "it", "fr", "pl", "de", "es", "fr-ca"])
@pytest.mark.parametrize("kind", list(FileKind))
def test_the_template_is_understood_when_it_is_uploaded(inside, tmp_path, kind, language):
    path = tmp_path / "template"
    path.write_bytes(template.build(kind, language=language))

    found = table.inspect(path)
    mapping = columns.guess(found.headings, found.sample)

    assert (found.kind, found.row_count) == (kind, 2)
    assert set(mapping) == set(found.headings)
    assert len(set(mapping.values())) == len(found.headings)


def test_the_template_names_the_required_columns(inside, tmp_path):
    path = tmp_path / "template.csv"
    path.write_bytes(template.build(FileKind.CSV, language="en"))

    assert [name for name in table.inspect(path).headings if "required" in name] == [
        "Email address (required: e-mail or phone)",
        "Phone (required: e-mail or phone)",
    ]


@pytest.mark.parametrize(
    ("role", "has_column"), [("owner", True), ("manager", True), ("marketer", False), ("host", False)]
)
def test_a_column_of_allergies_is_there_for_who_may_import_them(trattoria, tmp_path, role, has_column):
    path = tmp_path / "template.csv"
    with trattoria.enter(role):
        path.write_bytes(template.build(FileKind.CSV, language="en"))

    found = table.inspect(path)
    assert ("allergies" in columns.guess(found.headings, found.sample).values()) is has_column
    assert ("nuts" in found.sample[0]) is has_column
