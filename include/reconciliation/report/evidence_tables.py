"""What the pages of an evidence pack say: its figures for page one, and its tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from include.reconciliation.money import format_minor

ATTACHMENT = "evidence_pack.json"
Row = Mapping[str, Any]
Section = tuple[str, tuple[str, ...], tuple[int, ...], Sequence[Sequence[object]] | None]
_VERDICTS = {
    "holds": "The proof HOLDS: all that was read agrees with itself and with its hashes",
    "does_not_hold": "The proof DOES NOT HOLD",
    "incomplete": "The proof is INCOMPLETE: not all could be read or told",
}


def headline(pack: Row) -> list[str]:
    """The verdict with its reasons, and what is open: a proof that holds may prove a loss."""
    lines = [_VERDICTS[pack["verdict"]], *pack["verdict_reasons"]]
    if pack["discrepancies"] and (number := len(_still_open(pack))):
        lines.append(f"{number} of its discrepancies {'is' if number == 1 else 'are'} open")
    return lines


def _still_open(pack: Row) -> list[tuple[Row, Row]]:
    """Discrepancies that are open at the head, each with its last version."""
    latest = [(each, each["history"][-1]) for each in pack["discrepancies"]]
    return [
        (each, row) for each, row in latest if row["is_at_the_head"] and row["change"] != "resolved"
    ]


def summary(pack: Row, exponents: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    """What page one says beside the verdict."""
    intent, replay = pack["intent"], pack["replay"]
    if intent is not None:
        yield "Amount", _money(intent["amount_minor"], intent["currency"], exponents)
    if replay is not None:
        stored, state = replay["stored"], replay["replayed"]
        yield "State by its events", f"{state['state']} after event {state['sequence_number']}"
        yield (
            "State as stored",
            "none"
            if stored is None
            else (f"{stored['state']} after event {stored['sequence_number']}"),
        )
        outcome = replay["outcome"].replace("_", " ")
        yield "Replay", f"{outcome}; SHA-256 {replay['replayed_sha256']}"
    if pack["discrepancies"] is not None:
        still = _still_open(pack)
        yield "Discrepancies", f"{len(pack['discrepancies'])} in all runs, {len(still)} open now"
        yield from _exposure(still, exponents)
    if pack["corrections"] is not None:
        events = Counter(row["event"] for row in pack["corrections"]["rows"])
        told = ", ".join(f"{events[name]} {name.replace('_', ' ')}" for name in sorted(events))
        yield "Log of corrections", told or "no row about this payment"
    if pack["requests"]:
        yield "Requests not ended", ", ".join(_standing(row) for row in pack["requests"])
    for source in pack["sources"]:
        said = f": {source['said']}" if source["said"] else ""
        yield f"Source {source['source']}", source["state"].replace("_", " ") + said
    yield "Looked for as", ", ".join(pack["references"])
    yield "Masked", f"texts with personal data, which is not shown: {len(pack['masked'])}"
    yield "Seal", f"SHA-256 {pack['seal_sha256']}"
    yield (
        "To verify",
        (
            f"bin/reconciliation evidence verify FILE. The pack is attached as {ATTACHMENT}; where"
            " a page and the attachment differ, the attachment counts."
        ),
    )


def _exposure(
    still: list[tuple[Row, Row]], exponents: Mapping[str, int]
) -> Iterator[tuple[str, str]]:
    """Money at risk per currency; an event that breaks several legs counts once, by its largest."""
    largest: dict[tuple[str, str], int] = {}
    for each, row in still:
        if row["currency"] is not None:
            key = row["currency"], each["event_id"]
            largest[key] = max(largest.get(key, 0), row["exposure_minor"] or 0)
    totals: Counter[str] = Counter()
    for (currency, _), minor in largest.items():
        totals[currency] += minor
    for currency in sorted(totals):
        yield f"Exposure, {currency}", _money(totals[currency], currency, exponents)


def sections(pack: Row, exponents: Mapping[str, int]) -> Iterator[Section]:
    """Title, columns with their shares of the width, and rows; None where nothing was read."""

    def of(name: str, *columns: str) -> list[list[object]] | None:
        rows = pack[name]
        return None if rows is None else [[row[column] for column in columns] for row in rows]

    intent = pack["intent"]
    yield (
        "Intent",
        ("Field", "Value"),
        (1, 4),
        (None if pack["events"] is None else [] if intent is None else sorted(intent.items())),
    )
    yield (
        "Decisions", ("Event", "Type", "Reason", "Operator", "Approval"), (1, 3, 3, 3, 3),
        of("decisions", "sequence_number", "type", "reason", "operator_id", "approval_id"),
    )  # fmt: skip
    yield (
        "Attempts", ("Number", "Attempt", "Reference outside", "Created"), (1, 4, 4, 3),
        of("attempts", "attempt_number", "attempt_id", "external_reference", "created_at"),
    )  # fmt: skip
    yield (
        "Events",
        ("No.", "Type and attempt", "Recorded", "Payload", "Hash"),
        (1, 4, 3, 5, 5),
        (
            None
            if pack["events"] is None
            else [
                (
                    event["sequence_number"],
                    f"{event['type']}\n{event['attempt_id'] or ''}\n{event['event_id']}",
                    event["recorded_at"],
                    event["payload"],
                    event["event_sha256"],
                )
                for event in pack["events"]
            ]
        ),
    )
    yield (
        "Requests to the rail", ("Request", "Attempt", "Asked", "Answered"), (4, 4, 3, 3),
        of("rail_requests", "request_id", "attempt_id", "requested_at", "answered_at"),
    )  # fmt: skip
    yield (
        "Actions of operators", ("Action", "Operator", "Approval", "Reason", "When"),
        (2, 2, 3, 5, 3), of("operator_actions", "action", "operator_id", "approval_id", "reason",
                            "acted_at"),
    )  # fmt: skip
    yield from _reconciliation(pack, exponents)


def _reconciliation(pack: Row, exponents: Mapping[str, int]) -> Iterator[Section]:
    def money(row: Row, name: str) -> str:
        return _money(row[name], row["currency"], exponents)

    yield (
        "Rows of statements, ledger and gateway",
        ("Source", "Type", "References", "Amount", "When", "Where"), (2, 2, 4, 2, 3, 4),
        None if pack["rows"] is None else [
            (
                row["source"], f"{row['type']}\n{row['status']}",
                f"{row['psp_reference'] or ''}\n{row['merchant_reference'] or ''}"
                f"\n{row['event_reference'] or ''}",
                money(row, "amount_minor"), row["occurred_at"],
                row["ledger_id"] or f"{row['file']} row {row['file_row']}",
            )
            for row in pack["rows"]
        ],
    )  # fmt: skip
    yield (
        "Matches of all runs", ("Leg", "Rule", "Rows of this payment", "Run", "Dissolved by"),
        (3, 3, 4, 4, 4),
        None if pack["matches"] is None else [
            (
                match["leg"], f"{match['rule']} {match['rule_version']}",
                "\n".join(f"{row['side']}: {money(row, 'amount_minor')}" for row in match["rows"])
                + f"\nof {match['statement_lines']} + {match['ledger_transactions']} rows",
                match["run_id"], match["dissolved_run_id"],
            )
            for match in pack["matches"]
        ],
    )  # fmt: skip
    yield (
        "Discrepancies, as each run saw them",
        ("Kind and leg", "Change, status", "Statement", "Ledger", "Delta", "Run", "What"),
        (3, 2, 2, 2, 2, 4, 4),
        None if pack["discrepancies"] is None else [
            (
                f"{row['kind']}\n{each['leg']}\n{each['discrepancy_id']}",
                f"{row['change']}\n{row['status']}",
                money(row, "statement_minor"), money(row, "ledger_minor"),
                money(row, "delta_minor"), row["run_id"], row["explanation"],
            )
            for each in pack["discrepancies"] for row in each["history"]
        ],
    )  # fmt: skip
    yield from _log(pack, exponents)


def _log(pack: Row, exponents: Mapping[str, int]) -> Iterator[Section]:
    log = pack["corrections"]
    yield (
        "Corrections and operator actions in the log",
        ("No.", "Event, action", "Amount", "Reason", "Asked, approved", "When", "Hash"),
        (1, 3, 2, 4, 3, 3, 4),
        None if log is None else [
            (
                row["sequence_number"], f"{row['event']}\n{row['action']}",
                _money(row["amount_minor"], row["currency"], exponents),
                f"{row['reason_code']}: {row['reason']}",
                f"{row['requested_by']}\n{row['approved_by'] or 'nobody'}"
                f"\n{row['second_approved_by'] or ''}",
                row["logged_at"], row["entry_sha256"],
            )
            for row in log["rows"]
        ],
    )  # fmt: skip
    requests = pack["requests"]
    yield (
        "Requests that have not ended",
        ("Action", "Amount", "Reason", "Asked", "Answers", "Until", "Request and its content"),
        (3, 2, 4, 3, 3, 3, 4),
        None if requests is None else [
            (
                f"{row['action']}\n{_standing(row)}",
                _money(row["amount_minor"], row["currency"], exponents),
                f"{row['reason_code']}: {row['reason']}",
                f"{row['requested_by']}\n{row['on_behalf_of'] or ''}\n{row['requested_at']}",
                "\n".join(f"{each['answer']} by {each['answered_by']}" for each in row["answers"]),
                row["expires_at"], f"{row['request_id']}\n{row['content_sha256']}",
            )
            for row in requests
        ],
    )  # fmt: skip
    ends = None if log is None else [log["head"]] if log["head"] is not None else []
    yield (
        "End of the log",
        ("Row", "Hash"),
        (1, 6),
        ends and [(end["sequence_number"], end["entry_sha256"]) for end in ends],
    )
    yield (
        "Heads of the accounts", ("PSP", "Account", "Run", "Verdict", "Up to"), (2, 2, 5, 3, 3),
        None if pack["positions"] is None else [
            [row[name] for name in ("psp", "account", "run_id", "verdict", "window_end")]
            for row in pack["positions"]
        ],
    )  # fmt: skip


def _standing(row: Row) -> str:
    """How far a request has come; whether its time is over is for the reader's clock."""
    answers = [each["answer"] for each in row["answers"]]
    if "rejected" in answers:
        return "rejected"
    given, needed = len(answers), row["approvals_needed"]
    return "approved" if given >= needed else f"waits for an answer, {given} of {needed} approvals"


def _money(minor: int | None, currency: str | None, exponents: Mapping[str, int]) -> str:
    if minor is None:
        return ""
    if currency is None or currency not in exponents:
        return f"{minor} minor units of {currency or 'an unknown currency'}"
    return f"{currency} {format_minor(minor, exponents[currency], group=',')}"
