"""The first page of the workbook, as finance signs it: what it says, block by block."""

from __future__ import annotations

from collections.abc import Iterator

from include.reconciliation.kinds import BY_NAME
from include.reconciliation.legs import LEDGER_STATEMENT, side_name
from include.reconciliation.report.blocks import (
    Block,
    Column,
    Facts,
    Heading,
    Look,
    Note,
    SignOff,
    Table,
    TableRow,
    Title,
    Verdict,
    Weight,
)
from include.reconciliation.report.causes import causes
from include.reconciliation.report.facts import ReportFacts, Row, major, moment, moment_in
from include.reconciliation.report.fees import fees
from include.reconciliation.report.payouts import not_configured, payouts
from include.reconciliation.report.proof import proof, roll_forward
from include.reconciliation.report.tolerances import given_away

VERDICTS = {
    "incomplete": (
        "INCOMPLETE",
        "Something could not be read or checked: what is shown here is not the whole.",
    ),
    "discrepancies": (
        "DISCREPANCIES",
        "Everything was read and the books close; what is listed as a discrepancy needs an answer.",
    ),
    "reconciled_with_pending": (
        "RECONCILED WITH PENDING",
        "Nothing is wrong or overdue; some items wait for their other side and are not due yet.",
    ),
    "reconciled": (
        "RECONCILED",
        "Everything was read, the books close, and nothing is open.",
    ),
}
REASONS = {
    "not_due": "its settlement day is not over",
    "awaiting_statement": "no accepted statement covers its day",
    "ledger_grace": "the ledger may still book it",
    "waits_for_payment": "waits for the rest of its payment",
    "amount_not_comparable": "no amount in the payment's currency",
    "not_paid_out": "the PSP has not paid it out",
    "still_open": "authorised, and neither captured nor void",
    "unclassified": "its type is not known",
    "after_the_window": "dated at or after the cut-off",
}
_BUCKETS = ("matched", "pending", "discrepancy", "not_expected")


def control_page(facts: ReportFacts) -> Iterator[Block]:
    """The page from the title to the signatures."""
    header = facts.header
    yield Title(
        f"Reconciliation of {facts.psp_title}, account {header['account']}",
        f"{moment(header['window_start'])}  to  {moment(header['window_end'])} (exclusive)",
    )
    yield _verdict(header)
    yield _header(facts)
    yield from proof(facts)
    yield from _buckets(facts)
    yield from roll_forward(facts)
    yield from payouts(facts)
    yield from _divergence(facts)
    yield from causes(facts)
    yield from fees(facts)
    yield from _kinds(facts)
    yield from _pending(facts)
    yield from _ageing(facts)
    yield from given_away(facts)
    yield from _not_compared(facts)
    yield from _late_arrivals(header)
    yield from _statements(facts)
    yield Heading("Signatures", "Whoever reviews is not whoever prepared.")
    yield SignOff(("Prepared by", "Reviewed by"))


def _verdict(header: Row) -> Verdict:
    word, sentence = VERDICTS[header["verdict"]]
    reasons = list(header["verdict_reasons"]) or [sentence]
    if header["dry_run"]:
        reasons.append("This was a dry run: nothing of it was published.")
    elif not header["is_published"]:
        reasons.append("This run is not published: the account still stands where it stood before.")
    return Verdict(header["verdict"], word, reasons)


def _header(facts: ReportFacts) -> Facts:
    header = facts.header
    covered = "not known" if header["covered_until"] is None else moment(header["covered_until"])
    stated = [
        ("Cut-off (as of)", moment(header["as_of"])),
        (f"in {facts.zone}", moment_in(header["as_of"], facts.zone)),
        ("Statements cover up to", covered),
        ("Started by", _started_by(header)),
    ]
    if legs := not_configured(header["rules"]["psp"]):
        stated.append(("Not configured", ", ".join(legs)))
    if header["reprocess_from"] is not None:
        stated.append(("Decided again from", moment(header["reprocess_from"])))
        stated.append(("up to (exclusive)", moment(header["reprocess_to"])))
    proving = [
        ("Run", header["run_id"]),
        ("Predecessor", header["predecessor_run_id"] or "none: the first run"),
        ("Rules", header["rules_sha256"]),
        ("Code version", header["code_version"]),
        ("Ledger extract", header["extract_sha256"]),
    ]
    if header["supersedes_run_id"] is not None:
        proving.append(("Supersedes", header["supersedes_run_id"]))
    return Facts(stated, proving)


def _started_by(header: Row) -> str:
    words = {"scheduled": "the schedule", "asset": "an asset", "command": "a command"}
    started: str = words.get(header["trigger"]) or header["trigger"]
    if header["requested_by"]:
        started += f", {header['requested_by']}"
    if header["request_note"]:
        started += f": {header['request_note']}"
    return started


