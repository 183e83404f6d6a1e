"""A desk whose payments went through a gateway: what the gateway's books say, and the legs show."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from include.reconciliation.verify import verify
from tests.conftest import Sources
from tests.scenarios.conftest import CONFIGURATION, Desk

AT_NOON = "2026-03-02T10:00:00Z"


@dataclass
class GatewayDesk:
    """A desk whose payments went through a gateway that keeps its own books."""

    desk: Desk
    session: psycopg.Connection[Any]

    def intent(self, payment: str = "P1", amount_minor: int = 10000, **columns: Any) -> None:
        """An intent, with its authorisation."""
        self.session.execute(
            "insert into public.payment_intents (id, provider, provider_account,"
            " provider_reference, merchant_reference, amount_minor, currency, status, created_at)"
            " values (%s, 'adyen', 'Shop', %s, %s, %s, 'EUR', 'captured', %s)",
            [
                f"in-{payment}",
                columns.get("reference", payment),
                columns.get("merchant"),
                amount_minor,
                AT_NOON,
            ],
        )
        self.transaction("authorization", amount_minor, payment, event=payment)

    def transaction(
        self,
        type: str,
        amount_minor: int = 10000,
        payment: str = "P1",
        event: str | None = "C1",
        *,
        status: str = "succeeded",
        currency: str = "EUR",
        number: str = "",
        at: str = AT_NOON,
    ) -> None:
        """A transaction of an intent, or the same again under its id."""
        self.session.execute(
            "insert into public.payment_transactions (id, intent_id, transaction_type, status,"
            " amount_minor, currency, provider_reference, created_at, processed_at)"
            " values (%s, %s, %s, %s, %s, %s, %s, %s, %s) on conflict (id) do update set"
            " amount_minor = excluded.amount_minor, status = excluded.status",
            [
                f"{type}-{payment}-{event}{number}",
                f"in-{payment}",
                type,
                status,
                amount_minor,
                currency,
                event,
                at,
                at,
            ],
        )

    def captured(self, payment: str = "P1", event: str = "C1", amount_minor: int = 10000) -> None:
        """An intent that was authorised and captured in full."""
        self.intent(payment, amount_minor)
        self.transaction("capture", amount_minor, payment, event)

    def findings(self) -> list[tuple[str, str, int, str]]:
        """(leg, kind, delta, leg that it is shown under) of what is open at the head, sorted."""
        return sorted(
            (row["leg"], row["kind"], row["delta_minor"], row["shown_under"])
            for row in self.desk.rows(
                "select * from reconciliation.discrepancies where change <> 'resolved'"
            )
        )

    def buckets(self) -> dict[tuple[str, str], tuple[int, int, int, int, int]]:
        """Per leg and side of the head: in force, matched, pending, discrepancy, not expected."""
        return {
            (row["leg"], row["side"]): (
                row["in_force_rows"],
                row["matched_rows"],
                row["pending_rows"],
                row["discrepancy_rows"],
                row["not_expected_rows"],
            )
            for row in self.desk.rows(
                "select run_buckets.* from internal.run_buckets"
                " inner join internal.heads on run_buckets.run_number = heads.run_number"
            )
        }

    def terms(self, leg: str) -> tuple[int, ...]:
        """Of a leg at the head: left, right, existence, amount, pending on both sides, residual."""
        [row] = self.desk.rows(
            "select run_totals.* from internal.run_totals"
            " inner join internal.heads on run_totals.run_number = heads.run_number"
            " where leg = %s and measure = 'gross'",
            leg,
        )
        return (
            row["statement_minor"],
            row["ledger_minor"],
            row["existence_minor"],
            row["amount_minor"],
            row["pending_statement_minor"],
            row["pending_ledger_minor"],
            row["residual_minor"],
        )


@pytest.fixture
def declare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Declares the PSP's gateway in these words from now on."""
    numbers = itertools.count()

    def write(gateway: str) -> None:
        path = tmp_path / f"psps_{next(numbers)}.toml"
        path.write_text(CONFIGURATION + gateway)
        monkeypatch.setenv("RECONCILIATION_CONFIG", str(path))

    return write


@pytest.fixture
def gateway(
    desk: Desk, sources: Sources, declare: Callable[[str], None], tmp_path: Path
) -> Iterator[GatewayDesk]:
    """The desk of a PSP that declares its gateway; the folder of each run proves itself."""
    declare("[psp.gateway]\n")
    yield GatewayDesk(desk, sources.billing_gateway)
    folders = [path.parent for path in (tmp_path / "reports").rglob("manifest.json")]
    assert folders
    assert [[] for _ in folders] == [verify(folder)[0] for folder in sorted(folders)]
