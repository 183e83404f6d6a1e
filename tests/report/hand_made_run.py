"""A run made by hand: its rows lie in the workspace, as the steps before the report leave them."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from include.reconciliation import config
from include.reconciliation.edges.code_version import code_version

WINDOW_START = datetime(2026, 11, 19, 10, tzinfo=UTC)
WINDOW_END = datetime(2026, 11, 19, 11, tzinfo=UTC)
PSP, ACCOUNT = "adyen", "NorthwindEU"


def sha(text: str) -> str:
    """A SHA-256 for a test to name something with."""
    return hashlib.sha256(text.encode()).hexdigest()


RUN_ID = sha("this run")
PREDECESSOR_RUN_ID = sha("the run before")

DISCREPANCY: Mapping[str, Any] = {
    "discrepancy_id": sha("discrepancy 1"),
    "event_id": sha("event 1"),
    "leg": "ledger_statement",
    "shown_under": "ledger_statement",
    "aspect": "amount",
    "kind": "amount_mismatch",
    "change": "new",
    "status": "open",
    "episode": 1,
    "severity": "high",
    "currency": "EUR",
    "statement_minor": 12345,
    "ledger_minor": 12300,
    "delta_minor": 45,
    "exposure_minor": 45,
    "psp_reference": "8835511210681324",
    "merchant_reference": "order-1",
    "occurred_at": datetime(2026, 11, 17, 9, 30, tzinfo=UTC),
    "due_at": datetime(2026, 11, 18, 23, tzinfo=UTC),
    "due_on": date(2026, 11, 18),
    "first_run_id": None,
    "explanation": "statement 123.45, ledger 123.00: statement more by 0.45 EUR",
    "statement_file": "settlement_detail_report_batch_7.csv",
    "statement_row": 12,
    "payment_key": "8835511210681324",
}
PENDING: Mapping[str, Any] = {
    "leg": "ledger_statement",
    "side": "ledger",
    "reason": "not_due",
    "is_counted": True,
    "amount_minor": 5000,
    "currency": "EUR",
    "due_at": datetime(2026, 11, 20, 23, tzinfo=UTC),
    "due_on": date(2026, 11, 20),
    "first_run_id": None,
    "type": "payment",
    "provider_type": None,
    "status": "captured",
    "psp_reference": "8835511210689999",
    "event_reference": "capture-2",
    "merchant_reference": "order-2",
    "dated_at": datetime(2026, 11, 19, 8, tzinfo=UTC),
    "dated_on": date(2026, 11, 19),
    "ledger_id": "ledger-2",
    "statement_file": None,
    "statement_row": None,
    "line_scope": None,
    "line_key": None,
    "occurrence": None,
}
TOTALS: Mapping[str, Any] = {
    "leg": "ledger_statement",
    "currency": "EUR",
    "measure": "gross",
    "statement_minor": 100045,
    "ledger_minor": 105000,
    "existence_minor": 0,
    "multiplicity_minor": 0,
    "amount_minor": 45,
    "fee_minor": 0,
    "currency_minor": 0,
    "state_minor": 0,
    "pending_statement_minor": 0,
    "pending_ledger_minor": 5000,
    "tolerance_minor": 0,
    "not_expected_statement_minor": 0,
    "not_expected_ledger_minor": 0,
    "corrections_minor": 0,
    "not_comparable_minor": 0,
    "residual_minor": 0,
}
OPEN_ITEM_COLUMNS = (
    "leg", "side", "item_id", "account_id", "bucket", "reason", "is_counted", "amount_minor",
    "currency", "due_at", "due_on", "first_run_id",
)
ITEM_COLUMNS = (
    "side", "item_id", "type", "provider_type", "status", "psp_reference", "event_reference",
    "merchant_reference", "dated_at", "dated_on", "ledger_id", "statement_file", "statement_row",
    "line_scope", "line_key", "occurrence", "amount_minor", "currency",
)


def roll(side: str, currency: str = "EUR", **steps: tuple[int, int]) -> dict[str, Any]:
    """One side's roll-forward; each step is (rows, minor units)."""
    row: dict[str, Any] = {"leg": "ledger_statement", "side": side, "currency": currency}
    for step in ("opening", "new", "reopened", "cleared", "restated", "closing"):
        row[f"{step}_rows"], row[f"{step}_minor"] = steps.get(step, (0, 0))
    return row


