"""A desk with one PSP account: what the ledger says, what the PSP delivers, and runs over both."""

from __future__ import annotations

import csv
import io
import itertools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from include.reconciliation.edges import pause_variable, volumes
from include.reconciliation.report.explanations import is_known
from include.reconciliation.steps.check_identities import check_identities
from include.reconciliation.steps.choose_window import choose_window
from include.reconciliation.steps.extract_ledger_transactions import extract_ledger_transactions
from include.reconciliation.steps.fetch_psp_statements import fetch_psp_statements
from include.reconciliation.steps.match_transactions import match_transactions
from include.reconciliation.steps.publish_run import publish_run
from include.reconciliation.steps.validate_statements import validate_statements
from include.reconciliation.steps.write_discrepancy_report import write_discrepancy_report
from include.reconciliation.verify import verify
from tests.conftest import Databases, Sources

STEPS = (
    fetch_psp_statements,
    validate_statements,
    extract_ledger_transactions,
    match_transactions,
    check_identities,
    publish_run,
    write_discrepancy_report,
)

CONFIGURATION = """
[[psp]]
name = "adyen"
format = "adyen_settlement_details"
zone = "Europe/Amsterdam"
accounts = ["Shop"]
[psp.statements]
due = "daily"
weekdays = ["mon", "tue", "wed", "thu", "fri"]
deadline = 10:00:00
deadline_days = 4
grace = "2h"
[psp.settlement]
days = 1
ledger_grace = "12h"
statement_grace = "2h"
[psp.limits]
EUR = { alert_above_minor = 100000, recovered_below_minor = 10000 }
USD = { alert_above_minor = 100000, recovered_below_minor = 10000 }
BRL = { alert_above_minor = 500000, recovered_below_minor = 50000 }
JPY = { alert_above_minor = 150000, recovered_below_minor = 15000 }
"""

