"""Published runs with discrepancies, made by hand: what the rules of operations look at."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from include.reconciliation.edges import pause_variable, warehouse
from include.reconciliation.identifiers import sha256_of
from include.reconciliation.steps import incidents

PSP = "adyen"
EUROPE, BRAZIL = "NorthwindEU", "NorthwindBR"


@dataclass
class Variables:
    """Airflow's Variables, as a test sets them; `error` is what the API answers instead."""

    values: dict[str, str] = field(default_factory=dict)
    error: Exception | None = None
    error_on_value: Exception | None = None

    def names(self, prefix: str) -> list[str]:
        """The names that begin so."""
        if self.error is not None:
            raise self.error
        return [name for name in self.values if name.startswith(prefix)]

    def value(self, name: str) -> str:
        """The text under a name."""
        if self.error_on_value is not None:
            raise self.error_on_value
        return self.values[name]

    def pause(self, psp: str, **changes: Any) -> None:
        """Pauses a PSP as ana would."""
        entry = {
            "by": "ana",
            "reason": "the provider sends totals of another day",
            "since": (datetime.now(UTC) - timedelta(minutes=30)).isoformat(),
            **changes,
        }
        self.values[f"reconciliation_pause_{psp}"] = json.dumps(entry)

    def resume(self, psp: str) -> None:
        """Removes the pause."""
        del self.values[f"reconciliation_pause_{psp}"]


@pytest.fixture
def variables() -> Iterator[Variables]:
    """Where the code under test looks for pauses."""
    stand_in = Variables()
    with pause_variable.reading_from(stand_in):
        yield stand_in


