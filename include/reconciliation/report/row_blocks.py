"""Where every row ended, what was not compared, and what came late."""

from __future__ import annotations

from collections.abc import Iterator

from include.reconciliation.legs import side_name
from include.reconciliation.report.blocks import (
    Block,
    Column,
    Heading,
    Look,
    Note,
    Table,
    TableRow,
    Weight,
)
from include.reconciliation.report.facts import ReportFacts
from include.reconciliation.report.language import text

_MEASURES = {"gross": text("gross"), "fee": text("fee"), "tax": text("tax")}
_BUCKETS = ("matched", "pending", "discrepancy", "not_expected")


def buckets(facts: ReportFacts) -> Iterator[Block]:
    """Rows in force, and the bucket of each."""
    say = facts.say
    yield Heading(say("Where every row ended"), say("Each row in force is in exactly one bucket."))
    if not facts.buckets:
        yield Note(say("No row of either side is in force at this account."))
        return
    rows = []
    for row in facts.buckets:
        parts = [row[f"{bucket}_rows"] for bucket in _BUCKETS]
        rest = row["in_force_rows"] - sum(parts)
        weight = Weight.BAD if rest else Weight.ITEM
        side = f"{row['leg']}: {say(side_name(row['leg'], row['side']))}"
        rows.append(TableRow([side, row["in_force_rows"], *parts, rest], weight))
    titles = (
        say("In force"), say("Matched"), say("Pending"), say("Discrepancy"), say("Not expected"),
        say("Left over (0)"),
    )  # fmt: skip
    columns = [
        Column(say("Leg and side"), span=2),
        *(Column(title, Look.COUNT) for title in titles),
    ]
    yield Table(columns, rows)


def not_compared(facts: ReportFacts) -> Iterator[Block]:
    """Amounts, fees and taxes that one side does not give, with their size."""
    say = facts.say
    yield Heading(
        say("What was not compared"),
        say("Of the events that this run decided; not checked is not zero."),
    )
    rows = [
        TableRow(
            [
                f"{row['leg']}: {say(str(_MEASURES.get(row['what'], row['what'])))}",
                row["currency"],
                row["lines"],
                say.major(row["amount_minor"], row["currency"], facts.exponents),
            ]
        )
        for row in facts.not_compared
        if row["lines"]
    ]
    if not rows:
        yield Note(say("Every amount, fee and tax that both sides should have was compared."))
        return
    columns = [
        Column(say("Leg and measure"), span=2),
        Column(say("Currency")),
        Column(say("Lines"), Look.COUNT),
        Column(say("Amount"), Look.AMOUNT),
    ]
    yield Table(columns, rows)


def late_arrivals(facts: ReportFacts) -> Iterator[Block]:
    """Rows that are new to the run and older than its window."""
    say, header = facts.say, facts.header
    yield Heading(say("Late arrivals"), say("New to this run, and older than its window."))
    yield Note(
        say(
            "Statement lines: {lines}. Ledger transactions: {transactions}.",
            lines=say.count(header["late_statement_lines"]),
            transactions=say.count(header["late_ledger_transactions"]),
        )
    )