COLUMNS = (
    "Company Account,Merchant Account,Psp Reference,Merchant Reference,Payment Method,"
    "Creation Date,TimeZone,Type,Modification Reference,Gross Currency,Gross Debit (GC),"
    "Gross Credit (GC),Exchange Rate,Net Currency,Net Debit (NC),Net Credit (NC),"
    "Commission (NC),Markup (NC),Scheme Fees (NC),Interchange (NC),Payment Method Variant,"
    "Modification Merchant Reference,Batch Number,Reserved4,Reserved5,Reserved6,Reserved7,"
    "Reserved8,Reserved9,Reserved10,Booking Date,Booking Date TimeZone"
).split(",")


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a settlement details report; amounts signed, in major units as text."""

    type: str = "Settled"
    payment: str = "P1"
    event: str = "C1"
    amount: str = "100.00"
    currency: str = "EUR"
    fee: str = "0.00"
    booked: str | None = None
    merchant: str | None = None
    net_only: bool = False


def a_line(**changes: Any) -> Line:
    """A capture of 100.00 EUR without a fee."""
    return Line(**changes)


def _columns(amount: Decimal) -> tuple[str, str]:
    return (str(-amount), "") if amount < 0 else ("", str(amount))


def batch_file(
    number: int, lines: Sequence[Line], *, booked: str, account: str = "Shop", pays_out: bool = True
) -> bytes:
    """The bytes of one batch: its lines, and the payout of each currency that makes it sum to 0."""
    nets: dict[str, Decimal] = {}
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\r\n")
    writer.writeheader()

    def write(line: Line, net: Decimal) -> None:
        moment = line.booked or booked
        gross = Decimal(line.amount)
        row = dict.fromkeys(COLUMNS, "")
        row |= {
            "Company Account": "Company",
            "Merchant Account": account,
            "Psp Reference": line.payment,
            "Merchant Reference": line.merchant
            or (f"order-{line.payment}" if line.payment else ""),
            "Payment Method": "visa",
            "Creation Date": moment,
            "TimeZone": "CET",
            "Type": line.type,
            "Modification Reference": line.event,
            "Net Currency": line.currency,
            "Batch Number": str(number),
            "Booking Date": moment,
            "Booking Date TimeZone": "CET",
        }
        row["Net Debit (NC)"], row["Net Credit (NC)"] = _columns(net)
        if not line.net_only:
            row["Gross Currency"] = line.currency
            row["Exchange Rate"] = "1"
            row["Gross Debit (GC)"], row["Gross Credit (GC)"] = _columns(gross)
            row["Markup (NC)"] = line.fee if Decimal(line.fee) else ""
        writer.writerow(row)

    for line in lines:
        net = Decimal(line.amount) - Decimal(line.fee)
        nets[line.currency] = nets.get(line.currency, Decimal(0)) + net
        write(line, net)
    for currency, net in sorted(nets.items()):
        if pays_out and net:
            payout = Line(
                "MerchantPayout",
                "",
                f"TX{number}{currency}XT batch {number}, {account}",
                str(-net),
                currency,
                net_only=True,
            )
            write(payout, -net)
    return text.getvalue().encode()


@dataclass
class Desk:
    """One account, from its ledger and drop folder to its published runs."""

    folder: Path
    ledger_session: psycopg.Connection[Any]
    view_session: psycopg.Connection[dict[str, Any]]
    account: str = "Shop"
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def ledger(
        self,
        ledger_id: str,
        amount_minor: int,
        *,
        type: str = "capture",
        payment: str | None = "P1",
        event: str | None = "C1",
        merchant: str | None = None,
        currency: str = "EUR",
        status: str = "captured",
        fee_minor: int | None = None,
        tax_minor: int | None = None,
        settles_on: str | None = None,
        at: str = "2026-03-02T10:00:00Z",
    ) -> None:
        """Books a ledger transaction, or books it again under the same id."""
        self.ledger_session.execute(
            "insert into ledger.transactions (id, psp, psp_account, psp_reference,"
            " merchant_reference, event_reference, type, status, amount_minor, fee_minor,"
            " tax_minor, currency, settles_on, occurred_at)"
            " values (%s, 'adyen', %s, %s, %s, %s, %s, %s, %s,"
            " %s, %s, %s, %s, %s) on conflict (id) do update set"
            " amount_minor = excluded.amount_minor, status = excluded.status,"
            " currency = excluded.currency, fee_minor = excluded.fee_minor, updated_at = now()",
            [
                ledger_id,
                self.account,
                payment,
                merchant,
                event,
                type,
                status,
                amount_minor,
                fee_minor,
                tax_minor,
                currency,
                settles_on,
                at,
            ],
        )

    def forget(self, ledger_id: str) -> None:
        """Removes a ledger row, as nobody should."""
        self.ledger_session.execute("delete from ledger.transactions where id = %s", [ledger_id])

    def deliver(self, content: bytes, name: str | None = None) -> None:
        """Drops a file into the account's folder."""
        chosen = name or f"settlement_detail_report_{next(self.numbers)}.csv"
        (self.folder / chosen).write_bytes(content)

    def batch(
        self, number: int, *lines: Line, booked: str = "2026-03-03 21:00:00", **settings: Any
    ) -> None:
        """Delivers a batch, booked by default on the day after the ledger's."""
        self.deliver(batch_file(number, lines, booked=booked, **settings))

    def run(
        self,
        start: str = "2026-03-02T00:00:00Z",
        end: str = "2026-03-05T00:00:00Z",
        **settings: Any,
    ) -> dict[str, Any]:
        """Runs every step over a window, and returns the run as the view shows it."""
        attempt_id = self.begin(start, end, **settings)
        for step in STEPS[:-1]:
            step(attempt_id)
        folder = write_discrepancy_report(attempt_id)
        run = self.run_of(attempt_id)
        if run["is_published"]:
            # Whatever a scenario is about, its folder proves it without the warehouse.
            assert [] == verify(Path(folder))[0]
            assert [] == self.explanations_of_no_language()
        return run

    def explanations_of_no_language(self) -> list[str]:
        """Sentences at the head that a report in another language would leave in English."""
        told = self.rows("select distinct explanation from reconciliation.discrepancies")
        return [row["explanation"] for row in told if not is_known(row["explanation"])]

    def begin(self, start: str, end: str, name: str | None = None, **settings: Any) -> int:
        """Chooses a window; the steps are up to the caller."""
        return choose_window(
            "adyen",
            self.account,
            airflow_run_id=name or f"manual__{next(self.numbers)}",
            trigger="manual",
            window_start=datetime.fromisoformat(start),
            window_end=datetime.fromisoformat(end),
            **settings,
        )

    def run_of(self, attempt_id: int) -> dict[str, Any]:
        """The run that an attempt stored."""
        rows = self.rows(
            "select runs.* from internal.attempts inner join reconciliation.runs"
            " on attempts.published_run_id = runs.run_id where attempt_id = %s",
            attempt_id,
        )
        return rows[0]

    def rows(self, query: str, *values: Any) -> list[dict[str, Any]]:
        """What a query on the warehouse returns."""
        with self.view_session.cursor() as cursor:
            found = cursor.execute(query, values).fetchall()
        self.view_session.rollback()
        return found

    def open_discrepancies(self) -> list[tuple[str, str, int, int | None]]:
        """(kind, currency, delta, exposure) of what is open at the head, sorted."""
        found = (
            (row["kind"], row["currency"], row["delta_minor"], row["exposure_minor"])
            for row in self.rows(
                "select * from reconciliation.discrepancies where change <> 'resolved'"
            )
        )
        return sorted(found, key=lambda row: (row[0], row[1] or "", row[2]))

    def changes(self) -> list[tuple[str, str, int]]:
        """(kind, change, episode) of what the head shows, sorted."""
        return sorted(
            (row["kind"], row["change"], row["episode"])
            for row in self.rows("select * from reconciliation.discrepancies")
        )

    def pending(self) -> list[tuple[str, str, int]]:
        """(side, reason, amount) of what is pending at the head, sorted."""
        return sorted(
            (row["side"], row["reason"], row["amount_minor"])
            for row in self.rows("select * from reconciliation.pending_items")
        )

    def matches(self) -> list[tuple[str, int, int]]:
        """(rule, lines, ledger rows) of the matches in force, sorted."""
        return sorted(
            (row["rule"], row["statement_lines"], row["ledger_transactions"])
            for row in self.rows("select * from reconciliation.matches")
        )


