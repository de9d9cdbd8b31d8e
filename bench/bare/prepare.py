"""Make the peer's tables, as many known guests as ours, and its token: `python -m bench.bare.prepare COUNT TOKEN`."""

from __future__ import annotations

import sys

import django
from django.core.management import call_command
from django.db import connection

STATEMENTS = (
    "DROP TABLE IF EXISTS guest",
    (
        "CREATE TABLE guest (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL UNIQUE, "
        "first_name text NOT NULL, last_name text NOT NULL, phone text NOT NULL)"
    ),
    (
        "INSERT INTO guest (email, first_name, last_name, phone) "
        "SELECT 'guest' || n || '@example.org', 'Anna', 'Rossi', '+39' || n FROM generate_series(1, {count}) n"
    ),
    "DELETE FROM authtoken_token",
    "DELETE FROM auth_user",
    (
        "INSERT INTO auth_user (id, username, password, first_name, last_name, email, is_superuser, is_staff, is_active, "
        "date_joined) VALUES (1, 'bench', '!', '', '', '', false, false, true, now())"
    ),
    "INSERT INTO authtoken_token (key, user_id, created) VALUES ('{token}', 1, now())",
    "VACUUM (ANALYZE) guest",
)


def main(count: str, token: str) -> None:
    django.setup()
    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        for statement in STATEMENTS:
            cursor.execute(statement.format(count=int(count), token=token))


if __name__ == "__main__":
    main(*sys.argv[1:])
