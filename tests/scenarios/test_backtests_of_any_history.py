"""Replayed under the rules that it had, any history comes out as it was published."""

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from include.reconciliation.backtest.comparison import changes
from include.reconciliation.local.server import Server
from tests.scenarios.absorbed import Tolerate
from tests.scenarios.backtests import MARCH, Backtest, backtests
from tests.scenarios.conftest import CONFIGURATION, Desk, Line

FIRST_DAY = datetime(2026, 3, 2, tzinfo=UTC)
TOLERANCES = ("{ amount = { minor = 5 } }", '{ amount = { percent = "1" }, fee = { minor = 3 } }')
DAYS = 6


@pytest.fixture
def replayed(test_server: Server, tmp_path: Path) -> Backtest:
    return backtests(test_server, tmp_path)


class History:
    """Days at a desk where much goes wrong, by the numbers of a seed."""

    def __init__(self, desk: Desk, tolerate: Tolerate, seed: int) -> None:
        self.desk = desk
        self.tolerate = tolerate
        self.chance = random.Random(seed)
        self.rules = CONFIGURATION
        self.has_changed_rules = False
        self.batches: dict[int, tuple[list[Line], str]] = {}
        self.payments: list[tuple[str, int, str]] = []
        self.number = 0

    def day(self, number: int) -> None:
        """Books, delivers, amends, changes its mind, and reconciles."""
        start = FIRST_DAY + timedelta(days=number)
        if number and self.chance.random() < 0.2:
            tolerance = self.chance.choice(TOLERANCES)
            self.tolerate(EUR=tolerance)
            self.has_changed_rules = True
            self.rules = f"{CONFIGURATION}\n[psp.tolerances]\nEUR = {tolerance}\n"
        self._batch(number, start)
        self._book(start)
        if self.chance.random() < 0.4:
            self._amend()
        for _ in range(self.chance.randrange(3)):
            self._change_the_ledger()
        self._run(start)

    def _book(self, start: datetime) -> None:
        for _ in range(self.chance.randrange(2, 6)):
            self.number += 1
            payment, amount_minor = f"P{self.number}", self.chance.randrange(1, 40) * 250
            kind = self.chance.random()
            currency = self.chance.choice(("EUR", "EUR", "USD"))
            self.payments.append((payment, amount_minor, currency))
            if kind < 0.08:
                continue
            self.desk.ledger(
                f"L{self.number}",
                amount_minor,
                payment=None if kind < 0.25 else payment,
                event=None if kind < 0.35 else f"C{self.number}",
                merchant=f"order-{payment}" if kind < 0.2 else None,
                status="failed" if kind > 0.95 else "captured",
                currency=currency,
                fee_minor=self.chance.choice((None, 0, 2)),
                at=(start + timedelta(hours=self.chance.randrange(24))).isoformat(),
            )

    def _batch(self, number: int, start: datetime) -> None:
        taken = [entry for entry in self.payments if self.chance.random() < 0.8]
        self.payments = [entry for entry in self.payments if entry not in taken]
        lines = []
        for payment, amount_minor, currency in taken:
            off = self.chance.choice((0, 0, 0, 0, 2, -7, 300))
            line = Line(
                payment=payment,
                event=f"C{payment[1:]}",
                amount=_major(amount_minor + off),
                currency=currency,
                fee=self.chance.choice(("0.00", "0.02", "0.04")),
            )
            lines += [line] * (2 if self.chance.random() < 0.05 else 1)
            if self.chance.random() < 0.1:
                refund = _major(-(amount_minor // 2))
                lines.append(
                    Line("Refunded", payment, f"R{payment[1:]}", refund, currency, booked=None)
                )
        if lines and self.chance.random() < 0.9:
            booked = f"{start:%Y-%m-%d} 20:00:00"
            self.batches[number + 1] = (lines, booked)
            if self.chance.random() < 0.1:
                self.desk.deliver(b"not, a, report\n1,2,3\n")
            self.desk.batch(number + 1, *lines, booked=booked)

    def _amend(self) -> None:
        if not self.batches:
            return
        number = self.chance.choice(sorted(self.batches))
        lines, booked = self.batches[number]
        changed = [line for line in lines if self.chance.random() < 0.9] or lines
        place = self.chance.randrange(len(changed))
        wrong = changed[place]
        changed[place] = Line(
            wrong.type, wrong.payment, wrong.event, wrong.amount, wrong.currency, "0.01"
        )
        self.batches[number] = (changed, booked)
        self.desk.batch(number, *changed, booked=booked)

    def _change_the_ledger(self) -> None:
        if not self.number:
            return
        ledger_id = f"L{self.chance.randrange(1, self.number + 1)}"
        if self.chance.random() < 0.3:
            self.desk.forget(ledger_id)
        else:
            self.desk.ledger_session.execute(
                "update ledger.transactions set amount_minor = amount_minor + 250,"
                " updated_at = now() where id = %s",
                [ledger_id],
            )

    def _run(self, start: datetime) -> None:
        window = (start.isoformat(), (start + timedelta(days=1)).isoformat())
        if self.chance.random() < 0.2:
            self.desk.run(*window, dry_run=True)
        self.desk.run(*window)
        if self.chance.random() < 0.2:
            back = start - timedelta(days=2)
            self.desk.run(back.isoformat(), (back + timedelta(days=1)).isoformat())


def _major(minor: int) -> str:
    sign = "-" if minor < 0 else ""
    return f"{sign}{abs(minor) // 100}.{abs(minor) % 100:02d}"


@pytest.mark.parametrize("seed", range(4))
def test_any_history_is_replayed_as_it_was_published(
    desk: Desk, replayed: Backtest, tolerate: Tolerate, seed: int
) -> None:
    history = History(desk, tolerate, seed)
    for number in range(DAYS):
        history.day(number)

    for start in (MARCH[0], FIRST_DAY + timedelta(days=1 + seed % (DAYS - 2))):
        found = replayed(history.rules, start)

        assert [] == [row for account in found["differences"] for row in account["rows"]]
        if not history.has_changed_rules:
            assert not changes(found["accounts"][0])
