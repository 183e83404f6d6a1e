"""What the service `init` does, on a real server."""

import json
import stat
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from include.reconciliation.local import container
from include.reconciliation.local.bootstrap import (
    SUPERUSER,
    bootstrap_warehouse,
    give_passwords,
)
from include.reconciliation.local.server import Server

ENVIRONMENT = {
    "PGHOST": "postgres",
    "PGPORT": "5432",
    "PGUSER": "postgres",
    "PGPASSWORD": "super",
    **{variable: f"{role} word" for role, variable in container.ROLE_PASSWORDS.items()},
    **{variable: f"{login}\"'\\" for login, variable in container.LOGIN_PASSWORDS.items()},
}


def test_each_role_goes_in_with_its_own_password() -> None:
    assert (
        "host=postgres port=5432 dbname=reconciliation user=reconciliation_migrator "
        "password='reconciliation_migrator word'"
    ) == container.address(ENVIRONMENT, "reconciliation", "reconciliation_migrator")
    assert "password=super" in container.address(ENVIRONMENT, "postgres", "postgres")


def test_the_logins_are_readable_by_their_owner_alone_and_a_repeat_replaces_them(
    tmp_path: Path,
) -> None:
    path = tmp_path / "passwords.json"
    path.write_text('{"admin": "of an earlier start"}')

    container.write_logins(path, ENVIRONMENT)

    assert {login: f"{login}\"'\\" for login in ("admin", "auditor", "finance")} == json.loads(
        path.read_text()
    )
    assert 0o600 == stat.S_IMODE(path.stat().st_mode)
    assert [path] == list(tmp_path.iterdir())


class Wire:
    """A connection that keeps what is sent over it."""

    def __init__(self, session: psycopg.Connection) -> None:
        self.pgconn = session.pgconn
        self.session = session
        self.sent: list[str] = []

    def execute(self, query: sql.Composable) -> None:
        self.sent.append(query.as_string(self.session))
        self.session.execute(query)


def test_a_password_is_hashed_before_it_is_sent_so_that_no_server_log_can_hold_it(
    test_server: Server, administrator: psycopg.Connection
) -> None:
    """The role of finance tools stands for all; its password is taken away again."""
    if test_server.password is not None:
        pytest.skip("the roles of a server of one's own keep their passwords")
    wire = Wire(administrator)
    try:
        give_passwords(wire, {"reconciliation_ro": "finance's word"})  # type: ignore[arg-type]

        [stored] = administrator.execute(
            "select rolpassword from pg_catalog.pg_authid where rolname = 'reconciliation_ro'"
        ).fetchone()
        assert [f"alter role \"reconciliation_ro\" password '{stored}'"] == wire.sent
        assert stored.startswith("SCRAM-SHA-256$")
    finally:
        administrator.execute("alter role reconciliation_ro password null")


def test_roles_and_databases_are_made_once_and_a_second_start_changes_nothing(
    test_server: Server, administrator: psycopg.Connection
) -> None:
    if test_server.password is not None:
        pytest.skip("the roles of a server of one's own keep their passwords")
    for _ in range(2):
        bootstrap_warehouse(test_server.conninfo("postgres", SUPERUSER), {})

        found = administrator.execute(
            "select datname, pg_catalog.pg_get_userbyid(datdba) from pg_catalog.pg_database"
            " where datname in ('airflow', 'reconciliation') order by datname"
        ).fetchall()
        assert [("airflow", "airflow"), ("reconciliation", "reconciliation_owner")] == found


@pytest.mark.parametrize("missing", sorted(container.ROLE_PASSWORDS.values()))
def test_a_missing_password_is_an_error_that_names_its_variable(missing: str) -> None:
    environment = {name: value for name, value in ENVIRONMENT.items() if name != missing}

    with pytest.raises(KeyError, match=missing):
        container.passwords(environment)
