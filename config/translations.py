"""Texts in every language: compiled without the system's gettext, and held complete.

`python -m config.translations` compiles what has changed (`up` and the tests do the same);
`--check` fails on a text that is missing, fuzzy or has lost a placeholder, and, where gettext is installed, on a text of the
source that no catalogue has.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import polib

from config import state

LANGUAGES = ("it", "fr", "pl")
_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|{(\w*)}|%[sd]")
_NOT_SOURCE = {
    ".git",
    ".venv",
    ".coperto",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
    "node_modules",
    "__pycache__",
    "tests",
    "bench",
}


def compile_changed(root: Path = state.PROJECT_ROOT) -> list[Path]:
    """Compile each catalogue that is newer than what was compiled from it; the catalogues that were."""
    stale = [path for path in _catalogues(root) if _is_stale(path)]
    for path in stale:
        target = path.with_suffix(".mo")
        draft = target.with_name(f"{target.name}.{os.getpid()}")
        polib.pofile(str(path)).save_as_mofile(str(draft))
        draft.replace(target)
    return stale


def faults(root: Path = state.PROJECT_ROOT) -> Iterator[str]:
    """What is wrong with the catalogues as they stand."""
    found = list(_catalogues(root))
    for language in LANGUAGES:
        if not any(path.parent.parent.name == language for path in found):
            yield f"no catalogue for the language {language}"
    for path in found:
        for entry in polib.pofile(str(path)):
            fault = None if entry.obsolete else _fault(entry)
            if fault:
                yield f"{path.relative_to(root)}:{entry.linenum}: {fault}: {entry.msgid!r}"


def faults_against_source() -> Iterator[str]:
    """What the catalogues lack of the texts that the source has now; nothing where gettext is not installed."""
    if shutil.which("xgettext") is None:
        sys.stderr.write("translations: gettext is not installed, so new texts of the source are not looked for\n")
        return
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "source"
        shutil.copytree(state.PROJECT_ROOT, copy, ignore=lambda _, names: _NOT_SOURCE.intersection(names))
        _extract(copy)
        yield from faults(copy)


def main() -> int:
    """Compile, or check; the exit code."""
    if "--check" not in sys.argv[1:]:
        compile_changed()
        return 0
    found = sorted({*faults(), *faults_against_source()})
    sys.stderr.write("".join(f"{fault}\n" for fault in found))
    return 1 if found else 0


def _catalogues(root: Path) -> Iterator[Path]:
    for pattern in ("locale/*/LC_MESSAGES/*.po", "*/locale/*/LC_MESSAGES/*.po"):
        yield from sorted(root.glob(pattern))


def _is_stale(path: Path) -> bool:
    target = path.with_suffix(".mo")
    return not target.exists() or target.stat().st_mtime <= path.stat().st_mtime


def _fault(entry: polib.POEntry) -> str | None:
    texts = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
    if entry.fuzzy:
        return "fuzzy"
    if not all(texts):
        return "missing"
    # A plural form may leave its number out ("one guest"), a plain text may leave out nothing.
    wanted = _placeholders(entry.msgid_plural or entry.msgid)
    if any(not _placeholders(text) <= wanted for text in texts) or (
        not entry.msgid_plural and _placeholders(texts[0]) != wanted
    ):
        return "other placeholders than the source"
    return None


def _placeholders(text: str) -> set[str]:
    return {found.group(0) for found in _PLACEHOLDER.finditer(text)}


def _extract(folder: Path) -> None:
    words = [word for language in LANGUAGES for word in ("-l", language)]
    for domain in ("django", "djangojs"):
        if domain == "djangojs" and not any(folder.glob("**/locale/*/LC_MESSAGES/djangojs.po")):
            continue
        subprocess.run(
            [sys.executable, "-m", "django", "makemessages", "-d", domain, *words, "--no-obsolete", "--no-location"],
            cwd=folder, check=True, capture_output=True, env={**os.environ, "PYTHONPATH": str(folder)},
        )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
