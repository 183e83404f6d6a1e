"""Runs that are published by hand, for what looks at published rows."""

from datetime import UTC, datetime

import psycopg
from psycopg.types.json import Jsonb

from include.reconciliation.edges.warehouse import statement

LINE = {
    "line_key": "settled|P1|M1|EUR",
    "occurrence": 1,
    "provider_type": "Settled",
    "type": "payment",
    "economic_type": "payment",
    "is_expected": True,
    "payment_key": "P1",
    "psp_reference": "P1",
    "merchant_reference": "ORDER-1",
    "gross_minor": 10000,
    "gross_currency": "EUR",
    "fee_minor": 100,
    "tax_minor": None,
    "net_minor": 9900,
    "net_currency": "EUR",
    "booked_at": datetime(2026, 11, 10, 23, 50, tzinfo=UTC),
    "booked_on": datetime(2026, 11, 10, tzinfo=UTC).date(),
    "source_zone": "CET",
    "row_number": 2,
}


class Books:
    """Publishes runs by hand, straight into the warehouse's tables."""

    def __init__(self, session: psycopg.Connection) -> None:
        self.session = session
        self.runs = 0
        self.items = 0

    def publish(
        self,
        airflow_run_id,
        *lines,
        account="NorthwindEU",
        format_="checkout_financial_actions",  # which promises no sums
        key=None,
        totals=(),
        dry_run=False,
    ):
        """A run that brings these lines into force; returns its number.

        `totals` are currency, measure and amount of the statement's control totals.
        """
        self.runs += 1
        run_id = f"{self.runs:064x}"
        account_id = self.value(statement("runs/ensure_account"), psp="adyen", account=account)
        attempt_id = self.value(
            "insert into internal.attempts (account_id, airflow_run_id, trigger, window_start,"
            " window_end, as_of, dry_run, include_paused, code_version, rules_sha256, rules,"
            " published_run_id, run_id, state)"
            " values (%(account_id)s, %(airflow_run_id)s, 'manual', '2026-11-10', '2026-11-11',"
            " '2026-11-11', %(dry_run)s, false, 'c', 'r', %(rules)s, %(run_id)s, %(run_id)s,"
            " 'published') returning attempt_id",
            account_id=account_id,
            airflow_run_id=airflow_run_id,
            dry_run=dry_run,
            run_id=run_id,
            rules=Jsonb({}),
        )
        run_number = self.value(
            "insert into internal.runs (run_id, account_id, attempt_id, window_start, window_end,"
            " as_of, trigger, dry_run, verdict, is_published, statement_lines, ledger_transactions,"
            " matched, pending, discrepancies, extract_sha256, rules_sha256, code_version,"
            " started_at, published_at) values (%(run_id)s, %(account_id)s, %(attempt_id)s,"
            " '2026-11-10', '2026-11-11', '2026-11-11', 'manual', %(dry_run)s, 'reconciled',"
            " not %(dry_run)s, 0, 0, 0, 0, 0, 'e', 'r', 'c', '2026-11-12', '2026-11-12')"
            " returning run_number",
            run_id=run_id,
            account_id=account_id,
            attempt_id=attempt_id,
            dry_run=dry_run,
        )
        delivery_id = self.value(
            "insert into internal.deliveries (account_id, content_sha256, name, size_bytes)"
            " values (%(account_id)s, %(sha256)s, 'batch_7.csv', 1) returning delivery_id",
            account_id=account_id,
            sha256=run_id,
        )
        key = key or f"batch {self.runs}"
        self.session.execute(
            "update internal.statements set state = 'superseded'"
            " where account_id = %s and statement_key = %s",
            [account_id, key],
        )
        statement_id = self.value(
            "insert into internal.statements (account_id, delivery_id, statement_key, format,"
            " state, proved_by, first_run_number) values (%(account_id)s, %(delivery_id)s,"
            " %(key)s, %(format)s, 'in_force', 'batch', %(run_number)s)"
            " returning statement_id",
            account_id=account_id,
            delivery_id=delivery_id,
            key=key,
            format=format_,
            run_number=run_number,
        )
        for currency, measure, amount_minor in totals:
            self.session.execute(
                "insert into internal.statement_control_totals values (%s, %s, %s, %s, %s)",
                [statement_id, currency, measure, amount_minor, len(lines)],
            )
        for line in lines:
            line = {**LINE, "line_scope": key, **line}
            self.add_line(line, account_id, statement_id, run_number)
        self.session.commit()
        return run_number

    def add_line(self, line, account_id, statement_id, run_number):
        self.items += 1
        values = {
            **line,
            "item_id": self.items,
            "account_id": account_id,
            "statement_id": statement_id,
            "first_run_number": run_number,
            "volume": line.get("volume", 202611),
        }
        self.session.execute(
            "select internal.ensure_volume(to_date(%(volume)s::text, 'YYYYMM'))",
            {"volume": values["volume"]},
        )
        self.session.execute(
            psycopg.sql.SQL("insert into internal.statement_lines ({}) values ({})").format(
                psycopg.sql.SQL(", ").join(map(psycopg.sql.Identifier, values)),
                psycopg.sql.SQL(", ").join(map(psycopg.sql.Placeholder, values)),
            ),
            values,
        )

    def value(self, query, **values):
        row = self.session.execute(query, values).fetchone()
        assert row is not None
        return row[0]

    def alerts(self):
        """State, first run and causes of each alert, oldest first."""
        rows = self.session.execute(
            "select state, run_id, reasons from internal.alerts"
            " where name = 'reconciliation-failed-expectations' order by alert_id"
        ).fetchall()
        self.session.commit()
        return [
            (
                state,
                int(run_id, 16),
                {cause: entry["unexpected_rows"] for cause, entry in why.items()},
            )
            for state, run_id, why in rows
        ]

    def causes(self):
        """The causes of the open alert of each account that has one."""
        rows = self.session.execute(
            "select account, reasons from internal.alerts"
            " where name = 'reconciliation-failed-expectations' and state = 'open'"
        ).fetchall()
        self.session.commit()
        return {
            account: {cause: entry["unexpected_rows"] for cause, entry in why.items()}
            for account, why in rows
        }
