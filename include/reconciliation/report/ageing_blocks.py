"""How old what is open is: by list, by kind, and as a chart."""

from __future__ import annotations

from collections import defaultdict
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
)
from include.reconciliation.report.charts import Ages
from include.reconciliation.report.charts import ageing as ageing_chart
from include.reconciliation.report.facts import ReportFacts, Row
from include.reconciliation.report.language import text
from include.reconciliation.report.names import kind_name

BUCKETS = ("day_1", "day_7", "day_30", "older")
_TITLES = (text("0–1 days"), text("2–7 days"), text("8–30 days"), text("over 30"))
_LISTS = {
    "discrepancies": text("discrepancies"),
    "pending statement": text("pending statement"),
    "pending ledger": text("pending ledger"),
}


def ageing(facts: ReportFacts) -> Iterator[Block]:
    """Days from the item's own day to the business day of the cut-off; nothing if none is open."""
    if not facts.ageing and not facts.kind_ages:
        return
    say = facts.say
    yield Heading(
        say("Ageing"),
        say(
            "Days from the item's own day to {day}, the business day of the cut-off: number and "
            "amount (of discrepancies: exposure).",
            day=say.day(facts.as_of_on),
        ),
    )
    names = [say(str(_LISTS.get(row["list"], row["list"]))) for row in facts.ageing]
    yield _table(facts, say("List and currency"), list(zip(names, facts.ageing, strict=True)))
    if not facts.kind_ages:
        return
    yield Note(say("The discrepancies by kind, each event under the first leg that it breaks:"))
    kinds = [(kind_name(say, row["kind"]), row) for row in facts.kind_ages]
    yield _table(facts, say("Kind and currency"), kinds)
    yield _chart(facts)


def _table(facts: ReportFacts, head: str, named: list[tuple[str, Row]]) -> Table:
    say = facts.say
    rows = []
    for name, row in named:
        currency = row["currency"]
        cells: list[str | int | None] = [f"{name}  {currency or ''}".rstrip()]
        for bucket in BUCKETS:
            number = row[f"{bucket}_rows"]
            amount = _amount(facts, row[f"{bucket}_minor"], currency)
            cells.append(f"{say.count(number)}: {amount}" if number else "")
        cells += [row["all_rows"], _amount(facts, row["all_minor"], currency)]
        rows.append(TableRow(cells))
    columns = [
        Column(head, span=2),
        *(Column(say(title), Look.AMOUNT) for title in _TITLES),
        Column(say("Items"), Look.COUNT),
        Column(say("In all"), Look.AMOUNT),
    ]
    return Table(columns, rows)


def _amount(facts: ReportFacts, minor: int, currency: str | None) -> str:
    if currency is None:
        return facts.say("unknown")
    return facts.say.major(minor, currency, facts.exponents)


def _chart(facts: ReportFacts) -> Chart:
    """The numbers of all currencies together: items can be added up, money can't."""
    say = facts.say
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for row in facts.kind_ages:
        for place, bucket in enumerate(BUCKETS):
            sums[row["kind"]][place] += row[f"{bucket}_rows"]
    ordered = sorted(sums.items(), key=lambda entry: (-sum(entry[1]), entry[0]))
    ages = [
        Ages(kind_name(say, kind), (rows[0], rows[1], rows[2], rows[3])) for kind, rows in ordered
    ]
    titles = [say(title) for title in _TITLES]
    number = say.count(sum(sum(rows) for rows in sums.values()))
    oldest = say.count(sum(rows[3] for rows in sums.values()))
    return Chart(
        ageing_chart(
            say("Open discrepancies by age"),
            say(
                "Open discrepancies by kind and age: {number}; over 30 days old: {oldest}.",
                number=number,
                oldest=oldest,
            ),
            titles,
            ages,
        )
    )
