"""Fees against the schedule that the PSP's entry declares, as a table of the first page."""

from __future__ import annotations

from collections.abc import Iterator

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
from include.reconciliation.report.facts import ReportFacts, Row
from include.reconciliation.report.language import text


def fees(facts: ReportFacts) -> Iterator[Block]:
    """Per currency what was charged, what the schedule gives, and the difference both ways."""
    if not facts.header["rules"]["psp"].get("fees"):
        return
    say = facts.say
    yield Heading(
        say("Fees against the schedule"),
        say(
            "Of the lines that this run brought in. Above the schedule is money that the PSP owes; "
            "each line is on the sheet Fees."
        ),
    )
    if not facts.fees:
        yield Note(say("No line came in."))
        return
    columns = [
        Column(say("Currency")),
        Column(say("Lines"), Look.COUNT),
        Column(say("Charged"), Look.AMOUNT),
        Column(say("By the schedule"), Look.AMOUNT),
        Column(say("Overcharged"), Look.AMOUNT),
        Column(say("Undercharged"), Look.AMOUNT),
        Column(say("Net"), Look.AMOUNT),
        Column(say("Not compared"), Look.COUNT),
    ]
    yield Table(columns, [_line(row, facts) for row in facts.fees])
    for row in facts.fees:
        without = [
            say(why, count=say.count(row[key]))
            for key, why in (
                ("lines_without_rule", text("{count} that no rule prices")),
                (
                    "lines_without_fee",
                    text("{count} whose statement gives no fee in the gross's currency"),
                ),
            )
            if row[key]
        ]
        if without:
            yield Note(
                say(
                    "Not compared in {currency}: lines {which}.",
                    currency=row["currency"],
                    which=say(" and ").join(without),
                )
            )


def _line(row: Row, facts: ReportFacts) -> TableRow:
    def money(minor: int) -> str:
        return facts.say.major(minor, row["currency"], facts.exponents)

    net = row["charged_minor"] - row["expected_minor"]
    is_exact = not (row["overcharged_lines"] or row["undercharged_lines"])
    cells = [
        row["currency"],
        row["lines"],
        money(row["charged_minor"]),
        money(row["expected_minor"]),
        money(row["overcharged_minor"]),
        money(row["undercharged_minor"]),
        money(net),
        row["lines_without_rule"] + row["lines_without_fee"],
    ]
    return TableRow(cells, Weight.ITEM if is_exact else Weight.BAD)
