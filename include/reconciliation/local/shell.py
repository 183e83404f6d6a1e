"""bin/reconciliation psql: a shell on the warehouse as a role that can only read its views."""

import os
import signal
import subprocess

from include.reconciliation.edges.connections import connection
from include.reconciliation.local.binaries import POSTGRES_18, wheel_install

READING_ROLE = "reconciliation_ro"


def main(arguments: list[str]) -> int:
    """Open psql where the connection `reconciliation` leads; arguments go to psql as they are."""
    target = connection("reconciliation")
    environment = {
        **os.environ,
        "PGHOST": target.host or "localhost",
        "PGPORT": str(target.port or 5432),
        "PGDATABASE": target.schema or "reconciliation",
        "PGUSER": READING_ROLE,
    }
    psql = wheel_install(POSTGRES_18) / "bin" / "psql"
    # Ctrl-C cancels a query in psql; it must not end this process before psql.
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        return subprocess.run([psql, *arguments], env=environment, check=False).returncode
    finally:
        signal.signal(signal.SIGINT, before)
