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
from include.reconciliation.report.facts import ReportFacts, Row, major


def fees(facts: ReportFacts) -> Iterator[Block]:
    """Per currency what was charged, what the schedule gives, and the difference both ways."""
    if not facts.header["rules"]["psp"].get("fees"):
        return
    yield Heading(
        "Fees against the schedule",
        "Of the lines that this run brought in. Above the schedule is money that the PSP owes; "
        "each line is on the sheet Fees.",
    )
    if not facts.fees:
        yield Note("No line came in.")
        return
    columns = [
        Column("Currency"),
        Column("Lines", Look.COUNT),
        Column("Charged", Look.AMOUNT),
        Column("By the schedule", Look.AMOUNT),
        Column("Overcharged", Look.AMOUNT),
        Column("Undercharged", Look.AMOUNT),
        Column("Net", Look.AMOUNT),
        Column("Not compared", Look.COUNT),
    ]
    yield Table(columns, [_line(row, facts) for row in facts.fees])
    for row in facts.fees:
        without = [
            f"{row[key]:,} {why}"
            for key, why in (
                ("lines_without_rule", "that no rule prices"),
                ("lines_without_fee", "whose statement gives no fee in the gross's currency"),
            )
            if row[key]
        ]
        if without:
            yield Note(f"Not compared in {row['currency']}: lines {' and '.join(without)}.")


def _line(row: Row, facts: ReportFacts) -> TableRow:
    def money(minor: int) -> str:
        return major(minor, row["currency"], facts.exponents)

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
