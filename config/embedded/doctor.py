"""`manage.py doctor`: what this machine offers, what Coperto chose from it, and why."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from urllib.parse import urlsplit

from config import state
from config.embedded import binaries, choices, place, start
from config.embedded.installation import Installation

SECRETS = {
    "SECRET_KEY": "when it changes, keep the former one in SECRET_KEY_FALLBACKS",
    "PRIVACY_PEPPER": "never change it, or erased guests who unsubscribed are written to again",
    "HEALTH_KEYS": "add new ones in front and keep the former, or allergies cannot be read",
}


@dataclass(frozen=True)
class Finding:
    """One thing looked at: what was found, and why it was chosen. Not `is_fine` means Coperto cannot run."""

    subject: str
    choice: str
    reason: str
    is_fine: bool = True


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `doctor`."""
    parser.add_argument("--json", action="store_true", help="print JSON alone")


def main(argv: Sequence[str]) -> int:
    """Parse the options and report; the exit code is 1 when Coperto could not run here."""
    parser = argparse.ArgumentParser(prog="manage.py doctor", description="Say what Coperto runs on here, and why.")
    add_arguments(parser)
    return report(as_json=parser.parse_args(argv).json)


def report(*, as_json: bool) -> int:
    """Print the findings; the exit code."""
    findings = list(examine())
    if as_json:
        sys.stdout.write(json.dumps({finding.subject: asdict(finding) for finding in findings}, indent=2) + "\n")
    else:
        for finding in findings:
            mark = "ok " if finding.is_fine else "NO "
            sys.stdout.write(f"{mark} {finding.subject:<12} {finding.choice}\n{'':16} {finding.reason}\n")
    return 0 if all(finding.is_fine for finding in findings) else 1


def examine() -> Iterator[Finding]:
    """Look at everything that `up` would look at, without starting anything."""
    wanted = choices.from_environment()
    yield Finding("python", platform.python_version(), f"{sys.executable} on {platform.platform()}")
    yield from _state()
    yield from _secrets()
    yield _database(wanted)
    yield _broker(wanted)
    yield _web(wanted)


def _state() -> Iterator[Finding]:
    home = state.home()
    named = "COPERTO_HOME" if home != state.PROJECT_ROOT / ".coperto" else "default, COPERTO_HOME is not set"
    yield Finding("state", str(home), named)
    if not home.exists():
        yield Finding("running", "no", "the state folder does not exist yet: nothing was started with it")
        return
    installation = Installation(home)
    running = installation.is_locked()
    yield Finding("running", "yes" if running else "no", f"its lock is {'held' if running else 'free'}")
    yield _data(installation)


def _secrets() -> Iterator[Finding]:
    """Where the secrets come from, and not what they are."""
    kept: Callable[[str], str | None] = Installation(state.home()).get if state.home().exists() else lambda _name: None
    for name, meaning in SECRETS.items():
        if os.environ.get(name):
            yield Finding(name.lower(), "the environment", f"{name} is set: {meaning}")
        elif kept(name.lower()):
            yield Finding(name.lower(), "the state folder", f"made by `up` once: {meaning}")
        else:
            yield Finding(name.lower(), "not made yet", f"`up` makes it once; who starts without `up` sets {name}")
    if older := [one for one in os.environ.get("SECRET_KEY_FALLBACKS", "").split(",") if one]:
        yield Finding(
            "older keys", str(len(older)), "SECRET_KEY_FALLBACKS: links that were signed with them stay valid"
        )


def _data(installation: Installation) -> Finding:
    account = place.unprivileged()
    if account is None:
        return Finding("data", str(installation.home), "not started as root: the servers run as the same user")
    known = installation.get("place")
    reason = f"started as root: the servers run as {account.name}, who cannot pass the closed state folder"
    return Finding("data", known or "not chosen yet", reason)


def _database(wanted: choices.Choices) -> Finding:
    if not wanted.embeds_database:
        return Finding("database", _without_password(wanted.database_url), f"DATABASE_URL {choices.ENVIRONMENT}")
    return _found("database", "DATABASE_URL", _postgres)


def _broker(wanted: choices.Choices) -> Finding:
    if not wanted.embeds_broker:
        return Finding("broker", _without_password(wanted.redis_url), f"REDIS_URL {choices.ENVIRONMENT}")
    return _found("broker", "REDIS_URL", _valkey)


def _found(subject: str, variable: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(subject, look(), f"{variable} {choices.EMBEDDED}")
    except binaries.NothingToRun as fault:
        return Finding(subject, "nothing", str(fault), is_fine=False)


def _postgres() -> str:
    found = binaries.find_postgres()
    return f"PostgreSQL {found.version} from {found.source} ({found.folder})"


def _valkey() -> str:
    found = binaries.find_broker()
    return f"{found.server.name} {found.version} from {found.source} ({found.server})"


def _web(wanted: choices.Choices) -> Finding:
    saved: Mapping[str, str] = state.load()
    if start.is_running_at(saved.get("PUBLIC_URL")):
        return Finding("web", saved["PUBLIC_URL"], "it answers")
    port = f"port {wanted.port}, asked for by PORT" if wanted.port else "the first free port from 8000 on"
    return Finding(
        "web", port, f"granian, {wanted.web_workers} workers of {wanted.web_threads} threads; nothing answers now"
    )


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}:{parts.port}{parts.path}"