class Books:
    """Attempts, runs and discrepancies of accounts, written straight into the warehouse."""

    def __init__(self, session: psycopg.Connection[dict[str, Any]], number: int = 0) -> None:
        self.session = session
        self._number = number

    def account(self, account: str = EUROPE, psp: str = PSP, known_hours_ago: int = 1000) -> int:
        """The account's number; it is known since so many hours."""
        self.session.execute(
            """
            insert into internal.accounts (psp, account, first_seen_at)
            values (%s, %s, clock_timestamp() - make_interval(hours => %s))
            on conflict do nothing
            """,
            [psp, account, known_hours_ago],
        )
        row = self.session.execute(
            "select account_id from internal.accounts where psp = %s and account = %s",
            [psp, account],
        ).fetchone()
        assert row is not None
        return row["account_id"]

    def attempt(
        self,
        account: str = EUROPE,
        *,
        psp: str = PSP,
        trigger: str = "scheduled",
        include_paused: bool = False,
        requested_by: str | None = None,
        note: str | None = None,
    ) -> int:
        """An attempt that has been chosen."""
        self._number += 1
        row = self.session.execute(
            """
            insert into internal.attempts (
                account_id, airflow_run_id, trigger, requested_by, request_note,
                window_start, window_end, as_of, dry_run, include_paused,
                code_version, rules_sha256, rules
            )
            values (
                %(account_id)s, %(airflow_run_id)s, %(trigger)s, %(requested_by)s, %(note)s,
                now() - interval '2 hours', now() - interval '1 hour', now() - interval '1 hour',
                false, %(include_paused)s, 'code', 'rules', '{}'
            )
            returning attempt_id
            """,
            {
                "account_id": self.account(account, psp),
                "airflow_run_id": f"run {self._number}",
                "trigger": trigger,
                "requested_by": requested_by,
                "note": note,
                "include_paused": include_paused,
            },
        ).fetchone()
        self.session.commit()
        assert row is not None
        return row["attempt_id"]

    def publish(
        self,
        account: str = EUROPE,
        open_minor: Mapping[str, int] | None = None,
        *,
        psp: str = PSP,
        payments: int = 1,
        verdict: str | None = None,
        hours_ago: int = 0,
        is_published: bool = True,
        is_gapped: bool = False,
        residual_minor: int = 0,
        discrepancies: tuple[dict[str, Any], ...] = (),
        is_committed: bool = True,
    ) -> int:
        """Publishes a run that leaves the given exposure open per currency, and assesses it.

        The exposure of a currency lies in one payment, and `payments` says how many payments there
        are in all; the others are worth nothing.
        """
        attempt_id = self.attempt(account, psp=psp)
        run_number = self._run(attempt_id, verdict, hours_ago, is_published, open_minor)
        rows = [
            {"event_id": f"event {code}", "currency": code, "exposure_minor": minor}
            for code, minor in (open_minor or {}).items()
        ]
        rows += [
            {"event_id": f"small {number}", "currency": "EUR", "exposure_minor": 0}
            for number in range(len(rows), payments)
            if open_minor
        ]
        if is_gapped:
            rows.append({"event_id": "gap", "kind": "statement_gap", "exposure_minor": None})
        for number, row in enumerate([*rows, *discrepancies]):
            self._discrepancy(run_number, account, psp, number, row)
        self._total(run_number, residual_minor)
        if is_published:
            self._move_head(run_number)
        with self.session.cursor() as cursor:
            incidents.assess_run(cursor, self.account(account, psp), run_number)
        if is_committed:
            self.session.commit()
        return run_number

    def log(self, run_number: int) -> bool:
        """Enqueues the row for the gateway's log; whether it is new."""
        with self.session.cursor() as cursor:
            is_new = incidents.enqueue_run_log(cursor, run_number)
        self.session.commit()
        return is_new

    def _run(
        self,
        attempt_id: int,
        verdict: str | None,
        hours_ago: int,
        is_published: bool,
        open_minor: Mapping[str, int] | None,
    ) -> int:
        row = self.session.execute(
            """
            insert into internal.runs (
                run_id, account_id, attempt_id, window_start, window_end, as_of, trigger, dry_run,
                verdict, is_published, statement_lines, ledger_transactions, matched, pending,
                discrepancies, extract_sha256, rules_sha256, code_version, started_at
            )
            select
                %(run_id)s, account_id, attempt_id,
                hour - interval '1 hour', hour, hour, trigger, false,
                %(verdict)s, %(is_published)s, 10, 9, 8, 1,
                %(discrepancies)s, 'extract', 'rules', 'code', now()
            from
                internal.attempts,
                (
                    select date_trunc('hour', now()) - make_interval(hours => %(hours_ago)s) as hour
                ) as hours
            where attempt_id = %(attempt_id)s
            returning run_number
            """,
            {
                "attempt_id": attempt_id,
                "run_id": sha256_of(str(attempt_id).encode()),
                "verdict": verdict or ("discrepancies" if open_minor else "reconciled"),
                "is_published": is_published,
                "hours_ago": hours_ago,
                "discrepancies": len(open_minor or {}),
            },
        ).fetchone()
        assert row is not None
        return row["run_number"]

    def _discrepancy(
        self, run_number: int, account: str, psp: str, number: int, changes: dict[str, Any]
    ) -> None:
        row = {
            "run_number": run_number,
            "discrepancy_id": f"discrepancy {number}",
            "event_id": f"event {number}",
            "account_id": self.account(account, psp),
            "kind": "missing_in_ledger",
            "change": "persisting",
            "status": "open",
            "currency": None,
            "exposure_minor": 0,
            "payment_key": f"payment {number}",
            "open_days": 1,
            **changes,
        }
        self.session.execute(
            """
            insert into internal.discrepancy_versions (
                run_number, discrepancy_id, event_id, account_id, leg, aspect, kind, change, status,
                episode, severity, currency, delta_minor, exposure_minor, occurred_at, first_run_id,
                explanation, payment_key, shown_under
            )
            values (
                %(run_number)s, %(discrepancy_id)s, %(event_id)s, %(account_id)s,
                'ledger_statement', 'existence', %(kind)s, %(change)s, %(status)s, 1, 'high',
                %(currency)s, 0, %(exposure_minor)s,
                now() - make_interval(days => %(open_days)s), 'first', 'an example',
                %(payment_key)s, 'ledger_statement'
            )
            """,
            row,
        )

    def _total(self, run_number: int, residual_minor: int) -> None:
        self.session.execute(
            """
            insert into internal.run_totals
            select
                %s, 'ledger_statement', 'EUR', 'gross', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                %s
            """,
            [run_number, residual_minor],
        )

    def _move_head(self, run_number: int) -> None:
        self.session.execute(
            """
            insert into internal.heads (account_id, run_number, run_id, fencing_token, as_of)
            select account_id, run_number, run_id, 1, as_of
            from internal.runs where run_number = %s
            on conflict (account_id) do update
            set run_number = excluded.run_number, run_id = excluded.run_id, as_of = excluded.as_of
            """,
            [run_number],
        )

    def statement_lines(
        self,
        gross_minor: tuple[int, ...],
        *,
        currency: str,
        hours_ago: int,
        account: str = EUROPE,
        is_expected: bool = True,
        last_run_number: int | None = None,
    ) -> None:
        """Lines of an account, booked so many hours ago; in force, unless a run has ended them."""
        statement_id = self.refused_statement()
        self.session.execute("select internal.ensure_volume(current_date)")
        for number, minor in enumerate(gross_minor):
            self.session.execute(
                """
                insert into internal.statement_lines (
                    item_id, account_id, statement_id, line_scope, line_key, occurrence,
                    provider_type, type, economic_type, is_expected, payment_key,
                    gross_minor, gross_currency, booked_at, booked_on, source_zone, row_number,
                    first_run_number, last_run_number, volume
                )
                select
                    nextval('internal.item_ids'), %(account_id)s, %(statement_id)s,
                    %(statement_id)s::text, %(number)s::text, 1, 'Settled', 'payment', 'payment',
                    %(is_expected)s, 'payment', %(minor)s, %(currency)s,
                    now() - make_interval(hours => %(hours_ago)s), current_date, 'UTC', 1, 1,
                    %(last_run_number)s, to_char(current_date, 'YYYYMM')::bigint
                """,
                {
                    "account_id": self.account(account),
                    "statement_id": statement_id,
                    "number": number,
                    "minor": minor,
                    "currency": currency,
                    "hours_ago": hours_ago,
                    "is_expected": is_expected,
                    "last_run_number": last_run_number,
                },
            )

    def refused_statement(self) -> int:
        """A statement in quarantine."""
        self._number += 1
        row = self.session.execute(
            """
            with delivery as (
                insert into internal.deliveries (account_id, content_sha256, name, size_bytes)
                values (%(account_id)s, %(content_sha256)s, 'a.csv', 10)
                returning delivery_id
            )

            insert into internal.statements (
                account_id, delivery_id, statement_key, format, state,
                reason_code, quarantine_reason, proved_by
            )
            select
                %(account_id)s, delivery_id, 'batch 1', 'adyen_settlement_details', 'quarantined',
                'wrong_total', 'a total differs', 'totals'
            from delivery
            returning statement_id
            """,
            {
                "account_id": self.account(),
                "content_sha256": sha256_of(f"statement {self._number}".encode()),
            },
        ).fetchone()
        self.session.commit()
        assert row is not None
        return row["statement_id"]

    @staticmethod
    def moment(*, days_ago: int) -> str:
        """A minute more than so many days ago, as a Variable writes it."""
        return (datetime.now(UTC) - timedelta(days=days_ago, minutes=1)).isoformat()

    def rows(self, query: str, values: Any = None) -> list[dict[str, Any]]:
        """What a query finds, seen from outside any transaction."""
        found = self.session.execute(query, values).fetchall()
        self.session.commit()
        return found

    def alerts(self, name: str = incidents.INCIDENT) -> list[tuple[str, list[str]]]:
        """State and causes of each alert of that name, the oldest first."""
        query = "select state, reasons from internal.alerts where name = %s order by alert_id"
        return [(row["state"], sorted(row["reasons"])) for row in self.rows(query, [name])]

    def messages(self) -> list[str]:
        """The texts for Slack, the oldest first."""
        query = """
            select payload ->> 'text' as text from internal.outbox
            where kind = 'slack' order by message_id
        """
        return [row["text"] for row in self.rows(query)]


@pytest.fixture
def books(databases: object) -> Iterator[Books]:
    """The warehouse, to be filled by hand."""
    with warehouse.connect() as session:
        yield Books(session)
