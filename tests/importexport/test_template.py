"""R-IO-1: the template names the required columns, shows an example, and comes back as it is."""

from __future__ import annotations

import pytest

from importexport import columns, template
from importexport.files import table
from importexport.files.kind import FileKind


@pytest.mark.parametrize("language", ["en", "it", "fr", "pl", "de", "es", "fr-ca"])
@pytest.mark.parametrize("kind", list(FileKind))
def test_the_template_is_understood_when_it_is_uploaded(tmp_path, kind, language):
    path = tmp_path / "template"
    path.write_bytes(template.build(kind, language=language))

    found = table.inspect(path)
    mapping = columns.guess(found.headings, found.sample)

    assert (found.kind, found.row_count) == (kind, 2)
    assert set(mapping) == set(found.headings)
    assert len(set(mapping.values())) == len(found.headings)


def test_the_template_names_the_required_columns(tmp_path):
    path = tmp_path / "template.csv"
    path.write_bytes(template.build(FileKind.CSV, language="en"))

    assert [name for name in table.inspect(path).headings if "required" in name] == [
        "Email address (required: e-mail or phone)",
        "Phone (required: e-mail or phone)",
    ]
