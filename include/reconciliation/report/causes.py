"""Why the money differs: what each cause explains of what is open, as a table of the first page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from include.reconciliation.causes import sentence
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
from include.reconciliation.report.names import name


def causes(facts: ReportFacts) -> Iterator[Block]:
    """Per currency one sentence, and a row per cause; what nothing explains stands last."""
    say = facts.say
    yield Heading(
        say("Why the money differs"),
        say(
            "A cause is claimed only where its formula holds exactly and no other does; the "
            "figures of each are on the sheet Causes."
        ),
    )
    if not facts.causes:
        yield Note(say("No discrepancy waits for an answer."))
        return
    for currency in dict.fromkeys(row["currency"] for row in facts.causes):
        of_currency = [row for row in facts.causes if row["currency"] == currency]
        yield Note(f"{_sentence(of_currency, facts)}.")
    columns = [
        Column(say("Cause and currency"), span=2),
        Column(say("Open"), Look.COUNT),
        Column(say("of them new"), Look.COUNT),
        Column(say("At risk"), Look.AMOUNT),
        Column(say("Delta"), Look.AMOUNT),
        Column(say("Suggested correction"), span=2),
    ]
    yield Table(columns, [_line(row, facts) for row in facts.causes])


def _sentence(rows: Sequence[Row], facts: ReportFacts) -> str:
    """The rows of one currency in a sentence: "412 discrepancies, 38,211.00 BRL: 3 causes …"."""
    currency = rows[0]["currency"]

    def money(minor: int) -> str:
        if facts.say.is_english:
            return f"{facts.say.major(minor, currency, facts.exponents)} {currency}"
        return facts.say.money(minor, currency, facts.exponents)

    claimed = [row for row in rows if row["cause"] is not None]
    found = sum(row["discrepancies"] for row in rows)
    return facts.say(
        sentence(found, len(claimed)),
        found=facts.say.count(found),
        at_risk=money(sum(row["exposure_minor"] for row in rows)),
        causes=len(claimed),
        explains=money(sum(row["exposure_minor"] for row in claimed)),
    )


def _line(row: Row, facts: ReportFacts) -> TableRow:
    def money(minor: int) -> str:
        return facts.say.major(minor, row["currency"], facts.exponents)

    if row["cause"] is None:
        cause, correction = facts.say("not explained"), ""
    else:
        cause, correction = name(facts.say, row["cause"]), name(facts.say, row["correction"])
        if row["correction_minor"] is not None:
            amount = money(row["correction_minor"])
            correction += facts.say(" of {amount} in all", amount=amount)
    cells = [
        f"{cause}  {row['currency']}",
        row["discrepancies"],
        row["new_discrepancies"],
        money(row["exposure_minor"]),
        money(row["delta_minor"]),
        correction,
    ]
    return TableRow(cells, Weight.SUBTOTAL if row["cause"] is None else Weight.ITEM)
