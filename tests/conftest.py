"""One real PostgreSQL for the run, fresh databases for each test that asks for them.

- RECONCILIATION_TEST_POSTGRES=16 runs on the PostgreSQL 16 that lies in the same wheel.
- RECONCILIATION_TEST_SERVER=<libpq address of a superuser> runs on a server of your own.

The embedded server of the tests is not that of `make up`. Several test runs at once share it.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from include.reconciliation.lab.fresh_databases import OWNERS, FreshDatabases, copy, drop, rename
from include.reconciliation.local import binaries
from include.reconciliation.local import bootstrap as bootstrap_module
from include.reconciliation.local import migrate as migrate_module
from include.reconciliation.local.bootstrap import (
    SUPERUSER,
    bootstrap,
    create_source_tables,
)
from include.reconciliation.local.environment import (
    CONNECTIONS,
    airflow_settings,
    connection_json,
    metadata_url,
)
from include.reconciliation.local.layout import PROJECT_ROOT, ensure_state_directory
from include.reconciliation.local.migrate import MIGRATIONS, migrate
from include.reconciliation.local.places import has_room_in_memory
from include.reconciliation.local.server import Cluster, Server

# Tests survive no power cut, so nothing waits for the disk.
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_wal_size": "1GB",
    # First touches of shared memory are what the first seconds of a server go into.
    "shared_buffers": "32MB",
}
TEMPLATE_LOCK = 7_241_863_151
IN_MEMORY = "in_memory"


def _test_cluster() -> Cluster:
    version = os.environ.get("RECONCILIATION_TEST_POSTGRES", "18")
    install = {"18": binaries.POSTGRES_18, "16": binaries.POSTGRES_16}[version]
    home = ensure_state_directory() / "tests" / f"pg{version}"
    home.parent.mkdir(mode=0o700, exist_ok=True)
    return Cluster(home, install=install, settings=FAST)


def _own_server() -> Server | None:
    address = os.environ.get("RECONCILIATION_TEST_SERVER")
    if not address:
        return None
    parts = conninfo_to_dict(address)
    return Server(
        host=str(parts.get("host", "localhost")),
        port=int(parts.get("port", 5432)),
        password=parts.get("password"),
    )


# Airflow reads its settings when it is first imported, which a test module may do at its top: so
# they are set here, before any test is collected. No server is needed for that.
_STATE = ensure_state_directory() / "tests" / f"airflow-{os.getpid()}"
_AIRFLOW_DATABASE = f"airflow_test_{os.getpid()}"
os.environ.update(
    airflow_settings(
        metadata=metadata_url(_own_server() or _test_cluster().server, _AIRFLOW_DATABASE),
        airflow_home=_STATE,
        port=8080,
    ),
    # structlog writes to standard output, between the dots of the tests.
    AIRFLOW__LOGGING__LOGGING_LEVEL="ERROR",
    PYTHONPATH=os.pathsep.join(filter(None, [str(PROJECT_ROOT), os.environ.get("PYTHONPATH")])),
)


def pytest_configure(config: pytest.Config) -> None:
    """Remove the Airflow homes of test runs that no longer live."""
    for home in _STATE.parent.glob("airflow-*"):
        if _is_dead(home.name.removeprefix("airflow-")):
            shutil.rmtree(home, ignore_errors=True)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove this run's own Airflow home."""
    shutil.rmtree(_STATE, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class Databases:
    """Fresh copies of the three databases, each under a name of this test alone."""

    server: Server
    names: Mapping[str, str]

    def conninfo(self, name: str, role: str) -> str:
        """How `role` reaches the copy of the database that production calls `name`."""
        return self.server.conninfo(self.names[name], role)

    def connection_json(self, name: str, role: str) -> str:
        """The same as an Airflow connection."""
        return connection_json(self.server, self.names[name], role)


@dataclass(frozen=True, slots=True)
class Sources:
    """The company's own systems, as they write their own books; autocommit."""

    payments_ledger: psycopg.Connection
    billing_gateway: psycopg.Connection


@pytest.fixture(scope="session")
def test_server() -> Iterator[Server]:
    """The server of this test run, with roles and empty databases."""
    own = _own_server()
    if own is not None:
        bootstrap(own)
        yield own
        return
    cluster = _test_cluster()
    is_shared = cluster.in_use()
    with cluster.borrowed() as server:
        bootstrap(server)
        if not is_shared:
            _drop_old_databases(server)
        yield server


@pytest.fixture(scope="session")
def administrator(test_server: Server) -> Iterator[psycopg.Connection]:
    """A superuser's autocommit connection, to create and drop databases; no test works with it."""
    with psycopg.connect(test_server.conninfo("postgres", SUPERUSER), autocommit=True) as session:
        yield session


@pytest.fixture(scope="session")
def template_databases(test_server: Server, administrator: psycopg.Connection) -> dict[str, str]:
    """Migrated databases to copy from, made once per state of the schema by whoever is first."""
    stamp = _schema_hash()
    names = {name: f"template_{stamp}_{name}" for name in OWNERS}
    with psycopg.connect(test_server.conninfo("postgres", SUPERUSER)) as holder:
        holder.execute("select pg_advisory_xact_lock(%(key)s)", {"key": TEMPLATE_LOCK})
        for name, template in names.items():
            if not _exists(administrator, template):
                _make_template(test_server, administrator, name, template)
    return names


@pytest.fixture(scope="session")
def tablespace(test_server: Server, administrator: psycopg.Connection) -> str | None:
    """In memory, where there is room: a run makes hundreds of short-lived files.

    On ext4 a file that was just deleted costs everyone who makes one after it: a fifth of the time
    of all tests. None is where the templates are.
    """
    if _own_server() is not None or not has_room_in_memory():
        return None
    with psycopg.connect(test_server.conninfo("postgres", SUPERUSER)) as holder:
        holder.execute("select pg_advisory_xact_lock(%(key)s)", {"key": TEMPLATE_LOCK})
        return IN_MEMORY if _in_memory(administrator) else None


def _in_memory(administrator: psycopg.Connection) -> bool:
    """Make the tablespace, unless it is there; what a restart of the machine emptied goes."""
    query = "select oid, pg_tablespace_location(oid) from pg_tablespace where spcname = %(name)s"
    known = administrator.execute(query, {"name": IN_MEMORY}).fetchone()
    if known is not None:
        if Path(known[1]).is_dir():
            return True
        lost = "select datname from pg_database where dattablespace = %(oid)s"
        for (name,) in administrator.execute(lost, {"oid": known[0]}).fetchall():
            drop(administrator, name)
        administrator.execute(sql.SQL("drop tablespace {}").format(sql.Identifier(IN_MEMORY)))
    folder = _test_cluster().memory_folder()
    if folder is None:
        return False
    administrator.execute(
        sql.SQL("create tablespace {} location {}").format(
            sql.Identifier(IN_MEMORY), sql.Literal(str(folder))
        )
    )
    return True


@pytest.fixture(scope="session")
def fresh_databases(
    test_server: Server,
    administrator: psycopg.Connection,
    template_databases: dict[str, str],
    tablespace: str | None,
) -> Iterator[FreshDatabases]:
    """Where tests take databases from."""
    stock = FreshDatabases(test_server, administrator, template_databases, tablespace)
    yield stock
    stock.close()


@pytest.fixture
def databases(
    test_server: Server,
    fresh_databases: FreshDatabases,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Databases]:
    """Fresh databases, and the environment that leads the code under test to them."""
    names = fresh_databases.take()
    fresh = Databases(server=test_server, names=names)
    for name, (database, role) in CONNECTIONS.items():
        monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", fresh.connection_json(database, role))
    monkeypatch.setenv("RECONCILIATION_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("RECONCILIATION_REPORTS", str(tmp_path / "reports"))
    monkeypatch.setenv("RECONCILIATION_NOTICES", str(tmp_path / "notices"))
    yield fresh
    fresh_databases.give_back(names)


@pytest.fixture
def warehouse(databases: Databases) -> Iterator[psycopg.Connection]:
    """The warehouse as the application sees it."""
    with psycopg.connect(databases.conninfo("reconciliation", "reconciliation_rw")) as session:
        yield session


@pytest.fixture
def sources(databases: Databases) -> Iterator[Sources]:
    """The ledger and the gateway as the company's own systems write them."""
    with (
        psycopg.connect(
            databases.conninfo("payments_ledger", "source_writer"), autocommit=True
        ) as ledger,
        psycopg.connect(
            databases.conninfo("billing_gateway", "source_writer"), autocommit=True
        ) as gateway,
    ):
        yield Sources(payments_ledger=ledger, billing_gateway=gateway)


@pytest.fixture(scope="session")
def airflow_database(test_server: Server, administrator: psycopg.Connection) -> Iterator[str]:
    """A migrated metadata database of this test process; returns its SQLAlchemy address.

    Needed by tests that run DAGs; parsing DAG files needs none.
    """
    template = f"template_{_lock_hash()}_airflow"
    address = os.environ["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"]
    with psycopg.connect(test_server.conninfo("postgres", SUPERUSER)) as holder:
        holder.execute("select pg_advisory_xact_lock(%(key)s)", {"key": TEMPLATE_LOCK})
        if not _exists(administrator, template):
            _create(administrator, _AIRFLOW_DATABASE, "airflow")
            _migrate_airflow()
            rename(administrator, _AIRFLOW_DATABASE, template)
        copy(administrator, template, _AIRFLOW_DATABASE, "airflow")
    yield address
    from airflow import settings

    # At its exit Airflow would complain about a session on a database that is gone.
    settings.dispose_orm(do_log=False)
    drop(administrator, _AIRFLOW_DATABASE)


def _migrate_airflow() -> None:
    # In a process of its own: Airflow's engine of this process connects when it is first used.
    subprocess.run(
        [sys.executable, "-m", "airflow", "db", "migrate"],
        check=True,
        stdout=subprocess.DEVNULL,
    )


def _make_template(
    server: Server, administrator: psycopg.Connection, name: str, template: str
) -> None:
    # Under another name until it is complete, so that nobody copies half a schema.
    fresh = f"{template}_new"
    drop(administrator, fresh)
    _create(administrator, fresh, OWNERS[name])
    if name == "reconciliation":
        migrate(server.conninfo(fresh, "reconciliation_migrator"))
    else:
        create_source_tables(server.conninfo(fresh, SUPERUSER), name, OWNERS[name])
    rename(administrator, fresh, template)


def _schema_hash() -> str:
    folders = [PROJECT_ROOT / "include" / "sql" / part for part in ("schema", "sources/schema")]
    files = [path for folder in (*folders, MIGRATIONS) for path in folder.rglob("*.*")]
    made_by = [Path(str(module.__file__)) for module in (bootstrap_module, migrate_module)]
    return _hash([*made_by, *sorted(path for path in files if path.suffix in (".sql", ".py"))])


def _lock_hash() -> str:
    return _hash([PROJECT_ROOT / "requirements.txt"])


def _hash(files: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def _drop_old_databases(server: Server) -> None:
    """What killed test runs left, and templates of a schema that is gone."""
    query = "select datname from pg_catalog.pg_database order by datname"
    current = {_schema_hash(), _lock_hash()}
    with psycopg.connect(server.conninfo("postgres", SUPERUSER), autocommit=True) as session:
        for (name,) in session.execute(query).fetchall():
            run = re.match(r"(?:test|airflow_test)_([0-9]+)", name)
            template = re.match(r"template_([0-9a-f]{12})_", name)
            if (run and _is_dead(run[1])) or (template and template[1] not in current):
                drop(session, name)


def _is_dead(process_id: str) -> bool:
    if not process_id.isdigit():
        return False
    try:
        os.kill(int(process_id), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def _exists(administrator: psycopg.Connection, name: str) -> bool:
    query = "select exists (select from pg_catalog.pg_database where datname = %(name)s)"
    row = administrator.execute(query, {"name": name}).fetchone()
    return row is not None and bool(row[0])


def _create(administrator: psycopg.Connection, name: str, owner: str) -> None:
    administrator.execute(
        sql.SQL(
            "create database {} owner {} template template0 "
            "encoding 'UTF8' locale_provider libc locale 'C'"
        ).format(sql.Identifier(name), sql.Identifier(owner))
    )
