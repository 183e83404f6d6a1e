"""The warehouse's migrations: SQL files sent as they are, all or nothing, in order."""

import re
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from alembic.script import ScriptDirectory

from include.migrations import sql_file
from include.reconciliation.local import migrate as migrations
from include.reconciliation.local.layout import PROJECT_ROOT
from include.reconciliation.local.server import Server, ServerError
from tests.conftest import OWNERS, Databases
from tests.launcher.programs import wait_for

TRANSACTION = re.compile(
    r"^\s*(begin|start\s+transaction|commit|rollback|abort|end(?! as)|savepoint|release"
    r"|prepare\s+transaction|set\s+transaction)\b[^;]*;",
    re.IGNORECASE | re.MULTILINE,
)


@pytest.fixture
def empty_database(
    test_server: Server, administrator: psycopg.Connection, databases: Databases
) -> str:
    """A database without a schema; the address is the migrator's."""
    name = databases.names["reconciliation"]
    administrator.execute(f'drop database "{name}" with (force)')
    administrator.execute(
        f"create database \"{name}\" owner {OWNERS['reconciliation']} template template0"
        " encoding 'UTF8' locale_provider libc locale 'C'"
    )
    return test_server.conninfo(name, "reconciliation_migrator")


@pytest.fixture
def folder_of_migrations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of migrations of its own; returns its folder of SQL files."""
    versions = tmp_path / "migrations" / "versions"
    versions.mkdir(parents=True)
    schema = tmp_path / "schema"
    schema.mkdir()
    env = migrations.MIGRATIONS / "env.py"
    (tmp_path / "migrations" / "env.py").write_text(env.read_text())
    monkeypatch.setattr(migrations, "MIGRATIONS", tmp_path / "migrations")
    monkeypatch.setattr(migrations, "SCHEMA_FOLDER", schema)
    monkeypatch.setattr(sql_file, "SCHEMA_FOLDER", schema)
    return schema


def tables(address: str) -> set[str]:
    with psycopg.connect(address) as session:
        rows = session.execute(
            "select tablename from pg_catalog.pg_tables where schemaname = 'reconciliation'"
        ).fetchall()
    return {name for (name,) in rows}


def test_each_sql_file_has_its_revision_and_each_revision_its_sql_file() -> None:
    script = ScriptDirectory.from_config(migrations.alembic_config())

    revisions = [revision.revision for revision in script.walk_revisions()][::-1]

    assert [path.name[:4] for path in migrations.schema_files()] == revisions
    assert {path.stem for path in migrations.schema_files()} == {
        path.stem for path in (migrations.MIGRATIONS / "versions").glob("[0-9]*.py")
    }


@pytest.mark.parametrize("path", migrations.schema_files(), ids=lambda path: path.name)
def test_no_migration_ends_its_transaction(path: Path) -> None:
    """A `commit;` would pass silently and leave half a schema when a later line fails."""
    text = re.sub(r"--[^\n]*", "", path.read_text(encoding="utf-8"))
    # A function's body has its own begin and end.
    outside = re.sub(r"\$(\w*)\$.*?\$\1\$", "", text, flags=re.DOTALL)

    assert [] == [match.group().strip() for match in TRANSACTION.finditer(outside)]


@pytest.mark.parametrize(
    "statement", ["commit;", "  BEGIN ;", "rollback to x;", "start transaction;"]
)
def test_a_transaction_statement_would_be_found(statement: str) -> None:
    assert TRANSACTION.search(f"create table a ();\n{statement}\n")


def test_percent_signs_colons_and_several_statements_pass_as_they_are(
    empty_database: str, folder_of_migrations: Path
) -> None:
    (folder_of_migrations / "0001_odd_text.sql").write_text(
        "create table reconciliation.notes (note text default '100% :note :true %(x)s');\n"
        "insert into reconciliation.notes default values;\n"
    )
    migrations.write_revisions()

    migrations.migrate(empty_database)

    with psycopg.connect(empty_database) as session:
        session.execute("set role reconciliation_owner")
        found = session.execute("select note from reconciliation.notes").fetchall()
    assert [("100% :note :true %(x)s",)] == found


def test_a_migration_that_fails_leaves_nothing_of_itself_or_of_those_before_it(
    empty_database: str, folder_of_migrations: Path
) -> None:
    (folder_of_migrations / "0001_good.sql").write_text("create table reconciliation.good ();")
    (folder_of_migrations / "0002_bad.sql").write_text(
        "create table reconciliation.half ();\nselect 1 / 0;"
    )
    migrations.write_revisions()

    with pytest.raises(psycopg.errors.DivisionByZero):
        migrations.migrate(empty_database)

    assert set() == tables(empty_database)


def test_two_migrations_at_once_run_one_after_the_other(empty_database: str) -> None:
    """Both are made to wait for the lock first, so that they would meet if it were not taken."""
    command = [sys.executable, "-m", "include.reconciliation.local.migrate"]
    waiting = "select count(*) from pg_catalog.pg_locks where locktype = 'advisory' and not granted"

    with (
        psycopg.connect(empty_database) as holder,
        psycopg.connect(empty_database, autocommit=True) as observer,
    ):
        holder.execute("select pg_advisory_xact_lock(%(key)s)", {"key": migrations.LOCK_KEY})
        both = [
            subprocess.Popen([*command, "--conninfo", empty_database], cwd=PROJECT_ROOT)
            for _ in range(2)
        ]
        have_met = wait_for(lambda: observer.execute(waiting).fetchone() == (2,))
        holder.rollback()
        codes = [process.wait(timeout=60) for process in both]

    assert have_met
    assert [0, 0] == codes
    with psycopg.connect(empty_database) as session:
        found = session.execute("select version_num from reconciliation.schema_version").fetchall()
    assert [(migrations.schema_files()[-1].name[:4],)] == found


def test_everything_that_a_migration_makes_belongs_to_the_owner_role(databases: Databases) -> None:
    with psycopg.connect(databases.conninfo("reconciliation", "reconciliation_rw")) as session:
        owners = session.execute(
            """
            select distinct pg_catalog.pg_get_userbyid(relowner)
            from pg_catalog.pg_class
            inner join pg_catalog.pg_namespace on pg_class.relnamespace = pg_namespace.oid
            where nspname in ('reconciliation', 'internal')
            """
        ).fetchall()

    assert [("reconciliation_owner",)] == owners


def test_a_sql_file_without_a_revision_is_named_with_what_to_do(
    empty_database: str, folder_of_migrations: Path
) -> None:
    (folder_of_migrations / "0001_lonely.sql").write_text("select 1;")

    with pytest.raises(migrations.MigrationError, match=r"0001_lonely\.sql.*--write-revisions"):
        migrations.migrate(empty_database)


@pytest.mark.parametrize(
    ("names", "complaint"),
    [
        (["0001_a.sql", "0001_b.sql"], "same number"),
        (["0001_Upper.sql"], "NNNN_lower_case_name"),
    ],
)
def test_a_disorderly_folder_is_refused(
    folder_of_migrations: Path, names: list[str], complaint: str
) -> None:
    for name in names:
        (folder_of_migrations / name).write_text("select 1;")

    with pytest.raises(migrations.MigrationError, match=complaint):
        migrations.schema_files()


def test_a_database_of_another_locale_is_refused_before_anything_is_made(
    test_server: Server, administrator: psycopg.Connection, databases: Databases
) -> None:
    name = databases.names["reconciliation"]
    administrator.execute(f'drop database "{name}" with (force)')
    administrator.execute(
        f"create database \"{name}\" owner reconciliation_owner template template0"
        " encoding 'LATIN1' locale_provider libc locale 'C'"
    )
    address = test_server.conninfo(name, "reconciliation_migrator")

    with pytest.raises(ServerError, match=r"encoding LATIN1 and locale C, expected UTF8"):
        migrations.migrate(address)

    assert set() == tables(address)
