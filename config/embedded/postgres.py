"""The embedded PostgreSQL: a cluster of its own on the loopback address, with an owner and an application role.

The owner owns the database and runs migrations; the application role owns nothing and bypasses nothing.
Neither is a superuser. Kept durable (fsync on) but for tests.
"""

from __future__ import annotations

import locale
import os
import secrets
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from config.embedded import memory
from config.embedded.binaries import NothingToRun, Postgres
from config.embedded.place import Place
from config.embedded.ports import LOOPBACK
from config.embedded.processes import Program

ADMIN, OWNER, APP, DATABASE = "postgres", "coperto_owner", "coperto_app", "coperto"
_SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "random_page_cost": "1.1",
    "max_connections": "120",
    # An import locks the keys of 2,000 rows at once, several imports at a time.
    "max_locks_per_transaction": "256",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "",
    "log_checkpoints": "off",
    # An error's detail and its statement quote the values, and so the guest (R-PRIV-1): what failed is said all the same.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}
_CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class Passwords:
    """The generated passwords of the three roles."""

    admin: str
    owner: str
    app: str


@dataclass(frozen=True)
class Cluster:
    """One PostgreSQL data folder and the port it is served on."""

    programs: Postgres
    place: Place
    port: int
    passwords: Passwords
    is_durable: bool = True

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.place.folder / "postgres"

    @property
    def admin_url(self) -> str:
        """The superuser, for set-up only."""
        return self._url(ADMIN, self.passwords.admin, "postgres")

    @property
    def owner_url(self) -> str:
        """Who owns the database and migrates it."""
        return self._url(OWNER, self.passwords.owner, DATABASE)

    @property
    def app_url(self) -> str:
        """Who the web and the worker connect as."""
        return self._url(APP, self.passwords.app, DATABASE)

    def program(self) -> Program:
        """The server, ready to be started."""
        settings = _SETTINGS | memory.settings() | {"port": str(self.port)} | ({} if self.is_durable else _CARELESS)
        options = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
        return Program(
            name="postgres",
            argv=[str(self.programs.folder / "postgres"), "-D", str(self.data), *options],
            env=_environment(),
            account=self.place.account,
            stop_signal=signal.SIGINT,
            death_signal=signal.SIGQUIT,
        )

    def create(self) -> bool:
        """Make the data folder when there is none; whether it was made.

        Raises:
            NothingToRun: the data folder belongs to another major version of PostgreSQL, or initdb failed.
        """
        version = self.data / "PG_VERSION"
        if version.exists():
            self._check(version.read_text().strip())
            return False
        draft = self.place.closed_folder(f"postgres-{secrets.token_hex(4)}")
        password_file = draft.with_name(f"{draft.name}.password")
        password_file.touch(mode=0o600)
        self.place.give(password_file)
        password_file.write_text(self.passwords.admin)
        try:
            self._initdb(draft, password_file)
        finally:
            password_file.unlink()
        draft.replace(self.data)
        return True

    def answers(self) -> bool:
        """Whether the server takes connections."""
        try:
            psycopg.connect(self.admin_url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def prepare(self, *, may_create_databases: bool = False) -> None:
        """Make the roles and the database; what exists already is left alone."""
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            for role, password in ((OWNER, self.passwords.owner), (APP, self.passwords.app)):
                self._role(connection, role, password)
            if may_create_databases:
                connection.execute(sql.SQL("ALTER ROLE {} CREATEDB").format(sql.Identifier(OWNER)))
            self._database(connection)

    def _check(self, version: str) -> None:
        if version != str(self.programs.major):
            raise NothingToRun(
                f"The data in {self.data} was made by PostgreSQL {version}, but {self.programs.source} is "
                f"{self.programs.version}. Install PostgreSQL {version} again, take `manage.py backup FILE`, then start with "
                "a new state folder and `manage.py restore FILE`."
            )

    def _initdb(self, draft: Path, password_file: Path) -> None:
        account = self.place.account
        try:
            subprocess.run(
                [
                    str(self.programs.folder / "initdb"), "-D", str(draft), "-U", ADMIN, "-A", "scram-sha-256",
                    "--pwfile", str(password_file), "-E", "UTF8", *_locale_options(self.programs.major),
                    *([] if self.is_durable else ["--no-sync"]),
                ],
                env=_environment(), cwd="/", check=True, capture_output=True, text=True, timeout=120,
                user=account.uid if account else None, group=account.gid if account else None,
                extra_groups=[] if account else None,
            )  # fmt: skip
        except subprocess.CalledProcessError as error:
            raise NothingToRun(f"initdb failed: {error.stderr.strip() or error.stdout.strip()}") from error

    def _role(self, connection: psycopg.Connection, role: str, password: str) -> None:
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
            connection.execute(
                sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD {}").format(
                    sql.Identifier(role), sql.Literal(password)
                )
            )

    def _database(self, connection: psycopg.Connection) -> None:
        name, owner, app = sql.Identifier(DATABASE), sql.Identifier(OWNER), sql.Identifier(APP)
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, owner))
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
        connection.execute(sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(name, app))

    def _url(self, role: str, password: str, database: str) -> str:
        return f"postgres://{role}:{password}@{LOOPBACK}:{self.port}/{database}"


def _locale_options(major: int) -> list[str]:
    """The built-in provider sorts alike on every system, but exists from PostgreSQL 17 on only."""
    name = next((name for name in ("C.UTF-8", "C.utf8", "en_US.UTF-8") if _known(name)), "C")
    provider = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if major >= 17 else ["--locale-provider=libc"]
    return [*provider, f"--locale={name}"]


def _known(name: str) -> bool:
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        locale.setlocale(locale.LC_CTYPE, name)
    except locale.Error:
        return False
    locale.setlocale(locale.LC_CTYPE, before)
    return True


def _environment() -> dict[str, str]:
    """Nothing of ours: a server needs no secrets from its environment, and PG* variables would lead it astray."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
