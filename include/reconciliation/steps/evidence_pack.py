"""Puts the evidence pack of a payment together: what each source says, masked, with its verdict.

No clock is in it: what dates a pack is its last event, the heads of the accounts and the end of the
correction log. The same sources give the same bytes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from include.reconciliation import verify_evidence
from include.reconciliation.edges.code_version import code_version
from include.reconciliation.edges.evidence_sources import (
    EVENT_STORE,
    ReconciledPayment,
    Row,
    StoredPayment,
    Unread,
    reconciled_payment,
    stored_payment,
)
from include.reconciliation.errors import RequestError, Transient
from include.reconciliation.identifiers import canonical_json
from include.reconciliation.masking import masked
from include.reconciliation.payment_comparison import Finding, Outcome, compare
from include.reconciliation.payment_states import EventType
from include.reconciliation.report.plain_text import json_values

HOLDS, DOES_NOT_HOLD, INCOMPLETE = "holds", "does_not_hold", "incomplete"
WAREHOUSE = "reconciliation"
# What somebody, or a rule, decided about the payment; the other events tell how it went.
DECISIONS = (EventType.AUTHORISED, EventType.FAILED, EventType.EXPIRED)
_OF_A_DISCREPANCY = ("discrepancy_id", "psp", "account", "leg", "aspect", "event_id")
_OF_A_MEMBER = ("source", "currency", "amount_minor")
_OF_A_MATCH = (
    "psp", "account", "leg", "match_id", "rule", "rule_version", "absorbed_minor", "is_proved",
    "statement_lines", "ledger_transactions", "run_id", "dissolved_run_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class EvidencePack:
    """A pack and its bytes: canonical JSON with a newline; amounts in minor units."""

    document: dict[str, Any]
    content: bytes


def evidence_pack(payment_id: str) -> EvidencePack:
    """All that is known of a payment, sealed.

    Raises RequestError when no source knows it, Transient when none does and one can't be read.
    """
    stored = stored_payment(payment_id)
    references = _references(payment_id, stored)
    reconciled = reconciled_payment(references)
    _refuse_unknown(payment_id, stored, reconciled)
    body = {
        "form": verify_evidence.FORM,
        "code_version": code_version(),
        "payment_id": payment_id,
        "references": references,
        "sources": _sources(payment_id, stored, reconciled),
        "masked": [],
        **_of_the_store(payment_id, stored),
        **_of_the_warehouse(reconciled),
    }
    body = json_values(body)
    body |= _verdict(body)
    hidden, places = masked(body)
    hidden["masked"] = places
    document = {**hidden, **verify_evidence.seals(hidden)}
    return EvidencePack(document, f"{canonical_json(document)}\n".encode())


def _references(payment_id: str, stored: StoredPayment | Unread | None) -> list[str]:
    """The names that a payment is looked for by: its id, and those of its attempts outside."""
    attempts = stored.attempts if isinstance(stored, StoredPayment) else []
    outside = {row["external_reference"] for row in attempts} - {None, ""}
    return sorted({payment_id, *outside})


def _refuse_unknown(
    payment_id: str, stored: StoredPayment | Unread | None, reconciled: ReconciledPayment | Unread
) -> None:
    if isinstance(stored, StoredPayment):
        return
    if isinstance(reconciled, ReconciledPayment) and (
        reconciled.rows or reconciled.discrepancies or reconciled.log or reconciled.requests
    ):
        return
    unread = [
        f"{name} {source.state.replace('_', ' ')}: {source.said}"
        for name, source in ((EVENT_STORE, stored), (WAREHOUSE, reconciled))
        if isinstance(source, Unread)
    ]
    text = f"payment_id: nothing is known of a payment {payment_id!r}"
    if any("could not read" in each for each in unread):
        raise Transient(f"{text}, but not all could be asked ({'; '.join(unread)}); ask again")
    raise RequestError(
        f"{text} ({'; '.join(unread) or 'event store and warehouse were read'}); give its id in "
        "the event store, the PSP's reference, or the company's own"
    )


def _sources(
    payment_id: str, stored: StoredPayment | Unread | None, reconciled: ReconciledPayment | Unread
) -> list[Row]:
    found = []
    for name, source in ((EVENT_STORE, stored), (WAREHOUSE, reconciled)):
        if isinstance(source, Unread):
            state, said = source.state, source.said
        elif source is None:
            state, said = "unknown_payment", f"it knows no payment {payment_id!r}"
        else:
            state, said = "read", None
        found.append({"source": name, "state": state, "said": said})
    return found


def _of_the_store(payment_id: str, stored: StoredPayment | Unread | None) -> dict[str, Any]:
    """The sections of the event store; None where it was not read."""
    if not isinstance(stored, StoredPayment):
        names = ("intent", "attempts", "events", "decisions", "operator_actions", "rail_requests")
        return dict.fromkeys((*names, "replay"))
    finding = compare(payment_id, stored.told.events, stored.told.projection, stored.read_at)
    return {
        "intent": stored.intent,
        "attempts": stored.attempts,
        "events": stored.events,
        "decisions": _decisions(stored),
        "operator_actions": stored.operator_actions,
        "rail_requests": stored.rail_requests,
        "replay": _replay(finding),
    }


def _decisions(stored: StoredPayment) -> list[Row]:
    """Which events decided something, why, and on whose approval."""
    actions = {row["event_id"]: row for row in stored.operator_actions}
    reasons = {event.event_id: event.reason for event in stored.told.events}
    return [
        {
            "sequence_number": event["sequence_number"],
            "event_id": event["event_id"],
            "type": event["type"],
            "reason": reasons[event["event_id"]],
            "operator_id": actions.get(event["event_id"], {}).get("operator_id"),
            "approval_id": actions.get(event["event_id"], {}).get("approval_id"),
        }
        for event in stored.events
        if event["type"] in DECISIONS
    ]


def _replay(finding: Finding) -> Row:
    stored = finding.stored
    return {
        "outcome": str(finding.outcome),
        "sentences": list(finding.sentences),
        "replayed": json.loads(finding.replayed.canonical_bytes()),
        "replayed_sha256": finding.replayed_sha256,
        "stored": stored
        and {
            "state": stored.state,
            "sequence_number": stored.sequence_number,
            "state_sha256": stored.state_sha256,
        },
    }


def _of_the_warehouse(reconciled: ReconciledPayment | Unread) -> dict[str, Any]:
    """The sections of the warehouse; None where it was not read."""
    if isinstance(reconciled, Unread):
        names = ("rows", "matches", "discrepancies", "corrections", "requests", "positions")
        return dict.fromkeys(names)
    rows = {row["item_id"]: row for row in reconciled.rows}
    matches = _gathered(reconciled.matches, _OF_A_MATCH, "rows")
    for row in (row for match in matches for row in match["rows"]):
        row |= {name: rows[row["item_id"]][name] for name in _OF_A_MEMBER}
    return {
        "rows": reconciled.rows,
        "matches": matches,
        "discrepancies": _gathered(reconciled.discrepancies, _OF_A_DISCREPANCY, "history"),
        "corrections": {"head": reconciled.log_head, "rows": reconciled.log},
        "requests": reconciled.requests,
        "positions": reconciled.positions,
    }


def _gathered(rows: list[Row], common: tuple[str, ...], name: str) -> list[Row]:
    """Rows that have the common columns alike as one, with what differs in a list under a name."""
    found: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        key = tuple(row[column] for column in common)
        whole = found.setdefault(key, {**dict(zip(common, key, strict=True)), name: []})
        whole[name].append({column: row[column] for column in row if column not in common})
    return list(found.values())


def _verdict(body: dict[str, Any]) -> dict[str, Any]:
    """What the pack proves, by the very examination that others put it to, before it is masked."""
    found, _ = verify_evidence.examine(body)
    replay = body["replay"]
    outcome = None if replay is None else replay["outcome"]
    unsure = [
        f"{source['source']}: {source['state'].replace('_', ' ')}: {source['said']}"
        for source in body["sources"]
        if source["state"] != "read"
    ]
    if outcome == Outcome.NOT_CHECKED:
        unsure += [text for text in found if text.startswith("replay:")]
        found = [text for text in found if not text.startswith("replay:")]
    elif outcome == Outcome.DIFFERENT:
        found += [text for text in replay["sentences"] if text not in found]
    verdict = DOES_NOT_HOLD if found else INCOMPLETE if unsure else HOLDS
    return {"verdict": verdict, "verdict_reasons": [*found, *unsure]}
