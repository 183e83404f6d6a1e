"""Two PSPs with small accounts, and what their statements look like once they are let in."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from include.reconciliation.demo.stripe_server import DEFAULT_KEY
from include.reconciliation.edges import psp_client
from include.reconciliation.statement_check import run
from include.reconciliation.statements import page_reader
from include.reconciliation.statements.formats import FORMATS
from include.reconciliation.steps.choose_window import choose_window
from include.reconciliation.steps.fetch_psp_statements import fetch_psp_statements
from include.reconciliation.steps.validate_statements import validate_statements
from tests.statements.pix_bank import Bank

WINDOW = (datetime(2025, 6, 10, 10, tzinfo=UTC), datetime(2025, 6, 10, 11, tzinfo=UTC))
CONFIGURATION = """
cycle = "1h"

[[psp]]
name = "adyen"
format = "adyen_settlement_details"
zone = "Europe/Amsterdam"
accounts = ["ShopEU", "ShopUS"]
statements = { due = "daily" }
settlement = { days = 1 }
[psp.limits]
EUR = { alert_above_minor = 100, recovered_below_minor = 10 }
USD = { alert_above_minor = 100, recovered_below_minor = 10 }
JPY = { alert_above_minor = 100, recovered_below_minor = 10 }

[[psp]]
name = "stripe"
format = "stripe_balance_transactions"
endpoint = "%(endpoint)s"
zone = "UTC"
accounts = ["default"]
statements = { due = "every_run", look_back = "1d" }
settlement = { days = 0 }
[psp.limits]
BRL = { alert_above_minor = 100, recovered_below_minor = 10 }
USD = { alert_above_minor = 100, recovered_below_minor = 10 }
ISK = { alert_above_minor = 100, recovered_below_minor = 10 }
"""


class Reader:
    """Runs the two steps for one account, as often as a test likes, and looks at the result."""

    def __init__(self, psp: str, account: str, conninfo: str) -> None:
        self.psp = psp
        self.account = account
        self.conninfo = conninfo
        self.attempt_id = 0
        self.runs = 0

    def choose(self, window: tuple[datetime, datetime] = WINDOW) -> int:
        """A new attempt."""
        self.runs += 1
        self.attempt_id = choose_window(
            self.psp,
            self.account,
            airflow_run_id=f"run {self.runs}",
            trigger="manual",
            window_start=window[0],
            window_end=window[1],
        )
        return self.attempt_id

    def run(self, window: tuple[datetime, datetime] = WINDOW) -> dict[str, int]:
        """A new attempt, fetched and gated; returns what the gate counted."""
        fetch_psp_statements(self.choose(window))
        return validate_statements(self.attempt_id)

    def rows(self, query: str) -> list[dict[str, Any]]:
        """The rows of a query in the workspace of the last attempt."""
        with self._session() as session:
            return session.execute(query).fetchall()

    def _session(self) -> psycopg.Connection[dict[str, Any]]:
        options = f"-c search_path=work_{self.attempt_id},internal -c TimeZone=UTC"
        return psycopg.connect(self.conninfo, options=options, row_factory=dict_row)

    def values(self, query: str) -> list[Any]:
        """The same for a query of one column."""
        return [next(iter(row.values())) for row in self.rows(query)]

    def lines(self) -> list[dict[str, Any]]:
        """The staged lines, without the numbers that only this database gives them."""
        return [
            {name: value for name, value in row.items() if name not in ("item_id", "statement_id")}
            for row in self.rows(
                "select * from work_statement_lines order by statement_id, row_number"
            )
        ]

    def verdict(self) -> tuple[str, str | None, str | None]:
        """State, reason code and sentence of the statement that was decided last."""
        last = self.rows("select * from statements order by statement_id desc limit 1")[0]
        return last["state"], last["reason_code"], last["quarantine_reason"]

    def put_in_force(self) -> None:
        """What publishing does with the statements and lines that wait."""
        with self._session() as session:
            session.execute("select internal.ensure_volume('2025-06-01')")
            session.execute(
                """
                insert into internal.statement_lines
                select item_id, statements.account_id, lines.statement_id,
                    line_scope, line_key, occurrence, provider_type, type, economic_type,
                    is_expected, payment_key, psp_reference, event_reference,
                    merchant_reference, payout_reference, further_references, gross_minor,
                    gross_currency, fee_minor, tax_minor, net_minor, net_currency, booked_at,
                    booked_on, source_zone,
                    value_date, row_number, 1, null, 202506
                from work_statement_lines as lines
                inner join internal.statements using (statement_id)
                on conflict do nothing
                """
            )
            session.execute(
                "update internal.statements as earlier set state = 'superseded'"
                " where state = 'in_force' and exists (select from internal.statements as later"
                " where later.state = 'accepted' and later.statement_key = earlier.statement_key)"
            )
            session.execute(
                "update internal.statements set state = 'in_force' where state = 'accepted'"
            )


@pytest.fixture
def configure(databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Writes the configuration; a new file each time, since one is read only once."""

    def write(endpoint: str = "https://api.stripe.example", text: str = CONFIGURATION) -> None:
        path = tmp_path / f"psps-{len(list(tmp_path.glob('psps-*')))}.toml"
        path.write_text(text % {"endpoint": endpoint})
        monkeypatch.setenv("RECONCILIATION_CONFIG", str(path))
        monkeypatch.setenv(
            "AIRFLOW_CONN_STRIPE", json.dumps({"conn_type": "http", "password": DEFAULT_KEY})
        )

    write()
    return write


