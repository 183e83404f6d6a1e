"""Brings a warehouse to the newest schema: `migrate(conninfo)`, as reconciliation_migrator."""

import argparse
import itertools
import re
import sys
from pathlib import Path

import psycopg
import sqlalchemy
from alembic import command
from alembic.config import Config

from include.reconciliation.edges import approvals, warehouse
from include.reconciliation.local.bootstrap import LOCK_KEY, bootstrap, check_locale
from include.reconciliation.local.layout import PROJECT_ROOT
from include.reconciliation.local.server import borrowed_server

MIGRATIONS = PROJECT_ROOT / "include" / "migrations"
SCHEMA_FOLDER = PROJECT_ROOT / "include" / "sql" / "schema"
SQL_NAME = re.compile(r"(?P<number>[0-9]{4})_[a-z0-9_]+\.sql")


class MigrationError(RuntimeError):
    """The folder of migrations is not in order; the message names the file."""


def migrate(conninfo: str) -> None:
    """Run the pending migrations in one transaction; two at once run one after the other.

    Raises MigrationError when a SQL file has no revision, psycopg.Error when a statement fails.
    """
    missing = missing_revisions()
    if missing:
        names = ", ".join(path.name for path in missing)
        raise MigrationError(
            f"No revision in include/migrations/versions for: {names}. "
            "Run `bin/reconciliation migrate --write-revisions` and commit what it writes."
        )
    engine = sqlalchemy.create_engine(
        "postgresql+psycopg://",
        creator=lambda: psycopg.connect(conninfo),
        poolclass=sqlalchemy.pool.NullPool,
    )
    with engine.connect() as connection, connection.begin():
        session = connection.connection.driver_connection
        if not isinstance(session, psycopg.Connection):
            raise TypeError(f"expected a psycopg connection, got {type(session).__name__}")
        check_locale(session)
        session.execute("select pg_advisory_xact_lock(%(key)s)", {"key": LOCK_KEY})
        session.execute("set local role reconciliation_owner")
        session.execute("create schema if not exists reconciliation")
        command.upgrade(alembic_config(connection), "head")
        _write_approval_limits(session)
        # Finance tools are granted all that is readable in this schema; this is bookkeeping.
        session.execute("revoke all on table reconciliation.schema_version from reconciliation_ro")


def _write_approval_limits(session: psycopg.Connection) -> None:
    """What the application can't lower for itself: the amounts above which two approve."""
    found = session.execute("select to_regclass('internal.approval_limits')").fetchone()
    if found is None or found[0] is None:
        return
    limits = approvals.rules().second_approver_above
    values = {"currencies": list(limits), "above_minor": list(limits.values())}
    for name in ("drop_approval_limits", "write_approval_limits"):
        session.execute(warehouse.statement(f"corrections/{name}"), values)


def alembic_config(connection: sqlalchemy.Connection | None = None) -> Config:
    """Alembic's settings without a file, so that no address is written anywhere."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def schema_files() -> list[Path]:
    """The SQL files of the schema in the order of their numbers; refuses a number used twice."""
    files = sorted(SCHEMA_FOLDER.glob("*.sql"))
    for earlier, later in itertools.pairwise(files):
        if earlier.name[:4] == later.name[:4]:
            raise MigrationError(f"{earlier.name} and {later.name} have the same number")
    for path in files:
        if not SQL_NAME.fullmatch(path.name):
            raise MigrationError(f"{path.name}: expected NNNN_lower_case_name.sql")
    return files


def missing_revisions() -> list[Path]:
    """SQL files of the schema that no revision runs yet."""
    return [path for path in schema_files() if not _revision_of(path).exists()]


def write_revisions() -> list[Path]:
    """Write the revision of each SQL file that has none, following the file before it."""
    written = []
    before: str | None = None
    for path in schema_files():
        number = path.name[:4]
        revision = _revision_of(path)
        if not revision.exists():
            revision.write_text(_revision_text(path, number, before), encoding="utf-8")
            written.append(revision)
        before = number
    return written


def main(arguments: list[str]) -> int:
    """Migrate the warehouse of this checkout or of a server of yours."""
    parser = argparse.ArgumentParser(prog="reconciliation migrate", description=main.__doc__)
    parser.add_argument(
        "--write-revisions", action="store_true", help="only write what new SQL files need"
    )
    parser.add_argument(
        "--conninfo", help="a warehouse on a server of yours, as reconciliation_migrator"
    )
    options = parser.parse_args(arguments)
    if options.write_revisions:
        for path in write_revisions():
            print(path.relative_to(PROJECT_ROOT))
        return 0
    if options.conninfo:
        migrate(options.conninfo)
        return 0
    with borrowed_server() as server:
        bootstrap(server)
        migrate(server.conninfo("reconciliation", "reconciliation_migrator"))
    return 0


def _revision_of(path: Path) -> Path:
    return MIGRATIONS / "versions" / path.with_suffix(".py").name


def _revision_text(path: Path, number: str, before: str | None) -> str:
    follows = "None" if before is None else f'"{before}"'
    return (
        f'"""Runs include/sql/schema/{path.name}."""\n\n'
        "from include.migrations.sql_file import upgrade_with\n\n"
        f'revision = "{number}"\n'
        f"down_revision = {follows}\n"
        "upgrade = upgrade_with(__file__)\n"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
