"""An account at a bank with a Pix API: payments, and refunds that come weeks after them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from include.reconciliation.steps.choose_window import choose_window
from tests.scenarios.conftest import STEPS, Desk
from tests.statements.api_answers import a_pix, a_pix_refund
from tests.statements.certificates import a_certificate
from tests.statements.pix_bank import ENTRY
from tests.statements.pix_server import CLIENT_ID, CLIENT_SECRET, PixServer

PAID_AT = "2026-03-02T12:00:00Z"
REFUNDED_AT = "2026-04-20T12:00:00Z"


class Till:
    """The shop's ledger and its bank."""

    def __init__(self, desk: Desk, server: PixServer) -> None:
        self.desk = desk
        self.server = server

    def book(self, ledger_id: str, amount_minor: int, type_: str, event: str, at: str) -> None:
        """Books a row of the payment E1 in the ledger."""
        self.desk.ledger_session.execute(
            "insert into ledger.transactions (id, psp, psp_account, psp_reference, event_reference,"
            " type, status, amount_minor, currency, occurred_at)"
            " values (%s, 'bank', 'Loja', 'E1', %s, %s, 'captured', %s, 'BRL', %s)",
            [ledger_id, event, type_, amount_minor, at],
        )

    def run(self, start: str, end: str) -> dict[str, Any]:
        """Runs every step over a window, and returns the run as the view shows it."""
        attempt_id = choose_window(
            "bank",
            "Loja",
            airflow_run_id=f"manual__{end}",
            trigger="manual",
            window_start=datetime.fromisoformat(start),
            window_end=datetime.fromisoformat(end),
        )
        for step in STEPS:
            step(attempt_id)
        return self.desk.run_of(attempt_id)


@pytest.fixture
def till(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Till]:
    own = a_certificate(tmp_path / "server.pem", "localhost")
    client = a_certificate(tmp_path / "client.pem", "the shop")
    extra = {"ca_file": str(own), "client_certificate": str(client)}
    entry = {"login": CLIENT_ID, "password": CLIENT_SECRET, "extra": extra}
    monkeypatch.setenv("AIRFLOW_CONN_BANK", json.dumps(entry))
    with PixServer([], certificate=own, client=client) as server:
        with (tmp_path / "psps.toml").open("a") as configuration:
            configuration.write(ENTRY.format(url=server.url, more=""))
        yield Till(desk, server)


def test_a_refund_seven_weeks_after_its_payment_is_found_and_matched(till: Till) -> None:
    till.server.pix.append(a_pix(endToEndId="E1", horario=PAID_AT))
    till.book("L1", 11000, "capture", "E1", PAID_AT)
    first = till.run("2026-03-02T00:00:00Z", "2026-03-04T00:00:00Z")

    refund = a_pix_refund(rtrId="D1", horario={"liquidacao": REFUNDED_AT})
    till.server.pix[0] = a_pix(endToEndId="E1", horario=PAID_AT, devolucoes=[refund])
    till.book("L2", -1000, "refund", "D1", REFUNDED_AT)
    second = till.run("2026-04-20T00:00:00Z", "2026-04-22T00:00:00Z")

    assert ("reconciled", "reconciled") == (first["verdict"], second["verdict"])
    assert [("event_reference", 1, 1), ("event_reference", 1, 1)] == till.desk.matches()
    assert [] == till.desk.open_discrepancies()


def test_a_refund_that_the_ledger_does_not_know_is_a_discrepancy(till: Till) -> None:
    till.server.pix.append(a_pix(endToEndId="E1", horario=PAID_AT))
    till.book("L1", 11000, "capture", "E1", PAID_AT)
    till.run("2026-03-02T00:00:00Z", "2026-03-04T00:00:00Z")

    refund = a_pix_refund(horario={"liquidacao": REFUNDED_AT})
    till.server.pix[0] = a_pix(endToEndId="E1", horario=PAID_AT, devolucoes=[refund])
    run = till.run("2026-04-20T00:00:00Z", "2026-04-23T00:00:00Z")

    assert "discrepancies" == run["verdict"]
    assert [("missing_in_ledger", "BRL", -1000, 1000)] == till.desk.open_discrepancies()