@pytest.fixture(params=["row by row", "as it stands"])
def every_load_size(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same with small loads, and with every load large enough to become a partition."""
    if request.param == "as it stands":
        monkeypatch.setattr(volumes, "ROWS_FROM", 1)
        monkeypatch.setattr("include.reconciliation.steps.match_transactions.JOINERS_MAX", 0)


@pytest.fixture
def desk(
    databases: Databases,
    sources: Sources,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Desk]:
    """A desk on fresh databases, at which nobody has paused anything."""
    configuration = tmp_path / "psps.toml"
    configuration.write_text(CONFIGURATION)
    folder = tmp_path / "drop" / "Shop"
    folder.mkdir(parents=True)
    monkeypatch.setenv("RECONCILIATION_CONFIG", str(configuration))
    monkeypatch.setenv(
        "AIRFLOW_CONN_ADYEN",
        json.dumps({"conn_type": "fs", "extra": {"path": str(tmp_path / "drop")}}),
    )
    with (
        psycopg.connect(
            databases.conninfo("reconciliation", "reconciliation_rw"), row_factory=dict_row
        ) as session,
        pause_variable.reading_from(_NoPause()),
    ):
        yield Desk(folder, sources.payments_ledger, session)


@pytest.fixture
def tolerate(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Configures what is tolerated, from the next run on: a table of TOML per currency.

    `more` is put below: further tables of the same PSP.
    """

    def configure(more: str = "", **currencies: str) -> None:
        lines = [f"{currency} = {table}" for currency, table in currencies.items()]
        text = "\n".join([CONFIGURATION, "[psp.tolerances]", *lines]) if lines else CONFIGURATION
        path = tmp_path / f"psps_{len(list(tmp_path.glob('psps*')))}.toml"
        path.write_text(f"{text}\n{more}")
        monkeypatch.setenv("RECONCILIATION_CONFIG", str(path))

    return configure


class _NoPause:
    """A reader of Variables that finds none."""

    def names(self, prefix: str) -> Sequence[str]:
        return []

    def value(self, name: str) -> str:
        raise KeyError(name)


def settings_of(run: Mapping[str, Any]) -> dict[str, Any]:
    """The counts of a run."""
    return {
        name: run[name]
        for name in (
            "verdict",
            "statement_lines",
            "ledger_transactions",
            "matched",
            "pending",
            "discrepancies",
        )
    }


__all__ = ["UTC", "Desk", "Line", "a_line", "batch_file", "settings_of"]
