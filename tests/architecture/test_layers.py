"""Every call goes down: layers, cycles, signals, imports in functions, HTTP outside the doors (ARCHITECTURE)."""

from __future__ import annotations

import ast
import itertools
import tomllib

import grimp
import pytest
from importlinter import configuration
from importlinter.application import use_cases

from tests.architecture.sources import PACKAGES, ROOT, Source, all_sources

DOORS = {"api", "dashboard", "config"}
HTTP = ("django.http", "django.shortcuts", "rest_framework")
SIGNALS = ("django.dispatch", "django.db.models.signals")
BANNED_NAMES = {"services", "utils", "helpers", "managers", "common", "misc"}


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph(*PACKAGES, cache_dir=None)


def test_the_layers_of_the_import_linter_are_kept(capsys: pytest.CaptureFixture[str]) -> None:
    # Beneath its command line, which disables every logger of the process.
    configuration.configure()

    assert use_cases.lint_imports(str(ROOT / "pyproject.toml"), cache_dir=None), capsys.readouterr().out


def test_the_import_linter_knows_every_package() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    layers = [part.strip() for layer in settings["contracts"][0]["layers"] for part in layer.split("|")]
    folders = {path.parent.name for path in ROOT.glob("*/apps.py")}

    assert set(settings["root_packages"]) == set(PACKAGES) == set(layers) == folders


def test_no_two_apps_import_each_other(graph: grimp.ImportGraph) -> None:
    both = [
        (one, other)
        for one, other in itertools.combinations(PACKAGES, 2)
        if graph.find_shortest_chain(one, other, as_packages=True)
        and graph.find_shortest_chain(other, one, as_packages=True)
    ]

    assert both == []


def test_no_module_is_part_of_a_cycle(graph: grimp.ImportGraph) -> None:
    in_cycles = [
        module
        for module in graph.modules
        if any(
            imported == module or graph.chain_exists(importer=imported, imported=module)
            for imported in graph.find_modules_directly_imported_by(module)
        )
    ]

    assert sorted(in_cycles) == []


def _strays(names: tuple[str, ...], sources: list[Source]) -> list[str]:
    return [
        f"{source.path}:{line} {name}"
        for source in sources
        for line, name in source.imports()
        if any(name == banned or name.startswith(f"{banned}.") for banned in names)
    ]


def test_http_stays_at_the_doors() -> None:
    assert _strays(HTTP, [source for source in all_sources() if source.package not in DOORS]) == []


def test_the_html_door_knows_no_rest_framework() -> None:
    assert _strays(("rest_framework",), [source for source in all_sources() if source.package == "dashboard"]) == []


def test_nobody_listens_to_signals() -> None:
    assert _strays(SIGNALS, list(all_sources())) == []


def test_no_import_hides_in_a_function() -> None:
    hidden = {
        f"{source.path}:{inner.lineno}"
        for source in all_sources()
        for outer in source.nodes
        if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for inner in ast.walk(outer)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    }

    assert hidden == set()


def test_every_module_is_named_for_its_rule() -> None:
    assert [source.path for source in all_sources() if source.path[:-3].rsplit("/", 1)[-1] in BANNED_NAMES] == []


def test_only_the_scope_tells_the_database_the_tenant() -> None:
    """`app.tenant_id` set anywhere else could outlive its transaction."""
    setters = [
        source.path
        for source in all_sources()
        for node in source.nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "set_config('app.tenant_id'" in node.value
    ]

    assert setters == ["tenants/scope.py"]