@dataclass
class HandMadeRun:
    """Rows for one attempt; `write` puts them where the steps before the report leave them."""

    session: psycopg.Connection
    discrepancies: list[dict[str, Any]] = field(default_factory=list)
    pending: list[dict[str, Any]] = field(default_factory=list)
    totals: list[dict[str, Any]] = field(default_factory=list)
    rolls: list[dict[str, Any]] = field(default_factory=list)
    buckets: list[dict[str, Any]] = field(default_factory=list)
    not_compared: list[dict[str, Any]] = field(default_factory=list)
    previous: list[dict[str, Any]] = field(default_factory=list)
    header: dict[str, Any] = field(default_factory=dict)
    rules: dict[str, Any] = field(default_factory=dict)
    attempt_id: int = 0
    account_id: int = 0
    statement_id: int = 0
    run_id: str = RUN_ID

    def a_discrepancy(self, number: int = 1, **changed: Any) -> None:
        """One more discrepancy, of an event of its own."""
        names = {"discrepancy_id": sha(f"discrepancy {number}"), "event_id": sha(f"event {number}")}
        self.discrepancies.append({**DISCREPANCY, **names, **changed})

    def a_pending_item(self, **changed: Any) -> None:
        """One more pending item."""
        self.pending.append({**PENDING, **changed})

    def write(self) -> int:
        """The attempt's id; the rows are committed."""
        self.account_id = self._one(
            "insert into internal.accounts (psp, account) values (%s, %s) returning account_id",
            PSP, ACCOUNT,
        )
        self.attempt_id = self._attempt(f"manual__{RUN_ID[:8]}", RUN_ID)
        if self.previous:
            self._previous_run()
        run_number = self._run(self.attempt_id, RUN_ID, **self.header)
        self._statement(run_number)
        self._workspace()
        self.session.commit()
        return self.attempt_id

    def again(self) -> int:
        """Another attempt that came to the same run, with a workspace of its own."""
        self.attempt_id = self._attempt("manual__again", RUN_ID)
        self._workspace()
        self.session.commit()
        return self.attempt_id

    def an_attempt_without_a_run(self) -> int:
        """An attempt that publish_run has not come to yet."""
        attempt_id = self._attempt("manual__unfinished", sha("a run that is not stored"))
        self.session.commit()
        return attempt_id

    def keep_a_predecessors_manifest(self, content_sha256: str) -> None:
        """The predecessor's report, as far as this run's report looks at it."""
        self._insert(
            "internal.run_files",
            {
                "run_id": PREDECESSOR_RUN_ID, "name": "manifest.json", "size_bytes": 1,
                "content_sha256": content_sha256, "code_version": sha("code"),
            },
        )
        self.session.commit()

    def refuse_a_statement(self, **changed: Any) -> None:
        """A statement that the gate of this attempt quarantined."""
        delivery_id = self._insert(
            "internal.deliveries",
            {
                "account_id": self.account_id, "content_sha256": sha("batch 8"),
                "name": "batch_8.csv", "size_bytes": 10,
            },
            "delivery_id",
        )
        self._insert(
            "internal.statements",
            {
                "account_id": self.account_id, "delivery_id": delivery_id,
                "attempt_id": self.attempt_id, "statement_key": "batch 8",
                "format": "adyen_settlement_details", "state": "quarantined",
                "reason_code": "wrong_total",
                "quarantine_reason": "row 9: the batch does not add up",
                "proved_by": "nothing", **changed,
            },
        )
        self.session.commit()

    def _attempt(self, airflow_run_id: str, run_id: str) -> int:
        # Payouts are told from tables that this run does not make.
        rules = {"psp": config.load().psp(PSP).rules(), **self.rules}
        rules["psp"] = {**rules["psp"], "payouts": None}
        return self._insert(
            "internal.attempts",
            {
                "account_id": self.account_id,
                "airflow_run_id": airflow_run_id,
                "trigger": "manual",
                "requested_by": "ana",
                "window_start": WINDOW_START,
                "window_end": WINDOW_END,
                "as_of": WINDOW_END,
                "dry_run": False,
                "include_paused": False,
                "code_version": code_version(),
                "rules_sha256": sha("rules"),
                "rules": Jsonb(rules),
                "run_id": run_id,
            },
            "attempt_id",
        )

    def _run(self, attempt_id: int, run_id: str, **changed: Any) -> int:
        values = {
            "run_id": run_id,
            "account_id": self.account_id,
            "attempt_id": attempt_id,
            "window_start": WINDOW_START,
            "window_end": WINDOW_END,
            "as_of": WINDOW_END,
            "trigger": "manual",
            "dry_run": False,
            "verdict": "discrepancies",
            "is_published": True,
            "statement_lines": 20,
            "ledger_transactions": 21,
            "matched": 40,
            "pending": len(self.pending),
            "discrepancies": len(self.discrepancies),
            "extract_sha256": sha("extract"),
            "rules_sha256": sha("rules"),
            "code_version": code_version(),
            "started_at": WINDOW_END,
            **changed,
        }
        return self._insert("internal.runs", values, "run_number")

    def _previous_run(self) -> None:
        attempt_id = self._attempt("manual__previous", PREDECESSOR_RUN_ID)
        run_number = self._run(attempt_id, PREDECESSOR_RUN_ID)
        self.header.setdefault("predecessor_run_id", PREDECESSOR_RUN_ID)
        for row in self.previous:
            values = {"run_number": run_number, "account_id": self.account_id, **DISCREPANCY, **row}
            values["first_run_id"] = PREDECESSOR_RUN_ID
            self._insert("internal.discrepancy_versions", values)

    def _statement(self, run_number: int) -> None:
        delivery_id = self._insert(
            "internal.deliveries",
            {
                "account_id": self.account_id,
                "content_sha256": sha("batch 7"),
                "name": "settlement_detail_report_batch_7.csv",
                "size_bytes": 4321,
            },
            "delivery_id",
        )
        self.statement_id = self._insert(
            "internal.statements",
            {
                "account_id": self.account_id,
                "delivery_id": delivery_id,
                "statement_key": "batch 7",
                "format": "adyen_settlement_details",
                "state": "in_force",
                "proved_by": "batch sum",
                "covers_from": date(2026, 11, 16),
                "covers_to": date(2026, 11, 17),
                "lines": 20,
            },
            "statement_id",
        )
        if self.header.get("is_published", True):
            brought = {"run_number": run_number, "statement_id": self.statement_id}
            self._insert("internal.run_inputs", brought)

    def _workspace(self) -> None:
        self.session.execute("select internal.open_workspace(%s)", [self.attempt_id])
        self.session.execute(
            sql.SQL("set local search_path = {}, internal").format(
                sql.Identifier(f"work_{self.attempt_id}")
            )
        )
        for name in (
            *("run_totals", "run_rolls", "run_buckets", "run_not_compared", "run_causes"),
            *("discrepancy_causes", "fee_differences", "run_fees"),
        ):
            self._like(f"work_{name}", name, "run_number")
        # A run has these under shorter names.
        self.session.execute("alter table work_discrepancy_causes rename to work_causes")
        self._like("work_discrepancies", "discrepancy_versions", "run_number")
        self.session.execute("alter table work_discrepancies add column member_keys text[]")
        self._like("work_open_items", "open_items", "opened_run_number")
        self.session.execute("alter table work_open_items add column first_run_id text")
        self.session.execute(
            "create table work_items (side text, item_id bigint, payment_key text,"
            " psp_reference text, event_reference text, merchant_reference text,"
            " provider_type text, type text, economic_type text, status text, moves_money boolean,"
            " amount_minor bigint, currency text, fee_minor bigint, tax_minor bigint,"
            " fee_currency text, net_minor bigint, net_currency text, dated_at timestamptz,"
            " dated_on date, ledger_id text, statement_file text, statement_row integer,"
            " line_scope text, line_key text, occurrence integer, is_new boolean)"
        )
        self.session.execute(
            "create table work_proof_files (name text, content_sha256 text,"
            " size_bytes bigint, lines bigint)"
        )
        self.session.execute("create table work_staged_statements (statement_id bigint)")
        self.session.execute(
            "create table work_run_absorbed (leg text, measure text, currency text,"
            " decided_matches bigint, decided_minor bigint, matches bigint, above_minor bigint,"
            " below_minor bigint, absorbed_minor bigint, exposure_minor bigint)"
        )
        self._insert("work_staged_statements", {"statement_id": self.statement_id})
        for row in self.totals:
            self._insert("work_run_totals", row)
        for row in self.rolls:
            self._insert("work_run_rolls", row)
        for row in self.buckets:
            self._insert("work_run_buckets", row)
        for row in self.not_compared:
            self._insert("work_run_not_compared", row)
        for row in self.discrepancies:
            self._insert("work_discrepancies", {"account_id": self.account_id, **row})
        for item_id, row in enumerate(self.pending, 1):
            item = {"item_id": item_id, "account_id": self.account_id, "bucket": "pending", **row}
            self._insert("work_open_items", {name: item[name] for name in OPEN_ITEM_COLUMNS})
            self._insert("work_items", {name: item[name] for name in ITEM_COLUMNS})

    def _like(self, table: str, model: str, dropped: str) -> None:
        self.session.execute(
            sql.SQL("create table {} (like internal.{})").format(
                sql.Identifier(table), sql.Identifier(model)
            )
        )
        self.session.execute(
            sql.SQL("alter table {} drop column {}").format(
                sql.Identifier(table), sql.Identifier(dropped)
            )
        )
        if table == "work_discrepancies":
            self.session.execute("alter table work_discrepancies alter first_run_id drop not null")

    def _insert(self, table: str, values: Mapping[str, Any], returning: str | None = None) -> int:
        statement = sql.SQL("insert into {} ({}) values ({})").format(
            sql.Identifier(*table.split(".")),
            sql.SQL(", ").join(map(sql.Identifier, values)),
            sql.SQL(", ").join(map(sql.Placeholder, values)),
        )
        if returning is None:
            self.session.execute(statement, values)
            return 0
        statement += sql.SQL(" returning {}").format(sql.Identifier(returning))
        row = self.session.execute(statement, values).fetchone()
        assert row is not None
        return int(row[0])

    def _one(self, statement: str, *values: Any) -> int:
        row = self.session.execute(statement, values).fetchone()
        assert row is not None
        return int(row[0])
