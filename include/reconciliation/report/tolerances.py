"""What tolerances let pass, as a table of a page: given and taken apart, by measure and currency.

The tolerances are those of the run's rules; what another version let pass is in force beside.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from include.reconciliation.legs import AUTHORISATION, GATEWAY_STATEMENT, LEDGER_STATEMENT
from include.reconciliation.report.blocks import Block, Column, Heading, Look, Note, Table, TableRow
from include.reconciliation.report.facts import ReportFacts, Row
from include.reconciliation.report.language import Language, text
from include.reconciliation.report.recorded_texts import criteria as criteria_in_words
from include.reconciliation.tolerances import DateTolerance, Tolerance

_PARTS = {"gross": text("amount"), "fee": text("fee"), "tax": text("tax"), "date": text("date")}


def given_away(facts: ReportFacts) -> Iterator[Block]:
    """Nothing where no tolerance is configured and none was; else what each of them let pass."""
    configured = {
        (LEDGER_STATEMENT, measure, currency): tolerances[part]
        for currency, tolerances in facts.tolerances.items()
        for measure, part in _PARTS.items()
        if tolerances[part] is not None
    }
    gateway = facts.header["rules"]["psp"].get("gateway") or {}
    configured |= {
        (AUTHORISATION.name, "gross", currency): criteria
        for currency, criteria in gateway.get("over_capture", {}).items()
    }
    absorbed = {(row["leg"], row["measure"], row["currency"]): row for row in facts.absorbed}
    if not configured and not absorbed:
        return
    say = facts.say
    yield Heading(
        say("Let pass by tolerances"),
        say(
            "Matched although the two sides differ: more than the ledger has (+), less (−), and "
            "both together. Of dates: the amount that moved over a month's end."
        ),
    )
    rows = []
    for leg, measure, currency in sorted(
        configured.keys() | absorbed.keys(),
        key=lambda key: (key[0] != LEDGER_STATEMENT, key[0], list(_PARTS).index(key[1]), key[2]),
    ):
        row = absorbed.get((leg, measure, currency))
        criteria = configured.get((leg, measure, currency))
        if leg == GATEWAY_STATEMENT.name:
            criteria = configured.get((LEDGER_STATEMENT, measure, currency))
        rows.append(
            TableRow(
                [
                    f"{_name(say, leg, measure)}  {currency}: {_words(say, measure, criteria)}",
                    *_figures(measure, currency, row, facts),
                ]
            )
        )
    columns = [
        Column(say("Measure, currency, tolerance"), span=2),
        Column(say("Decided now"), Look.COUNT),
        Column(say("of that, net"), Look.AMOUNT),
        Column(say("In force"), Look.COUNT),
        Column(say("+ more"), Look.AMOUNT),
        Column(say("− less"), Look.AMOUNT),
        Column(say("= net"), Look.AMOUNT),
    ]
    yield Table(columns, rows)
    yield Note(
        say(
            "Of amounts, what is in force is the line of the proof; of fees and taxes, what was "
            "decided now, as their proof is about that."
        )
    )


def _name(say: Language, leg: str, measure: str) -> str:
    if leg == AUTHORISATION.name:
        return say("over-capture")
    part = say(_PARTS[measure])
    return part if leg == LEDGER_STATEMENT else f"{leg}: {part}"


def _words(say: Language, measure: str, criteria: Mapping[str, Any] | None) -> str:
    if criteria is None:
        return say("configured no more")
    if measure == "date":
        return criteria_in_words(say, DateTolerance(**criteria).words())
    return criteria_in_words(say, Tolerance(**criteria).words())


def _figures(
    measure: str, currency: str, row: Row | None, facts: ReportFacts
) -> list[str | int | None]:
    def figure(name: str) -> int:
        return row[name] if row is not None else 0

    def money(name: str) -> str:
        return facts.say.major(figure(name), currency, facts.exponents)

    counts = figure("decided_matches"), figure("matches")
    if measure == "date":
        return [counts[0], "", counts[1], "", "", money("exposure_minor")]
    amounts = [money(name) for name in ("above_minor", "below_minor", "absorbed_minor")]
    return [counts[0], money("decided_minor"), counts[1], *amounts]
