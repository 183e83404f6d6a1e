"""An account that is read over an API, from its pages to a published run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from include.reconciliation.demo.stripe_server import DEFAULT_KEY, StripeServer
from include.reconciliation.steps.choose_window import choose_window
from tests.scenarios.absorbed import absorbed
from tests.scenarios.conftest import STEPS, Desk

ENTRY = """
[[psp]]
name = "stripe"
format = "stripe_balance_transactions"
endpoint = "%(endpoint)s"
zone = "UTC"
accounts = ["default"]
statements = { due = "every_run", look_back = "1d" }
settlement = { days = 0, weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] }
[psp.limits]
BRL = { alert_above_minor = 500000, recovered_below_minor = 50000 }
"""
CHARGED_AT = datetime(2026, 3, 2, 10, tzinfo=UTC)
WINDOW = (datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 4, tzinfo=UTC))


def a_charge(number: int, *, fee_minor: int, tax_minor: int) -> dict[str, Any]:
    """A charge of 100.00 BRL that costs a fee and the tax on it."""
    return {
        "id": f"txn_{number}",
        "object": "balance_transaction",
        "amount": 10000,
        "available_on": int(CHARGED_AT.timestamp()),
        "created": int(CHARGED_AT.timestamp()),
        "currency": "brl",
        "description": None,
        "exchange_rate": None,
        "fee": fee_minor + tax_minor,
        "fee_details": [
            {"amount": fee_minor, "currency": "brl", "type": "stripe_fee"},
            {"amount": tax_minor, "currency": "brl", "type": "tax"},
        ],
        "net": 10000 - fee_minor - tax_minor,
        "reporting_category": "charge",
        "source": {
            "id": f"ch_{number}",
            "object": "charge",
            "amount": 10000,
            "currency": "brl",
            "metadata": {},
            "payment_intent": f"pi_{number}",
        },
        "status": "available",
        "type": "charge",
    }


class Api:
    """The account at the API, and the ledger that should agree with it."""

    def __init__(self, desk: Desk, server: StripeServer) -> None:
        self.desk = desk
        self.server = server

    def book(
        self,
        number: int,
        *,
        fee_minor: int,
        tax_minor: int,
        amount_minor: int = 10000,
        at: datetime = CHARGED_AT,
    ) -> None:
        """Books the charge in the ledger, with the costs that the ledger expects."""
        self.desk.ledger_session.execute(
            "insert into ledger.transactions (id, psp, psp_account, psp_reference, event_reference,"
            " type, status, amount_minor, fee_minor, tax_minor, currency, occurred_at)"
            " values (%(id)s, 'stripe', 'default', %(payment)s, %(event)s, 'capture', 'captured',"
            " %(amount)s, %(fee)s, %(tax)s, 'BRL', %(at)s)",
            {
                "id": f"L{number}",
                "payment": f"pi_{number}",
                "event": f"ch_{number}",
                "amount": amount_minor,
                "fee": fee_minor,
                "tax": tax_minor,
                "at": at,
            },
        )

    def run(self, window: tuple[datetime, datetime] = WINDOW) -> dict[str, Any]:
        """Runs every step over two days, and returns the run as the view shows it."""
        attempt_id = self.begin(window)
        for step in STEPS:
            step(attempt_id)
        return self.desk.run_of(attempt_id)

    def begin(self, window: tuple[datetime, datetime]) -> int:
        """Chooses a window; the steps are up to the caller."""
        return choose_window(
            "stripe",
            "default",
            airflow_run_id=f"manual__{window[1].isoformat()}",
            trigger="manual",
            window_start=window[0],
            window_end=window[1],
        )


@pytest.fixture
def api(desk: Desk, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    with StripeServer([]) as server:
        with (tmp_path / "psps.toml").open("a") as configuration:
            configuration.write(ENTRY % {"endpoint": server.url})
        monkeypatch.setenv(
            "AIRFLOW_CONN_STRIPE", json.dumps({"conn_type": "generic", "password": DEFAULT_KEY})
        )
        yield Api(desk, server)


def test_a_charge_that_both_sides_have_with_its_fee_and_tax_is_reconciled(api: Api) -> None:
    api.server.balance_transactions.append(a_charge(1, fee_minor=360, tax_minor=30))
    api.book(1, fee_minor=360, tax_minor=30)

    run = api.run()

    assert ("reconciled", 1, 1) == (run["verdict"], run["statement_lines"], run["matched"])
    assert [] == api.desk.open_discrepancies()
    measures = api.desk.rows(
        "select measure, statement_minor, ledger_minor, residual_minor"
        " from reconciliation.run_totals order by measure"
    )
    assert [
        {"measure": "fee", "statement_minor": 360, "ledger_minor": 360, "residual_minor": 0},
        {"measure": "gross", "statement_minor": 10000, "ledger_minor": 10000, "residual_minor": 0},
        {"measure": "tax", "statement_minor": 30, "ledger_minor": 30, "residual_minor": 0},
    ] == measures


def test_another_tax_is_a_tax_mismatch_and_says_nothing_of_the_fee(api: Api) -> None:
    api.server.balance_transactions.append(a_charge(1, fee_minor=360, tax_minor=30))
    api.book(1, fee_minor=360, tax_minor=45)

    run = api.run()

    assert "discrepancies" == run["verdict"]
    assert [("tax_mismatch", "BRL", -15, 15)] == api.desk.open_discrepancies()
    assert [("event_reference", 1, 1)] == api.desk.matches()


def test_a_charge_of_100_with_a_reversal_of_40_matches_the_capture_of_60(api: Api) -> None:
    charge = a_charge(1, fee_minor=360, tax_minor=30)
    reversal = charge | {
        "id": "txn_2",
        "amount": -4000,
        "net": -4000,
        "fee": 0,
        "fee_details": [],
        "type": "refund",
        "reporting_category": "partial_capture_reversal",
        "source": {
            "id": "re_1",
            "object": "refund",
            "amount": 4000,
            "currency": "brl",
            "charge": "ch_1",
            "payment_intent": "pi_1",
            "metadata": {},
        },
    }
    api.server.balance_transactions.extend([reversal, charge])
    api.book(1, fee_minor=360, tax_minor=30, amount_minor=6000)

    run = api.run()

    assert [("payment_totals", 2, 1)] == api.desk.matches()
    assert ("reconciled", []) == (run["verdict"], api.desk.open_discrepancies())


def test_a_line_without_an_amount_in_the_payments_currency_is_matched_and_not_proved(
    api: Api,
) -> None:
    converted = a_charge(1, fee_minor=360, tax_minor=30) | {
        "exchange_rate": 5.1,
        "source": "ch_1",
    }
    api.server.balance_transactions.append(converted)
    api.desk.ledger_session.execute(
        "insert into ledger.transactions (id, psp, psp_account, psp_reference, event_reference,"
        " type, status, amount_minor, currency, occurred_at) values"
        " ('L1', 'stripe', 'default', 'ch_1', 'ch_1', 'capture', 'captured', 1961, 'BRL', %s)",
        [CHARGED_AT],
    )

    run = api.run()

    assert [("reference_without_amount", 1, 1)] == api.desk.matches()
    assert "reconciled" == run["verdict"]
    assert [
        {"what": "fee", "lines": 1, "amount_minor": 360},
        {"what": "gross", "lines": 1, "amount_minor": 9610},
        {"what": "tax", "lines": 1, "amount_minor": 30},
    ] == api.desk.rows("select what, lines, amount_minor from internal.run_not_compared order by 1")
    assert [{"statement_minor": 0, "ledger_minor": 1961, "not_comparable_minor": -1961}] == (
        api.desk.rows(
            "select statement_minor, ledger_minor, not_comparable_minor"
            " from reconciliation.run_totals where measure = 'gross'"
        )
    )


def test_reads_that_overlap_neither_repeat_nor_lose_a_line(api: Api) -> None:
    api.server.balance_transactions.append(a_charge(1, fee_minor=360, tax_minor=30))
    api.book(1, fee_minor=360, tax_minor=30)
    first = api.run()
    # Created within the first window, and visible only now.
    late = a_charge(2, fee_minor=360, tax_minor=30)
    late["created"] = int(datetime(2026, 3, 3, 12, tzinfo=UTC).timestamp())
    api.server.balance_transactions.insert(0, late)
    second = api.run((WINDOW[1], datetime(2026, 3, 4, 6, tzinfo=UTC)))

    assert (1, 1) == (first["statement_lines"], second["statement_lines"])
    assert 1 == second["late_statement_lines"]
    assert [("missing_in_ledger", "BRL", 10000, 10000)] == api.desk.open_discrepancies()


def test_a_line_that_comes_again_with_a_later_time_is_a_new_version_of_itself(api: Api) -> None:
    """The earliest line of a read may stand in force at a time before all of the read."""
    charge = a_charge(1, fee_minor=360, tax_minor=30)
    api.server.balance_transactions.append(charge)
    api.book(1, fee_minor=360, tax_minor=30)
    first = api.run()
    charge["created"] = int(datetime(2026, 3, 3, 12, tzinfo=UTC).timestamp())
    second = api.run((WINDOW[1], datetime(2026, 3, 4, 6, tzinfo=UTC)))

    assert (1, 1) == (first["statement_lines"], second["statement_lines"])
    assert [] == [row for row in api.desk.open_discrepancies() if row[0] != "date_mismatch"]
    assert [2] == [
        row["versions"]
        for row in api.desk.rows(
            "select count(*) as versions from internal.statement_lines where line_key = 'txn_1'"
        )
    ]


def test_a_charge_that_only_the_first_of_two_reads_brought_may_be_a_day_early(
    api: Api, tmp_path: Path
) -> None:
    """It came an hour after the read began, on a day that no statement covers whole."""
    configuration = tmp_path / "psps.toml"
    configuration.write_text(
        configuration.read_text().replace("{ days = 0,", '{ days = 0, ledger_grace = "2h",')
        + "[psp.tolerances]\nBRL = { date = { business_days = 1 } }\n"
    )
    charge = a_charge(1, fee_minor=360, tax_minor=30)
    charge["created"] = int(datetime(2026, 3, 2, 1, tzinfo=UTC).timestamp())
    api.server.balance_transactions.append(charge)
    api.book(1, fee_minor=360, tax_minor=30, at=datetime(2026, 3, 3, 10, tzinfo=UTC))
    half_past = datetime(2026, 3, 3, 0, 30, tzinfo=UTC)
    dying = api.begin((half_past, half_past + timedelta(hours=12)))
    for step in STEPS[:2]:
        step(dying)

    run = api.run((half_past + timedelta(days=1), half_past + timedelta(days=2)))

    assert ("reconciled", 1) == (run["verdict"], run["matched"])
    assert [("date", "BRL", 0, -1, "date_within_tolerance")] == absorbed(api.desk)
