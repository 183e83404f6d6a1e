"""The environment of every process of this checkout: Airflow's settings, connections, secrets.

What the user has set already wins, connections above all: with AIRFLOW_CONN_RECONCILIATION set, the
same code runs on a real server.
"""

import base64
import json
import os
import secrets
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import quote

from include.reconciliation.local.layout import PROJECT_ROOT, ensure_state_directory
from include.reconciliation.local.ports import LOOPBACK
from include.reconciliation.local.server import Server

API_HOST = LOOPBACK
API_PORT = 8080
# The demo's Stripe, the same in every run: a PSP's endpoint is part of the rules of its runs.
DEMO_STRIPE_PORT = 8089
AIRFLOW_DATABASE = "airflow"
# User name to role of Airflow's simple auth manager.
AIRFLOW_USERS = {"admin": "admin", "finance": "user", "auditor": "viewer"}
# Connection id: database and role. Nobody connects as the superuser.
CONNECTIONS = {
    "reconciliation": ("reconciliation", "reconciliation_rw"),
    # Writes down who approved what; nothing else uses it, and it can do nothing else.
    "reconciliation_approvals": ("reconciliation", "reconciliation_approver"),
    "payments_ledger": ("payments_ledger", "ledger_ro"),
    "billing_gateway": ("billing_gateway", "billing_gateway_app"),
    # A book that is checked: its connection has the book's name, or that of edges/book_source.
    "billing_gateway_read": ("billing_gateway", "billing_gateway_ro"),
    "marketplace": ("marketplace", "marketplace_ro"),
    "payment_events": ("payment_events", "payment_events_ro"),
    "payouts": ("payouts", "payouts_ro"),
    # What payout operations may write.
    "payout_operations": ("payouts", "payouts_operator"),
    "wallet_balances": ("wallet_balances", "wallet_balances_ro"),
    # What rebuilds the wallets' projections, and may write nothing else.
    "wallet_operations": ("wallet_balances", "wallet_balances_operator"),
}


def connection_json(server: Server, database: str, role: str) -> str:
    """A PostgreSQL connection as Airflow reads it from the environment."""
    entry: dict[str, object] = {
        "conn_type": "postgres",
        "host": server.host,
        "port": server.port,
        "login": role,
        "schema": database,
    }
    if server.password is not None:
        entry["password"] = server.password
    return json.dumps(entry)


def metadata_url(server: Server, database: str = AIRFLOW_DATABASE) -> str:
    """SQLAlchemy's address of Airflow's metadata database."""
    secret = "" if server.password is None else f":{quote(server.password, safe='')}"
    return (
        f"postgresql+psycopg://airflow{secret}@/{database}"
        f"?host={quote(server.host, safe='/')}&port={server.port}"
    )


def process_environment(
    server: Server,
    *,
    given: Mapping[str, str] | None = None,
    port: int = API_PORT,
) -> dict[str, str]:
    """The environment of the project's own commands and of Airflow's processes."""
    state = ensure_state_directory()
    given = os.environ if given is None else given
    project = {
        "RECONCILIATION_STORE": str(state / "store"),
        "RECONCILIATION_REPORTS": str(state / "reports"),
        "RECONCILIATION_NOTICES": str(state / "notices"),
        **{
            f"AIRFLOW_CONN_{name.upper()}": connection_json(server, database, role)
            for name, (database, role) in CONNECTIONS.items()
        },
        **airflow_settings(
            metadata=metadata_url(server), airflow_home=state / "airflow", port=port
        ),
    }
    return {**project, **demo_environment(), **given, **_always(given)}


def demo_environment_file() -> Path:
    """Where the demo says how its PSPs are reached, while its books are those that lie here."""
    return ensure_state_directory() / "demo" / "environment.json"


def demo_environment() -> dict[str, str]:
    """The connections and the configuration of the demo's PSPs; empty where there is no demo."""
    try:
        return dict(json.loads(demo_environment_file().read_text(encoding="utf-8")))
    except FileNotFoundError:
        return {}


def airflow_settings(*, metadata: str, airflow_home: Path, port: int) -> dict[str, str]:
    """Airflow's settings, each of them as an environment variable; secrets are made once."""
    address = f"http://{API_HOST}:{port}"
    users = ",".join(f"{name}:{role}" for name, role in AIRFLOW_USERS.items())
    return {
        "AIRFLOW_HOME": str(airflow_home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(PROJECT_ROOT / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(PROJECT_ROOT / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        # Two cores: more tasks at once only wait for each other.
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW__CORE__DEFAULT_TIMEZONE": "utc",
        "AIRFLOW__CORE__FERNET_KEY": _secret("fernet_key", _new_fernet_key),
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{address}/execution/",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": users,
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": metadata,
        # Airflow listens on every interface unless it is told not to.
        "AIRFLOW__API__HOST": API_HOST,
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__API__BASE_URL": address,
        "AIRFLOW__API__SECRET_KEY": _secret("api_secret_key", _new_key),
        "AIRFLOW__API_AUTH__JWT_SECRET": _secret("jwt_secret", _new_key),
        # New and edited DAG files appear within seconds on a machine where they are written.
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "20",
        "AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK": "False",
        "GX_ANALYTICS_ENABLED": "false",
    }


def passwords_file(airflow_home: Path) -> Path:
    """Where Airflow's simple auth manager keeps its passwords; made private before Airflow does."""
    path = airflow_home / "simple_auth_manager_passwords.json.generated"
    if not path.exists():
        airflow_home.mkdir(parents=True, exist_ok=True)
        passwords = {user: secrets.token_urlsafe(12) for user in AIRFLOW_USERS}
        _write_private(path, json.dumps(passwords))
    return path


def _always(given: Mapping[str, str]) -> dict[str, str]:
    """What holds whatever the user has set: imports and programs of this checkout come first."""
    programs = str(Path(sys.executable).parent)
    return {
        "PYTHONPATH": os.pathsep.join(filter(None, [str(PROJECT_ROOT), given.get("PYTHONPATH")])),
        "PATH": os.pathsep.join(filter(None, [programs, given.get("PATH")])),
        "PYTHONUNBUFFERED": "1",
    }


def _secret(name: str, make: Callable[[], str]) -> str:
    path = ensure_state_directory() / "secrets" / name
    if not path.exists():
        path.parent.mkdir(mode=0o700, exist_ok=True)
        _write_private(path, make())
    return path.read_text(encoding="ascii")


def _write_private(path: Path, text: str) -> None:
    """Write once: of two processes at once the first one's text stays."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    try:
        os.link(fresh, path)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()


def _new_key() -> str:
    return secrets.token_urlsafe(64)


def _new_fernet_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode("ascii")
