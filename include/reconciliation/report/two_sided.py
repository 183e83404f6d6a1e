"""The two-sided proof: each side with the items that it lacks comes to one adjusted balance.

What only one side has is added to the other. Where both have an event and differ, the ledger is
adjusted: the statement says what did happen. What then is apart is the unidentified difference.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from include.reconciliation.legs import LEDGER_STATEMENT
from include.reconciliation.report.blocks import (
    Block,
    Chart,
    Column,
    Heading,
    Look,
    Note,
    Table,
    TableRow,
    Weight,
)
from include.reconciliation.report.charts import Step, waterfall
from include.reconciliation.report.facts import ReportFacts, Row
from include.reconciliation.report.language import text
from include.reconciliation.report.proof import TERMS, term_label, unexplained_minor

_CURRENCIES_PER_TABLE = 5
# A chart each; the table has them all.
_CHARTS_MAX = 6
_LEDGER_ITEMS = (
    ("existence_minor", text("+ on the statement, missing in the ledger")),
    ("multiplicity_minor", text("± settled or booked more than once")),
    ("amount_minor", text("± of another amount")),
    ("fee_minor", text("± of another fee or tax")),
    ("currency_minor", text("± of another currency")),
    ("state_minor", text("± of another state")),
    ("pending_statement_minor", text("+ on the statement, not yet due in the ledger")),
    ("not_expected_statement_minor", text("+ on the statement, not expected in the ledger")),
    ("tolerance_minor", text("± absorbed by tolerance")),
    ("corrections_minor", text("± corrections not yet in the ledger")),
    ("not_comparable_minor", text("± matched, no comparable amount")),
)
_STATEMENT_ITEMS = (
    ("lacking_minor", text("+ in the ledger, missing on the statement")),
    ("pending_ledger_minor", text("+ in the ledger, not yet due on the statement")),
    ("not_expected_ledger_minor", text("+ in the ledger, not expected on the statement")),
)


@dataclass(frozen=True, slots=True)
class TwoSides:
    """One currency: both balances, what is added to each, in minor units."""

    currency: str
    ledger_minor: int
    statement_minor: int
    ledger_items: dict[str, int]
    statement_items: dict[str, int]

    @property
    def adjusted_ledger_minor(self) -> int:
        """The ledger's balance with what it lacks."""
        return self.ledger_minor + sum(self.ledger_items.values())

    @property
    def adjusted_statement_minor(self) -> int:
        """The statement's balance with what it lacks."""
        return self.statement_minor + sum(self.statement_items.values())

    @property
    def unidentified_minor(self) -> int:
        """What no item explains."""
        return self.adjusted_statement_minor - self.adjusted_ledger_minor


def two_sides(row: Row, lacking_minor: int) -> TwoSides:
    """The two sides of a row of the totals; `lacking_minor` is the money that the statement lacks.

    In other words: what the ledger has of events that are missing on the statement, as the ledger
    signs it. The proof subtracts it from the difference, so the ledger's items are without it.
    """
    ledger = {name: row[name] for name, _ in _LEDGER_ITEMS}
    ledger["existence_minor"] += lacking_minor
    statement = {"lacking_minor": lacking_minor}
    for name, _ in _STATEMENT_ITEMS[1:]:
        statement[name] = row[name]
    return TwoSides(
        row["currency"], row["ledger_minor"], row["statement_minor"], ledger, statement
    )


def two_sided_proof(facts: ReportFacts) -> Iterator[Block]:
    """A table of up to five currencies, and for each what makes the difference, as a waterfall."""
    say = facts.say
    rows = [
        row
        for row in facts.totals
        if row["leg"] == LEDGER_STATEMENT and row["measure"] == "gross"
    ]
    yield Heading(
        say("Two-sided proof"),
        say(
            "Each balance with the items that it lacks comes to the same adjusted balance. Where "
            "both sides have an event and differ, the ledger is adjusted: the statement says what "
            "did happen. Balances are those of the rows in force."
        ),
    )
    if not rows:
        yield Note(say("No row of either side is in force at this account."))
        return
    lacking = {row["currency"]: row["lacking_minor"] for row in facts.lacking}
    sides = [two_sides(row, lacking.get(row["currency"], 0)) for row in rows]
    for first in range(0, len(sides), _CURRENCIES_PER_TABLE):
        yield _table(facts, sides[first : first + _CURRENCIES_PER_TABLE])
    differing = [row for row in rows if row["statement_minor"] != row["ledger_minor"]]
    for row in differing[:_CHARTS_MAX]:
        yield _chart(facts, row)


def _table(facts: ReportFacts, sides: list[TwoSides]) -> Table:
    say = facts.say

    def line(label: str, amounts: list[int], weight: Weight = Weight.ITEM) -> TableRow:
        shown = [
            say.major(amount, side.currency, facts.exponents)
            for amount, side in zip(amounts, sides, strict=True)
        ]
        return TableRow([label, *shown], weight)

    lines = [line(say("Balance per ledger"), [side.ledger_minor for side in sides])]
    for name, label in _LEDGER_ITEMS:
        if any(amounts := [side.ledger_items[name] for side in sides]):
            lines.append(line(f"   {say(label)}", amounts))
    adjusted = [side.adjusted_ledger_minor for side in sides]
    lines.append(line(say("= Adjusted balance per ledger"), adjusted, Weight.SUBTOTAL))
    lines.append(line(say("Balance per PSP"), [side.statement_minor for side in sides]))
    for name, label in _STATEMENT_ITEMS:
        if any(amounts := [side.statement_items[name] for side in sides]):
            lines.append(line(f"   {say(label)}", amounts))
    adjusted = [side.adjusted_statement_minor for side in sides]
    lines.append(line(say("= Adjusted balance per PSP"), adjusted, Weight.SUBTOTAL))
    apart = [side.unidentified_minor for side in sides]
    weight = Weight.BAD if any(apart) else Weight.GOOD
    lines.append(line(say("Unidentified difference (must be 0)"), apart, weight))
    columns = [
        Column(say("Gross, in the currency of the payment"), span=3),
        *(Column(side.currency, Look.AMOUNT) for side in sides),
    ]
    return Table(columns, lines)


def _chart(facts: ReportFacts, row: Row) -> Chart:
    say, currency = facts.say, row["currency"]

    def shown(minor: int) -> str:
        return say.money(minor, currency, facts.exponents)

    left, right = say("statement"), say("ledger")
    steps = [
        Step(term_label(say, label, left, right), sign * row[name])
        for name, label, sign in TERMS
        if row[name]
    ]
    rest = unexplained_minor(row)
    if rest or not steps:
        steps.append(Step(say("Unidentified difference"), rest))
    total = row["statement_minor"] - row["ledger_minor"]
    return Chart(
        waterfall(
            say("What makes the difference, {currency}", currency=currency),
            say(
                "{count} steps from nothing to the difference of statement less ledger, {total}.",
                count=say.count(len(steps)),
                total=shown(total),
            ),
            steps,
            say("Statement less ledger"),
            shown,
        )
    )
