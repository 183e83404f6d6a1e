"""The proof of a run, term by term, and the roll-forward of its open items, as tables of a page."""

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
from include.reconciliation.report.facts import ReportFacts, Row, major

# What explains the difference, in the order of the page: column, label, and its sign in the sum.
# Rows of the ledger count against the statement's: what is open there is subtracted.
TERMS = (
    ("existence_minor", "Discrepancies: one side lacks the event", 1),
    ("multiplicity_minor", "Discrepancies: settled or booked twice", 1),
    ("amount_minor", "Discrepancies: another amount", 1),
    ("fee_minor", "Discrepancies: another fee or tax", 1),
    ("currency_minor", "Discrepancies: another currency", 1),
    ("state_minor", "Discrepancies: another state", 1),
    ("pending_statement_minor", "Pending on the statement", 1),
    ("pending_ledger_minor", "Less pending in the ledger", -1),
    ("tolerance_minor", "Absorbed by tolerance", 1),
    ("not_expected_statement_minor", "On the statement, not expected in the ledger", 1),
    ("not_expected_ledger_minor", "Less in the ledger, not expected on the statement", -1),
    ("corrections_minor", "Corrections not yet in the ledger", 1),
    ("not_comparable_minor", "Matched, the statement gives no comparable amount", 1),
)
# Of fees and taxes only these are ever apart; the other terms are printed where they are not 0.
_VALUE_TERMS = ("fee_minor", "tolerance_minor")
_MEASURES = {
    "gross": "gross, in the currency of the payment",
    "fee": "fees, in the currency of settlement",
    "tax": "taxes on fees, in the currency of settlement",
}
_CURRENCIES_PER_TABLE = 5
_ROLL = ("opening", "new", "reopened", "cleared", "restated", "closing")
_ROLL_LABELS = {
    "opening": "Opening (closing of the predecessor)",
    "new": "+ new",
    "reopened": "+ reopened",
    "cleared": "− cleared",
    "restated": "± restated (amended, withdrawn, re-decided)",
    "closing": "= closing (opening of the next run)",
}


def proof(facts: ReportFacts) -> Iterator[Block]:
    """Per leg and measure: statement − ledger, what explains it, and the residual, by currency."""
    yield Heading(
        "Proof",
        "What explains statement less ledger, line by line; the residual must be 0. Money to the "
        "company is positive. Currencies and measures are never added.",
    )
    if not facts.totals:
        yield Note("No row of either side is in force at this account.")
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in facts.totals:
        groups.setdefault((row["leg"], row["measure"]), []).append(row)
    for leg, measure in sorted(groups, key=lambda key: (key[0], list(_MEASURES).index(key[1]))):
        rows = groups[leg, measure]
        for first in range(0, len(rows), _CURRENCIES_PER_TABLE):
            part = rows[first : first + _CURRENCIES_PER_TABLE]
            yield _proof_table(leg, measure, part, facts)


def unexplained_minor(row: Row) -> int:
    """What the printed terms leave over, in minor units; counted here, not taken from the run."""
    explained = sum(sign * row[name] for name, _, sign in TERMS)
    return row["statement_minor"] - row["ledger_minor"] - explained


def _proof_table(leg: str, measure: str, rows: list[Row], facts: ReportFacts) -> Table:
    def line(label: str, amounts: list[int], weight: Weight = Weight.ITEM) -> TableRow:
        shown = [
            major(amount, row["currency"], facts.exponents)
            for amount, row in zip(amounts, rows, strict=True)
        ]
        return TableRow([label, *shown], weight)

    def column(name: str) -> list[int]:
        return [row[name] for row in rows]

    left, right = side_name(leg, "statement"), side_name(leg, "ledger")
    differences = [row["statement_minor"] - row["ledger_minor"] for row in rows]
    left_over = [unexplained_minor(row) for row in rows]
    lines = [
        line(f"{left.capitalize()} rows in force", column("statement_minor")),
        line(f"Less {right} rows that move money", [-amount for amount in column("ledger_minor")]),
        line("= Difference to explain", differences, Weight.SUBTOTAL),
    ]
    for name, label, sign in TERMS:
        amounts = [sign * amount for amount in column(name)]
        if measure == "gross" or name in _VALUE_TERMS or any(amounts):
            named = label.replace("statement", left).replace("ledger", right)
            lines.append(line(named, amounts))
    explained = [difference - rest for difference, rest in zip(differences, left_over, strict=True)]
    lines.append(line("= Explained", explained, Weight.SUBTOTAL))
    weight = Weight.BAD if any(left_over) else Weight.GOOD
    lines.append(line("Residual (must be 0)", left_over, weight))
    if left_over != column("residual_minor"):
        lines.append(line("Residual as the run recorded it", column("residual_minor"), Weight.BAD))
    columns = [
        Column(f"{leg}: {_MEASURES[measure]}", Look.TEXT, 3),
        *(Column(row["currency"], Look.AMOUNT) for row in rows),
    ]
    return Table(columns, lines)


def roll_forward(facts: ReportFacts) -> Iterator[Block]:
    """Open items from the predecessor's closing to this run's, in rows and money, side by side."""
    yield Heading(
        "Roll-forward of open items",
        "Rows that are pending or in a discrepancy, in number and signed amount.",
    )
    groups: dict[tuple[str, str], dict[str, Row]] = {}
    for row in facts.rolls:
        groups.setdefault((row["leg"], row["currency"]), {})[row["side"]] = row
    if not groups:
        yield Note("Nothing was open, and nothing is.")
    for (leg, currency), sides in groups.items():
        columns = [Column(f"{leg}: {currency}", Look.TEXT, 3)]
        for side in sides:
            name = side_name(leg, side)
            columns += [Column(f"{name} rows", Look.COUNT), Column(name, Look.AMOUNT)]
        lines = []
        for step in _ROLL:
            cells: list[str | int | None] = [_ROLL_LABELS[step]]
            for row in sides.values():
                cells.append(row[f"{step}_rows"])
                cells.append(major(row[f"{step}_minor"], currency, facts.exponents))
            lines.append(TableRow(cells, Weight.SUBTOTAL if step == "closing" else Weight.ITEM))
        for side, row in sides.items():
            if missing := _roll_gap(row):
                gap = f"The {side}'s lines miss the closing by {missing}"
                lines.append(TableRow([gap], Weight.BAD))
        yield Table(columns, lines)


def _roll_gap(row: Row) -> str:
    gaps = {}
    for unit in ("rows", "minor"):
        moved = row[f"new_{unit}"] + row[f"reopened_{unit}"] - row[f"cleared_{unit}"]
        reached = row[f"opening_{unit}"] + moved + row[f"restated_{unit}"]
        gaps[unit] = row[f"closing_{unit}"] - reached
    if not any(gaps.values()):
        return ""
    return f"{gaps['rows']} rows, {gaps['minor']} minor units"