def _buckets(facts: ReportFacts) -> Iterator[Block]:
    yield Heading("Where every row ended", "Each row in force is in exactly one bucket.")
    if not facts.buckets:
        yield Note("No row of either side is in force at this account.")
        return
    rows = []
    for row in facts.buckets:
        parts = [row[f"{bucket}_rows"] for bucket in _BUCKETS]
        rest = row["in_force_rows"] - sum(parts)
        weight = Weight.BAD if rest else Weight.ITEM
        side = f"{row['leg']}: {side_name(row['leg'], row['side'])}"
        cells = [side, row["in_force_rows"], *parts, rest]
        rows.append(TableRow(cells, weight))
    titles = ("In force", "Matched", "Pending", "Discrepancy", "Not expected", "Left over (0)")
    columns = [Column("Leg and side", span=2), *(Column(title, Look.COUNT) for title in titles)]
    yield Table(columns, rows)


def _divergence(facts: ReportFacts) -> Iterator[Block]:
    yield Heading(
        "Money at risk",
        "Exposure of the open discrepancies of this account, each event once; limits are those of "
        "the PSP as a whole.",
    )
    if not facts.divergence:
        yield Note("No discrepancy is open.")
        return
    rows = []
    for row in facts.divergence:
        currency = row["currency"]
        limit = facts.limits.get(currency, {}).get("alert_above_minor")
        above = limit is not None and row["exposure_minor"] > limit
        rows.append(
            TableRow(
                [
                    currency,
                    row["events"],
                    major(row["exposure_minor"], currency, facts.exponents),
                    major(row["apart_minor"], currency, facts.exponents),
                    "none set" if limit is None else major(limit, currency, facts.exponents),
                    "above the limit" if above else "within the limit" if limit is not None else "",
                ],
                Weight.BAD if above else Weight.ITEM,
            )
        )
    columns = [
        Column("Currency"),
        Column("Events", Look.COUNT),
        Column("At risk", Look.AMOUNT),
        Column("Accepted, in hand", Look.AMOUNT),
        Column("Alert above", Look.AMOUNT),
        Column("", span=2),
    ]
    yield Table(columns, rows)


def _kinds(facts: ReportFacts) -> Iterator[Block]:
    yield Heading(
        "Discrepancies by kind",
        "In number from the predecessor to this run, and what they amount to now. Moved: the kind "
        "of a discrepancy became another one.",
    )
    if not facts.kinds:
        yield Note("None was open, and none is.")
        return
    rows = []
    for row in facts.kinds:
        moved = row["moved_in_rows"] - row["moved_out_rows"]
        exposure = major(row["closing_exposure_minor"], row["currency"], facts.exponents)
        if row["currency"] is None:
            exposure = "unknown" if row["unknown_exposure_rows"] else "0"
        elif row["unknown_exposure_rows"]:
            exposure += f" + {row['unknown_exposure_rows']} unknown"
        rows.append(
            TableRow(
                [
                    f"{row['kind']}  {row['currency'] or ''}".rstrip(),
                    row["opening_rows"],
                    row["new_rows"] + row["reopened_rows"],
                    -row["resolved_rows"],
                    moved,
                    row["closing_rows"],
                    exposure,
                ]
            )
        )
    columns = [
        Column("Kind and currency", span=2),
        Column("Opening", Look.COUNT),
        Column("+ new, reopened", Look.COUNT),
        Column("− resolved", Look.COUNT),
        Column("± moved", Look.COUNT),
        Column("= open", Look.COUNT),
        Column("Exposure", Look.AMOUNT),
    ]
    yield Table(columns, rows)
    for kind in sorted({row["kind"] for row in facts.kinds}):
        if kind in BY_NAME:
            yield Note(f"{kind}: {BY_NAME[kind].meaning}.")


def _pending(facts: ReportFacts) -> Iterator[Block]:
    yield Heading(
        "Pending: a matter of time",
        "Not matched yet and not due yet. An item that is still alone after its due day becomes a "
        "discrepancy.",
    )
    if not facts.pending_reasons:
        yield Note("Nothing is pending.")
        return
    rows = []
    for row in facts.pending_reasons:
        reason = REASONS.get(row["reason"], row["reason"].replace("_", " "))
        if not row["is_counted"]:
            reason += " (in no sum)"
        rows.append(
            TableRow(
                [
                    _side(row),
                    reason,
                    row["currency"],
                    row["item_rows"],
                    major(row["amount_minor"], row["currency"], facts.exponents),
                    _due(row),
                ]
            )
        )
    columns = [
        Column("Side"),
        Column("Why", span=2),
        Column("Currency"),
        Column("Items", Look.COUNT),
        Column("Amount", Look.AMOUNT),
        Column("Due", span=2),
    ]
    yield Table(columns, rows)


