"""Money at risk against the limits of the PSP, now and as the last runs left it."""

from __future__ import annotations

from collections.abc import Iterator

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
from include.reconciliation.report.charts import Reading, course
from include.reconciliation.report.facts import ReportFacts, Row

# This run and those before it that the course shows.
RUNS_MAX = 30
_CHARTS_MAX = 6


def materiality(facts: ReportFacts) -> Iterator[Block]:
    """Exposure per currency beside the limits, and its course over the last runs."""
    say = facts.say
    yield Heading(
        say("Materiality: money at risk"),
        say(
            "Exposure of the open discrepancies of this account, each event once; limits are those "
            "of the PSP as a whole."
        ),
    )
    if facts.divergence:
        columns = [
            Column(say("Currency")),
            Column(say("Events"), Look.COUNT),
            Column(say("At risk"), Look.AMOUNT),
            Column(say("Accepted, in hand"), Look.AMOUNT),
            Column(say("Alert above"), Look.AMOUNT),
            Column(say("Recovered below"), Look.AMOUNT),
            Column("", span=2),
        ]
        yield Table(columns, [_row(facts, row) for row in facts.divergence])
    else:
        yield Note(say("No discrepancy is open."))
    yield from _courses(facts)


def _row(facts: ReportFacts, row: Row) -> TableRow:
    say, currency = facts.say, row["currency"]
    limits = facts.limits.get(currency, {})
    limit, recovered = limits.get("alert_above_minor"), limits.get("recovered_below_minor")
    above = limit is not None and row["exposure_minor"] > limit

    def money(minor: int | None) -> str:
        return say("none set") if minor is None else say.major(minor, currency, facts.exponents)

    standing = ""
    if limit is not None:
        standing = say("above the limit") if above else say("within the limit")
    cells = [currency, row["events"], money(row["exposure_minor"]), money(row["apart_minor"])]
    cells += [money(limit), money(recovered), standing]
    return TableRow(cells, Weight.BAD if above else Weight.ITEM)


def _courses(facts: ReportFacts) -> Iterator[Block]:
    """One chart per currency that was ever at risk in these runs; none for a first run."""
    earlier: dict[str, Row] = {}
    at_risk: dict[tuple[str, str], int] = {}
    for row in facts.earlier_runs:
        earlier[row["run_id"]] = row
        if row["currency"] is not None:
            at_risk[row["run_id"], row["currency"]] = row["exposure_minor"]
    if not earlier:
        return
    now = {row["currency"]: row["exposure_minor"] for row in facts.divergence}
    currencies = sorted({currency for _, currency in at_risk} | now.keys())
    for currency in currencies[:_CHARTS_MAX]:
        readings = [
            Reading(facts.say.moment(run["as_of"]), at_risk.get((run_id, currency), 0))
            for run_id, run in earlier.items()
        ]
        readings.append(Reading(facts.say.moment(facts.header["as_of"]), now.get(currency, 0)))
        yield _course(facts, currency, readings)


def _course(facts: ReportFacts, currency: str, readings: list[Reading]) -> Chart:
    say = facts.say

    def shown(minor: int) -> str:
        return say.money(minor, currency, facts.exponents)

    minor = facts.limits.get(currency, {}).get("alert_above_minor")
    limit = None if minor is None else (say("limit"), minor)
    return Chart(
        course(
            say("Money at risk over the last {count} runs, {currency}",
                count=len(readings), currency=currency),
            say("From {first} to {last}; the highest was {highest}.",
                first=shown(readings[0].minor), last=shown(readings[-1].minor),
                highest=shown(max(reading.minor for reading in readings))),
            readings, limit, shown,
        )
    )  # fmt: skip
