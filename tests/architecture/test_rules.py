"""docs/rules.md leads from every rule of the domain to the module that holds it and the test that cites it."""

from __future__ import annotations

import re

import pytest

from tests.architecture.sources import ROOT

RULES = {
    "R-ID": 8,
    "R-WRITE": 6,
    "R-VISIT": 5,
    "R-CRM": 10,
    "R-CONSENT": 5,
    "R-ORDER": 4,
    "R-LOYALTY": 3,
    "R-MERGE": 4,
    "R-IO": 4,
    "R-PRIV": 4,
    "R-SERVICE": 2,
}
ALL_IDS = [f"{group}-{number}" for group, count in RULES.items() for number in range(1, count + 1)]
BUILT_ROW = re.compile(r"^\| (R-[A-Z]+-\d+) \|([^|]+)\|([^|]+)\|([^|]+)\|$", re.MULTILINE)
LATER_ROW = re.compile(r"^\| (R-[A-Z]+-\d+) \| (issue \d+|no issue yet) \|([^|]+)\|$", re.MULTILINE)
PATH = re.compile(r"`([^`]+)`")
CITATION = re.compile(r"\bR-([A-Z]+)-(\d+)(?:\s*(?:to|-)\s*(\d+))?")


def _text() -> str:
    return (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")


def _built() -> dict[str, tuple[list[str], list[str]]]:
    before_later = _text().partition("## Later")[0]
    rows = BUILT_ROW.findall(before_later)
    return {rule: (PATH.findall(modules), PATH.findall(tests)) for rule, _meaning, modules, tests in rows}


def _later() -> dict[str, str]:
    return {rule: issue for rule, issue, _missing in LATER_ROW.findall(_text().partition("## Later")[2])}


def test_every_rule_has_its_row_and_no_other_id_has_one() -> None:
    assert sorted(set(_built()) | set(_later())) == sorted(ALL_IDS)


def test_no_rule_has_two_rows_in_one_table() -> None:
    ids = [row[0] for row in BUILT_ROW.findall(_text().partition("## Later")[0])]

    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("rule", sorted(_built()))
def test_a_built_rule_names_a_module_and_a_test_that_cites_it(rule: str) -> None:
    modules, tests = _built()[rule]

    assert modules
    assert tests
    assert [path for path in [*modules, *tests] if not (ROOT / path).is_file()] == []
    assert all(path.startswith("tests/") for path in tests)
    assert [path for path in tests if not _cites((ROOT / path).read_text(encoding="utf-8"), rule)] == []


def test_a_rule_put_off_names_the_issue_that_brings_it() -> None:
    assert set(_later().values()) <= {"issue 3", "issue 4", "no issue yet"}


def test_every_id_cited_anywhere_exists() -> None:
    cited = {
        f"R-{group}-{number}"
        for folder in ("tests", *{group.split("/")[0] for group in _folders()})
        for path in (ROOT / folder).rglob("*.py")
        for group, number, _until in CITATION.findall(path.read_text(encoding="utf-8"))
    }

    assert cited - set(ALL_IDS) == set()


def _folders() -> list[str]:
    return [str(path.parent.relative_to(ROOT)) for path in ROOT.glob("*/apps.py")]


def _cites(text: str, rule: str) -> bool:
    """Whether the text names the rule, alone or within a run such as `R-ID-1 to 4`."""
    group, number = rule.rsplit("-", 1)
    return any(
        f"R-{name}" == group and int(first) <= int(number) <= int(last or first)
        for name, first, last in CITATION.findall(text)
    )