@pytest.fixture
def drop_folder(configure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The drop folder of the account ShopEU."""
    folder = tmp_path / "drop" / "ShopEU"
    folder.mkdir(parents=True)
    (tmp_path / "drop" / "ShopUS").mkdir()
    monkeypatch.setenv(
        "AIRFLOW_CONN_ADYEN",
        json.dumps({"conn_type": "fs", "extra": {"path": str(folder.parent)}}),
    )
    return folder


@pytest.fixture
def adyen(drop_folder: Path, databases) -> Reader:
    """The account ShopEU."""
    return Reader("adyen", "ShopEU", databases.conninfo("reconciliation", "reconciliation_rw"))


@pytest.fixture
def stripe(configure, databases) -> Reader:
    """The account of Stripe; a test configures the endpoint."""
    return Reader("stripe", "default", databases.conninfo("reconciliation", "reconciliation_rw"))


@pytest.fixture
def bank(databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bank:
    """An account at a bank with a Pix API; waits between tries are not slept."""
    for module in (psp_client, page_reader):
        monkeypatch.setattr(module.time, "sleep", lambda seconds: None)
    conninfo = databases.conninfo("reconciliation", "reconciliation_rw")
    return Bank(Reader("bank", "Loja", conninfo), tmp_path, monkeypatch)


@pytest.fixture
def reader_of(
    databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[Reader, Path]]:
    """Makes a reader of one account of a PSP with files, and its drop folder."""

    def make(
        format_: str, *, account: str = "Shop", zone: str = "UTC", currencies: str = "EUR USD"
    ) -> tuple[Reader, Path]:
        limits = "\n".join(
            f"{code} = {{ alert_above_minor = 100, recovered_below_minor = 10 }}"
            for code in currencies.split()
        )
        path = tmp_path / f"{format_}.toml"
        path.write_text(
            f'[[psp]]\nname = "files"\nformat = "{format_}"\nzone = "{zone}"\n'
            f'accounts = ["{account}"]\nstatements = {{ due = "daily" }}\n'
            f"settlement = {{ days = 1 }}\n[psp.limits]\n{limits}\n"
        )
        folder = tmp_path / "files" / account
        folder.mkdir(parents=True)
        monkeypatch.setenv("RECONCILIATION_CONFIG", str(path))
        monkeypatch.setenv(
            "AIRFLOW_CONN_FILES",
            json.dumps({"conn_type": "fs", "extra": {"path": str(folder.parent)}}),
        )
        address = databases.conninfo("reconciliation", "reconciliation_rw")
        return Reader("files", account, address), folder

    return make


@pytest.fixture
def checked(databases, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    """Tries a file as `statement check --json` does: the exit code, and an object per statement."""

    def check(content: bytes, zone: str = "UTC", currency: str | None = None):
        path = tmp_path / "statement.txt"
        path.write_bytes(content)
        code = run.check([path], FORMATS, None, currency=currency, zone=zone, as_json=True)
        return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return check


def shared_samples(folder: str) -> Path:
    """Real files that lie beside the project, where they are."""
    return Path(os.path.relpath(Path(__file__).parents[3] / "shared" / "samples" / folder))
