"""`python -m bench`: measure, print, write docs/benchmarks.md; the exit code says whether every bar was kept."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench import stage


def main() -> int:
    asked = _arguments()
    with _home(asked.home) as home, stage.servers(home) as connection:
        given = stage.environment(connection, home)
        os.environ.update(given)
        # Django reads the environment when it is imported.
        from bench import session  # noqa: PLC0415

        return session.run(connection, given, home, asked)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer contacts and rounds; nothing is written")
    parser.add_argument("--only", choices=("list", "card", "rebuild", "intakes"), help="one of them")
    parser.add_argument("--home", type=Path, help="the servers' folder; use those that --hold keeps there")
    parser.add_argument("--hold", action="store_true", help="fill, then keep the servers until interrupted")
    return parser.parse_args()


@contextlib.contextmanager
def _home(given: Path | None) -> Iterator[Path]:
    if given is not None:
        given.mkdir(parents=True, exist_ok=True)
        yield given.absolute()
        return
    with tempfile.TemporaryDirectory(prefix="coperto-bench-") as folder:
        yield Path(folder)


if __name__ == "__main__":
    sys.exit(main())
