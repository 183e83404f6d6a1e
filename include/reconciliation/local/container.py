"""What the one-shot service `init` of docker-compose.yaml does before the others start.

Roles and databases, Airflow's tables, the warehouse's schema, the pools and the logins. All of it
may be repeated: `docker compose up` does so each time.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from psycopg.conninfo import make_conninfo

from include.reconciliation.local.bootstrap import bootstrap_warehouse
from include.reconciliation.local.migrate import migrate

# Role to the variable that holds its password.
ROLE_PASSWORDS = {
    "airflow": "AIRFLOW_DATABASE_PASSWORD",
    "reconciliation_approver": "RECONCILIATION_APPROVER_PASSWORD",
    "reconciliation_migrator": "RECONCILIATION_MIGRATOR_PASSWORD",
    "reconciliation_ro": "RECONCILIATION_RO_PASSWORD",
    "reconciliation_rw": "RECONCILIATION_RW_PASSWORD",
}
# Login of Airflow's simple auth manager to the variable that holds its password.
LOGIN_PASSWORDS = {
    "admin": "ADMIN_LOGIN_PASSWORD",
    "auditor": "AUDITOR_LOGIN_PASSWORD",
    "finance": "FINANCE_LOGIN_PASSWORD",
}
LOGINS_FILE = "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"
# Pool to its slots and its purpose, as the DAGs name them.
POOLS = {"psp": (4, "PSP accounts that are reconciled at the same time")}


def main() -> int:
    """Prepare a server for the services; says what it does, line by line."""
    environment = dict(os.environ)
    say("roles and databases")
    bootstrap_warehouse(
        address(environment, "postgres", environment["PGUSER"]), passwords(environment)
    )
    say("Airflow's tables")
    airflow("db", "migrate")
    say("the warehouse's schema")
    migrate(address(environment, "reconciliation", "reconciliation_migrator"))
    for name, (slots, purpose) in POOLS.items():
        say(f"pool {name}")
        airflow("pools", "set", name, str(slots), purpose, "--include-deferred")
    say("logins")
    write_logins(Path(environment[LOGINS_FILE]), environment)
    return 0


def passwords(environment: Mapping[str, str]) -> dict[str, str]:
    """The password of each role of the warehouse's server."""
    return {role: environment[variable] for role, variable in ROLE_PASSWORDS.items()}


def address(environment: Mapping[str, str], database: str, role: str) -> str:
    """How a role reaches a database of the server that PGHOST and PGPORT name."""
    variable = ROLE_PASSWORDS.get(role, "PGPASSWORD")
    return make_conninfo(
        host=environment["PGHOST"],
        port=environment["PGPORT"],
        dbname=database,
        user=role,
        password=environment[variable],
    )


def write_logins(path: Path, environment: Mapping[str, str]) -> None:
    """Write the file of Airflow's simple auth manager, readable by its owner alone."""
    logins = {login: environment[variable] for login, variable in LOGIN_PASSWORDS.items()}
    fresh = path.with_name(f"{path.name}.new")
    with os.fdopen(os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
        json.dump(logins, file)
    fresh.replace(path)


def airflow(*arguments: str) -> None:
    """Run one command of Airflow; raises CalledProcessError when it fails."""
    subprocess.run([sys.executable, "-m", "airflow", *arguments], check=True)


def say(what: str) -> None:
    """One line of progress for `docker compose logs init`."""
    print(f"init: {what}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
