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
from include.reconciliation.report.facts import ReportFacts, Row
from include.reconciliation.report.language import Language, text

# What explains the difference, in the order of the page: column, label, and its sign in the sum.
# Rows of the ledger count against the statement's: what is open there is subtracted.
TERMS = (
    ("existence_minor", text("Discrepancies: one side lacks the event"), 1),
    ("multiplicity_minor", text("Discrepancies: settled or booked twice"), 1),
    ("amount_minor", text("Discrepancies: another amount"), 1),
    ("fee_minor", text("Discrepancies: another fee or tax"), 1),
    ("currency_minor", text("Discrepancies: another currency"), 1),
    ("state_minor", text("Discrepancies: another state"), 1),
    ("pending_statement_minor", text("Pending on the {left}"), 1),
    ("pending_ledger_minor", text("Less pending in the {right}"), -1),
    ("tolerance_minor", text("Absorbed by tolerance"), 1),
    ("not_expected_statement_minor", text("On the {left}, not expected in the {right}"), 1),
    ("not_expected_ledger_minor", text("Less in the {right}, not expected on the {left}"), -1),
    ("corrections_minor", text("Corrections not yet in the {right}"), 1),
    ("not_comparable_minor", text("Matched, the {left} gives no comparable amount"), 1),
)
# Of fees and taxes only these are ever apart; the other terms are printed where they are not 0.
_VALUE_TERMS = ("fee_minor", "tolerance_minor")
_MEASURES = {
    "gross": text("gross, in the currency of the payment"),
    "fee": text("fees, in the currency of settlement"),
    "tax": text("taxes on fees, in the currency of settlement"),
}
_CURRENCIES_PER_TABLE = 5
_ROLL_LABELS = {
    "opening": text("Opening (closing of the predecessor)"),
    "new": text("+ new"),
    "reopened": text("+ reopened"),
    "cleared": text("− cleared"),
    "restated": text("± restated (amended, withdrawn, re-decided)"),
    "closing": text("= closing (opening of the next run)"),
}


def term_label(say: Language, label: str, left: str, right: str) -> str:
    """A label of TERMS, with what the two sides are called."""
    return say(label, left=left, right=right)


def proof(facts: ReportFacts) -> Iterator[Block]:
    """Per leg and measure: statement − ledger, what explains it, and the residual, by currency."""
    say = facts.say
    yield Heading(
        say("Proof"),
        say(
            "What explains statement less ledger, line by line; the residual must be 0. Money to "
            "the company is positive. Currencies and measures are never added."
        ),
    )
    if not facts.totals:
        yield Note(say("No row of either side is in force at this account."))
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
    say = facts.say

    def line(label: str, amounts: list[int], weight: Weight = Weight.ITEM) -> TableRow:
        shown = [
            say.major(amount, row["currency"], facts.exponents)
            for amount, row in zip(amounts, rows, strict=True)
        ]
        return TableRow([label, *shown], weight)

    def column(name: str) -> list[int]:
        return [row[name] for row in rows]

    left, right = say(side_name(leg, "statement")), say(side_name(leg, "ledger"))
    differences = [row["statement_minor"] - row["ledger_minor"] for row in rows]
    left_over = [unexplained_minor(row) for row in rows]
    above = say("{left} rows in force", left=left[:1].upper() + left[1:])
    less = say("Less {right} rows that move money", right=right)
    lines = [
        line(above, column("statement_minor")),
        line(less, [-amount for amount in column("ledger_minor")]),
        line(say("= Difference to explain"), differences, Weight.SUBTOTAL),
    ]
    for name, label, sign in TERMS:
        amounts = [sign * amount for amount in column(name)]
        if measure == "gross" or name in _VALUE_TERMS or any(amounts):
            lines.append(line(term_label(say, label, left, right), amounts))
    explained = [difference - rest for difference, rest in zip(differences, left_over, strict=True)]
    lines.append(line(say("= Explained"), explained, Weight.SUBTOTAL))
    weight = Weight.BAD if any(left_over) else Weight.GOOD
    lines.append(line(say("Residual (must be 0)"), left_over, weight))
    if left_over != column("residual_minor"):
        recorded = say("Residual as the run recorded it")
        lines.append(line(recorded, column("residual_minor"), Weight.BAD))
    columns = [
        Column(f"{leg}: {say(_MEASURES[measure])}", Look.TEXT, 3),
        *(Column(row["currency"], Look.AMOUNT) for row in rows),
    ]
    return Table(columns, lines)


def roll_forward(facts: ReportFacts) -> Iterator[Block]:
    """Open items from the predecessor's closing to this run's, in rows and money, side by side."""
    say = facts.say
    yield Heading(
        say("Roll-forward of open items"),
        say("Rows that are pending or in a discrepancy, in number and signed amount."),
    )
    groups: dict[tuple[str, str], dict[str, Row]] = {}
    for row in facts.rolls:
        groups.setdefault((row["leg"], row["currency"]), {})[row["side"]] = row
    if not groups:
        yield Note(say("Nothing was open, and nothing is."))
    for (leg, currency), sides in groups.items():
        columns = [Column(f"{leg}: {currency}", Look.TEXT, 3)]
        for side in sides:
            name = say(side_name(leg, side))
            columns += [
                Column(say("{side} rows", side=name), Look.COUNT),
                Column(name, Look.AMOUNT),
            ]
        lines = []
        for step, label in _ROLL_LABELS.items():
            cells: list[str | int | None] = [say(label)]
            for row in sides.values():
                cells.append(row[f"{step}_rows"])
                cells.append(say.major(row[f"{step}_minor"], currency, facts.exponents))
            lines.append(TableRow(cells, Weight.SUBTOTAL if step == "closing" else Weight.ITEM))
        for side, row in sides.items():
            if missing := _roll_gap(say, row):
                gap = say("The {side}'s lines miss the closing by {gap}", side=side, gap=missing)
                lines.append(TableRow([gap], Weight.BAD))
        yield Table(columns, lines)


def _roll_gap(say: Language, row: Row) -> str:
    gaps = {}
    for unit in ("rows", "minor"):
        moved = row[f"new_{unit}"] + row[f"reopened_{unit}"] - row[f"cleared_{unit}"]
        reached = row[f"opening_{unit}"] + moved + row[f"restated_{unit}"]
        gaps[unit] = row[f"closing_{unit}"] - reached
    if not any(gaps.values()):
        return ""
    return say("{rows} rows, {minor} minor units", **gaps)