def _side(row: Row) -> str:
    side = side_name(row["leg"], row["side"])
    return side if row["leg"] == LEDGER_STATEMENT else f"{row['leg']}: {side}"


def _due(row: Row) -> str:
    first, last = row["first_due_on"], row["last_due_on"]
    if first is None:
        return "not known"
    return first.isoformat() if first == last else f"{first.isoformat()} to {last.isoformat()}"


def _ageing(facts: ReportFacts) -> Iterator[Block]:
    if not facts.ageing:
        return
    yield Heading(
        "Ageing",
        f"Days from the item's own day to {facts.as_of_on.isoformat()}, the business day of the "
        "cut-off: number and amount (of discrepancies: exposure).",
    )
    rows = []
    for row in facts.ageing:
        cells: list[str | int | None] = [f"{row['list']}  {row['currency']}"]
        for bucket in ("day_1", "day_7", "day_30", "older"):
            amount = major(row[f"{bucket}_minor"], row["currency"], facts.exponents)
            cells.append(f"{row[f'{bucket}_rows']:,}: {amount}" if row[f"{bucket}_rows"] else "")
        cells += [row["all_rows"], major(row["all_minor"], row["currency"], facts.exponents)]
        rows.append(TableRow(cells))
    columns = [
        Column("List and currency", span=2),
        *(Column(title, Look.AMOUNT) for title in ("0–1 days", "2–7 days", "8–30 days", "over 30")),
        Column("Items", Look.COUNT),
        Column("In all", Look.AMOUNT),
    ]
    yield Table(columns, rows)


def _not_compared(facts: ReportFacts) -> Iterator[Block]:
    yield Heading(
        "What was not compared", "Of the events that this run decided; not checked is not zero."
    )
    rows = [
        TableRow(
            [
                f"{row['leg']}: {row['what']}",
                row["currency"],
                row["lines"],
                major(row["amount_minor"], row["currency"], facts.exponents),
            ]
        )
        for row in facts.not_compared
        if row["lines"]
    ]
    if not rows:
        yield Note("Every amount, fee and tax that both sides should have was compared.")
        return
    columns = [
        Column("Leg and measure", span=2),
        Column("Currency"),
        Column("Lines", Look.COUNT),
        Column("Amount", Look.AMOUNT),
    ]
    yield Table(columns, rows)


def _late_arrivals(header: Row) -> Iterator[Block]:
    yield Heading("Late arrivals", "New to this run, and older than its window.")
    yield Note(
        f"Statement lines: {header['late_statement_lines']:,}. "
        f"Ledger transactions: {header['late_ledger_transactions']:,}."
    )


def _statements(facts: ReportFacts) -> Iterator[Block]:
    if facts.header["is_published"]:
        yield Heading("Statements", "Those that this run brought into force.")
    else:
        note = "Those that this run read; it brought none of them into force."
        yield Heading("Statements", note)
    if facts.statements:
        columns = [
            Column("Statement"),
            Column("Lines", Look.COUNT),
            Column("Covers", span=2),
            Column("SHA-256 of its bytes", Look.CODE, span=4),
        ]
        rows = []
        for row in facts.statements:
            rows.append(
                TableRow([row["statement_key"], row["lines"], _covers(row), row["content_sha256"]])
            )
        yield Table(columns, rows)
        for row in facts.statements:
            proof_of_it = f"{row['statement_file']}; proved by {row['proved_by']}."
            yield Note(f"{row['statement_key']}: {proof_of_it}")
    else:
        yield Note("None is new: this run stands on the statements of its predecessors.")
    for row in facts.statements:
        for notice in row["notices"]:
            yield Note(f"{row['statement_key']}: {notice}")
    if facts.refused_statements:
        yield Heading("Refused statements", "Kept whole, counted nowhere, until a good one comes.")
        columns = [Column("Statement"), Column("Reason"), Column("What was found", span=6)]
        rows = [
            TableRow(
                [row["statement_key"], row["reason_code"], row["quarantine_reason"]], Weight.BAD
            )
            for row in facts.refused_statements
        ]
        yield Table(columns, rows)


def _covers(row: Row) -> str:
    if row["covers_until"] is not None:
        return f"up to {moment(row['covers_until'])}"
    if row["covers_to"] is None:
        return "no day"
    first = row["covers_from"] or row["covers_to"]
    return f"{first.isoformat()} to {row['covers_to'].isoformat()}"
