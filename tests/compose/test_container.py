"""What the service `init` does, on a real server."""

import json
import stat
from pathlib import Path

import psycopg
import pytest

from include.reconciliation.local import container
from include.reconciliation.local.bootstrap import SUPERUSER, bootstrap_warehouse
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


def test_roles_get_their_passwords_hashed_and_a_second_start_changes_no_role(
    test_server: Server, administrator: psycopg.Connection
) -> None:
    """The role of finance tools stands for all; its password is taken away again."""
    if test_server.password is not None:
        pytest.skip("the roles of a server of one's own keep their passwords")
    address = test_server.conninfo("postgres", SUPERUSER)
    try:
        for _ in range(2):
            bootstrap_warehouse(address, {"reconciliation_ro": "finance's word"})

        [stored] = administrator.execute(
            "select rolpassword from pg_catalog.pg_authid where rolname = 'reconciliation_ro'"
        ).fetchone()
        assert stored.startswith("SCRAM-SHA-256$4096:")
        assert "finance's word" not in stored
    finally:
        administrator.execute("alter role reconciliation_ro password null")
    found = administrator.execute(
        "select datname from pg_catalog.pg_database where datname in ('airflow', 'reconciliation')"
        " order by datname"
    ).fetchall()
    assert [("airflow",), ("reconciliation",)] == found


@pytest.mark.parametrize("missing", sorted(container.ROLE_PASSWORDS.values()))
def test_a_missing_password_is_an_error_that_names_its_variable(missing: str) -> None:
    environment = {name: value for name, value in ENVIRONMENT.items() if name != missing}

    with pytest.raises(KeyError, match=missing):
        container.passwords(environment)
