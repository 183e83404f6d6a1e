"""The items themselves, as far as a page should list them; the rest is in the other files."""

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
)
from include.reconciliation.report.category_blocks import category_of, pending_reason
from include.reconciliation.report.explanations import explanation
from include.reconciliation.report.facts import ReportFacts, Row
from include.reconciliation.report.language import text
from include.reconciliation.report.names import kind_with_its_id

# Of each currency the page lists so many of the largest, and so many of the oldest.
LARGEST_MAX = 40
OLDEST_MAX = 20
# With very many currencies it ends here.
ROWS_MAX = 1_000
PENDING_MAX = 60
_TEXT_MAX = 600
_STATUSES = {
    "open": text("open"),
    "accepted": text("accepted"),
    "in_correction": text("in correction"),
    "with_psp": text("with the PSP"),
}


def items(facts: ReportFacts) -> Iterator[Block]:
    """Open discrepancies: the largest of each currency and the oldest, with reason and evidence."""
    say = facts.say
    yield Heading(
        say("Items that need an answer"),
        say(
            "Of each currency the {largest} largest and the {oldest} oldest. Owner, plan and date "
            "are for the preparer to write.",
            largest=LARGEST_MAX,
            oldest=OLDEST_MAX,
        ),
    )
    if not facts.items:
        yield Note(say("No discrepancy is open."))
        return
    columns = [
        Column(say("Category and currency")),
        Column(say("Age, days"), Look.COUNT),
        Column(say("Statement"), Look.AMOUNT),
        Column(say("Ledger"), Look.AMOUNT),
        Column(say("Delta"), Look.AMOUNT),
        Column(say("Exposure"), Look.AMOUNT),
        Column(say("Status")),
        Column(say("Owner, plan, date")),
    ]
    yield Table(columns, [_item(facts, row) for row in facts.items])
    all_items = sum(row["closing_rows"] for row in facts.kinds)
    yield Note(
        say(
            "{shown} of {all} open discrepancies. All of them, and what this run resolved, are in "
            "discrepancies.csv and in the sheet Discrepancies of discrepancies.xlsx.",
            shown=say.count(len(facts.items)),
            all=say.count(all_items),
        )
    )


def _item(facts: ReportFacts, row: Row) -> TableRow:
    say, currency = facts.say, row["currency"]

    def money(name: str) -> str:
        return "" if row[name] is None else say.major(row[name], currency, facts.exponents)

    exposure = money("exposure_minor") or say("unknown")
    where = "" if row["statement_file"] is None else row["statement_file"]
    if where and row["statement_row"] is not None:
        where += say(", row {number}", number=row["statement_row"])
    detail = " · ".join(
        part
        for part in (
            row["psp_reference"], row["merchant_reference"], kind_with_its_id(say, row["kind"]),
            explanation(say, row["explanation"]), where,
        )
        if part
    )  # fmt: skip
    return TableRow(
        [
            f"{say(category_of(row['kind']))}, {currency or ''}".rstrip(", "),
            row["age_days"],
            money("statement_minor"),
            money("ledger_minor"),
            money("delta_minor"),
            exposure,
            say(str(_STATUSES.get(row["status"], row["status"]))),
            "",
        ],
        detail=_short(detail),
    )


def pending_items(facts: ReportFacts) -> Iterator[Block]:
    """Timing items: the oldest, each with the day by which it clears."""
    say = facts.say
    if not facts.pending_items:
        return
    yield Heading(
        say("Timing items"), say("The oldest of what only waits, with the day by which it clears.")
    )
    columns = [
        Column(say("Side and reference"), span=2),
        Column(say("Age, days"), Look.COUNT),
        Column(say("Currency")),
        Column(say("Amount"), Look.AMOUNT),
        Column(say("Clears by")),
        Column(say("Why"), span=2),
    ]
    rows = []
    for row in facts.pending_items:
        due = say("not known") if row["due_on"] is None else say.day(row["due_on"])
        reference = row["psp_reference"] or row["merchant_reference"] or row["ledger_id"] or ""
        rows.append(
            TableRow(
                [
                    f"{say(row['side'])}: {reference}",
                    row["age_days"],
                    row["currency"],
                    say.major(row["amount_minor"], row["currency"], facts.exponents),
                    due,
                    pending_reason(say, row["reason"]),
                ]
            )
        )
    yield Table(columns, rows)
    yield Note(
        say(
            "{shown} of {all} items. All of them are in pending.csv.",
            shown=say.count(len(facts.pending_items)),
            all=say.count(facts.listed["pending"]),
        )
    )


def _short(words: str) -> str:
    return words if len(words) <= _TEXT_MAX else words[: _TEXT_MAX - 1] + "…"
