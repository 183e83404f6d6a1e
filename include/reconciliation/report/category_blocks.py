"""The kinds of discrepancy from run to run, their categories, and what only waits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from include.reconciliation.kinds import BY_NAME
from include.reconciliation.legs import LEDGER_STATEMENT, side_name
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
from include.reconciliation.report.names import kind_name, kind_with_its_id

# The categories of finance, in the order of the page; and the kinds of each.
CATEGORIES = {
    text("Missing at the PSP"): ("missing_in_statement",),
    text("Missing in the ledger"): (
        "missing_in_ledger", "missing_capture", "correction_not_posted",
    ),
    text("Missing in the gateway"): ("missing_in_gateway",),
    text("Amount"): ("amount_mismatch", "capture_exceeds_authorisation"),
    text("Fee or tax"): ("fee_mismatch", "tax_mismatch"),
    text("Currency, FX or rounding"): ("currency_mismatch", "fx_mismatch"),
    text("Duplicate"): ("duplicate_settlement", "duplicate_in_ledger", "duplicate_in_gateway"),
    text("Status or life cycle"): ("status_mismatch", "ledger_changed", "date_mismatch"),
    text("Refund or chargeback"): (
        "refund_mismatch", "chargeback_not_in_ledger", "reversed_after_settlement",
    ),
    text("Payout or reserve"): (
        "payout_unexplained", "payout_missing_at_bank", "deposit_without_payout",
        "payout_amount_mismatch", "payout_failed", "reserve_overdue",
    ),
    text("Statement missing or refused"): ("statement_gap",),
    text("Unidentified"): ("unclassified_line", "ambiguous_match"),
}  # fmt: skip
UNIDENTIFIED = "Unidentified"
_CATEGORY_OF = {kind: category for category, kinds in CATEGORIES.items() for kind in kinds}
REASONS = {
    "not_due": text("its settlement day is not over"),
    "awaiting_statement": text("no accepted statement covers its day"),
    "ledger_grace": text("the ledger may still book it"),
    "waits_for_payment": text("waits for the rest of its payment"),
    "amount_not_comparable": text("no amount in the payment's currency"),
    "not_paid_out": text("the PSP has not paid it out"),
    "still_open": text("authorised, and neither captured nor void"),
    "unclassified": text("its type is not known"),
    "after_the_window": text("dated at or after the cut-off"),
}


def category_of(kind: str) -> str:
    """The category of a kind, in English; a kind that is not known is unidentified."""
    return _CATEGORY_OF.get(kind, UNIDENTIFIED)


def kinds(facts: ReportFacts) -> Iterator[Block]:
    """From the predecessor's number and exposure to this run's, by kind and currency."""
    say = facts.say
    yield Heading(
        say("Discrepancies by kind"),
        say(
            "In number from the predecessor to this run, and what they amount to now. Moved: the "
            "kind of a discrepancy became another one."
        ),
    )
    if not facts.kinds:
        yield Note(say("None was open, and none is."))
        return
    columns = [
        Column(say("Kind and currency"), span=2),
        Column(say("Opening"), Look.COUNT),
        Column(say("+ new, reopened"), Look.COUNT),
        Column(say("− resolved"), Look.COUNT),
        Column(say("± moved"), Look.COUNT),
        Column(say("= open"), Look.COUNT),
        Column(say("Exposure"), Look.AMOUNT),
    ]
    yield Table(columns, [_kind_in_number(facts, row) for row in facts.kinds])
    yield Note(say("The same in money at risk:"))
    columns = [
        Column(say("Kind and currency"), span=2),
        Column(say("Opening"), Look.AMOUNT),
        Column(say("+ new, reopened"), Look.AMOUNT),
        Column(say("− resolved"), Look.AMOUNT),
        Column(say("± moved, restated"), Look.AMOUNT),
        Column(say("= open"), Look.AMOUNT),
    ]
    yield Table(columns, [_kind_in_money(facts, row) for row in facts.kinds if row["currency"]])
    for kind in sorted({row["kind"] for row in facts.kinds}):
        if kind in BY_NAME:
            yield Note(f"{kind_with_its_id(say, kind)}: {say(BY_NAME[kind].meaning)}.")


def _name(say: Language, row: Row) -> str:
    return f"{kind_name(say, row['kind'])}  {row['currency'] or ''}".rstrip()


def _kind_in_number(facts: ReportFacts, row: Row) -> TableRow:
    say = facts.say
    moved = row["moved_in_rows"] - row["moved_out_rows"]
    exposure = say.major(row["closing_exposure_minor"], row["currency"], facts.exponents)
    if row["currency"] is None:
        exposure = say("unknown") if row["unknown_exposure_rows"] else "0"
    elif row["unknown_exposure_rows"]:
        exposure += say(" + {count} unknown", count=row["unknown_exposure_rows"])
    new = row["new_rows"] + row["reopened_rows"]
    numbers = [row["opening_rows"], new, -row["resolved_rows"], moved, row["closing_rows"]]
    return TableRow([_name(say, row), *numbers, exposure])


def _kind_in_money(facts: ReportFacts, row: Row) -> TableRow:
    opening, closing = row["opening_exposure_minor"], row["closing_exposure_minor"]
    new, resolved = row["new_exposure_minor"], row["resolved_exposure_minor"]
    moved = closing - opening - new + resolved
    amounts = [
        facts.say.major(minor, row["currency"], facts.exponents)
        for minor in (opening, new, -resolved, moved, closing)
    ]
    return TableRow([_name(facts.say, row), *amounts])


def categories(facts: ReportFacts) -> Iterator[Block]:
    """What is only a matter of time, with the days on which it clears; then what is wrong."""
    say = facts.say
    yield Heading(
        say("Categories"),
        say(
            "Timing items clear by themselves by the day that is given, and are no errors. An "
            "event that breaks several legs counts once. Amounts of timing items are signed, those "
            "of errors are money at risk."
        ),
    )
    rows = [*_timing(facts), *_errors(facts)]
    if not rows:
        yield Note(say("Nothing is open: no timing item, and no error."))
        return
    columns = [
        Column(say("Category"), span=2),
        Column(say("Currency")),
        Column(say("Items"), Look.COUNT),
        Column(say("Amount"), Look.AMOUNT),
        Column(say("Clears"), span=3),
    ]
    yield Table(columns, rows)


def _timing(facts: ReportFacts) -> Iterator[TableRow]:
    say = facts.say
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in facts.pending_reasons:
        if row["leg"] == LEDGER_STATEMENT and row["is_counted"]:
            groups.setdefault((row["side"], row["currency"]), []).append(row)
    for (side, currency), rows in groups.items():
        due = [row[name] for row in rows for name in ("first_due_on", "last_due_on") if row[name]]
        minor = sum(row["amount_minor"] for row in rows)
        yield TableRow(
            [
                say("Timing: only on the {side} so far", side=say(side)),
                currency,
                sum(row["item_rows"] for row in rows),
                say.major(minor, currency, facts.exponents),
                _span(say, {"first_due_on": min(due), "last_due_on": max(due)})
                if due
                else say("not known"),
            ],
            Weight.ITEM,
        )


def _errors(facts: ReportFacts) -> Iterator[TableRow]:
    say = facts.say
    rows: dict[tuple[str, str | None], list[int]] = defaultdict(lambda: [0, 0, 0])
    for row in facts.kinds:
        sums = rows[category_of(row["kind"]), row["currency"]]
        sums[0] += row["closing_rows"]
        sums[1] += row["closing_exposure_minor"]
        sums[2] += row["unknown_exposure_rows"]
    for category in CATEGORIES:
        for (found, currency), (number, minor, unknown) in rows.items():
            if found == category and number:
                known = say.major(minor, currency, facts.exponents)
                if unknown:
                    known = say("unknown") if currency is None else known + say(
                        " + {count} unknown", count=unknown
                    )  # fmt: skip
                yield TableRow(
                    [say(category), currency, number, known, say("when it is answered")]
                )


def pending(facts: ReportFacts) -> Iterator[Block]:
    """Side, reason, amount and due days of what waits for its other side."""
    say = facts.say
    yield Heading(
        say("Pending: a matter of time"),
        say(
            "Not matched yet and not due yet. An item that is still alone after its due day "
            "becomes a discrepancy."
        ),
    )
    if not facts.pending_reasons:
        yield Note(say("Nothing is pending."))
        return
    rows = []
    for row in facts.pending_reasons:
        reason = pending_reason(say, row["reason"])
        if not row["is_counted"]:
            reason += say(" (in no sum)")
        rows.append(
            TableRow(
                [
                    _side(say, row),
                    reason,
                    row["currency"],
                    row["item_rows"],
                    say.major(row["amount_minor"], row["currency"], facts.exponents),
                    _span(say, row),
                ]
            )
        )
    columns = [
        Column(say("Side")),
        Column(say("Why"), span=2),
        Column(say("Currency")),
        Column(say("Items"), Look.COUNT),
        Column(say("Amount"), Look.AMOUNT),
        Column(say("Due"), span=2),
    ]
    yield Table(columns, rows)


def pending_reason(say: Language, reason: str) -> str:
    """Why an item waits, in words."""
    return say(REASONS[reason]) if reason in REASONS else reason.replace("_", " ")


def _side(say: Language, row: Row) -> str:
    side = say(side_name(row["leg"], row["side"]))
    return side if row["leg"] == LEDGER_STATEMENT else f"{row['leg']}: {side}"


def _span(say: Language, row: Row) -> str:
    first, last = row["first_due_on"], row["last_due_on"]
    if first is None:
        return say("not known")
    if first == last:
        return say.day(first)
    return say("{first} to {last}", first=say.day(first), last=say.day(last))
