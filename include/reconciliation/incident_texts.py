"""What is said of an incident: the card that its channel shows, and the summary every half hour.

Texts alone, without markup; whoever sends them escapes what their channel reads as more than text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from include.reconciliation.causes import explained
from include.reconciliation.config import Limits
from include.reconciliation.divergence import NO_LIMITS, Divergence, money_text
from include.reconciliation.incident_rules import DELAY_CYCLES_MAX, slot_start, summary_slot
from include.reconciliation.outside_text import login, masked

STEPS_MAX = 10
_NOTE_CHARACTERS_MAX = 200
_DONE = {
    "acknowledged": "acknowledged",
    "snoozed": "silenced",
    "accepted": "accepted as it is",
    "escalated": "escalated",
    "resolved": "resolved by hand",
    "paused": "paused the PSP",
    "changed": "changed the pause",
    "resumed": "ended the pause",
    "expired": "the pause ran out",
    "proceeded": "reconciled in spite of the pause",
    "reconciled": "reconciled again",
}


@dataclass(frozen=True, slots=True)
class Incident:
    """An incident as its alert has it now; `now` is the database's clock."""

    alert_id: int
    name: str
    psp: str
    psp_title: str
    severity: str
    is_open: bool
    summary: str
    reasons: Mapping[str, Any]
    opened_at: datetime
    closed_at: datetime | None
    acknowledged_by: str | None
    psp_ticket: str | None
    quiet_until: datetime | None
    now: datetime

    @property
    def slot(self) -> int:
        """The half hour that it is in, or was closed in."""
        return summary_slot(self.opened_at, self.closed_at or self.now)

    @property
    def next_update_at(self) -> datetime | None:
        """When the next summary is due; None when it is closed."""
        if not self.is_open:
            return None
        due = slot_start(self.opened_at, self.slot + 1)
        return due if self.quiet_until is None else max(due, self.quiet_until)


@dataclass(frozen=True, slots=True)
class Step:
    """Something that was done about an incident; `done_by` is None for the clock."""

    done_at: datetime
    event: str
    done_by: str | None
    note: str | None
    psp_ticket: str | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """What a message shows at a glance: a title, paragraphs, named facts and a footer."""

    title: str
    text: str
    facts: tuple[tuple[str, str], ...]
    footer: str


def card(incident: Incident, number: int) -> Card:
    """The incident as its one message shows it; `number` is that of the message."""
    facts = [("Open since", minute(incident.opened_at))]
    if incident.closed_at is not None:
        facts.append(("Closed", minute(incident.closed_at)))
    facts.append(("PSP ticket", incident.psp_ticket or "none recorded"))
    if incident.next_update_at is not None:
        taken_on = login(incident.acknowledged_by) if incident.acknowledged_by else "nobody yet"
        facts.append(("Taken on by", taken_on))
        facts.append(("Next update", minute(incident.next_update_at)))
    return Card(
        title=f"{incident.psp_title}: reconciliation incident, {_label(incident)}",
        text=incident.summary,
        facts=tuple(facts),
        footer=f"{incident.name}, incident {incident.alert_id} (message {number})",
    )


def summary_subject(incident: Incident) -> str:
    """The subject of a mail, such as "[high] billing_gateway-reconciliation: Adyen, update 2"."""
    kind = f"update {incident.slot}" if incident.is_open else "final summary"
    kind = "opened" if incident.is_open and not incident.slot else kind
    return f"[{_label(incident)}] {incident.name}: {incident.psp_title}, {kind}"


def summary_text(
    incident: Incident,
    divergences: Sequence[Divergence],
    limits: Mapping[str, Limits],
    open_since: Mapping[str, datetime],
    steps: Sequence[Step],
) -> str:
    """The summary: how much and since when, what was done, the PSP's ticket, when the next comes.

    `divergences` are those at the heads, with their gross; `open_since` has the moment of the
    oldest open discrepancy per currency.
    """
    ended = "" if incident.closed_at is None else f", closed {minute(incident.closed_at)}"
    lines = [
        f"{incident.psp_title}: incident {incident.alert_id} ({_label(incident)}), "
        f"open since {minute(incident.opened_at)}{ended}",
        "",
        "Divergence:",
        *(_divergence_lines(divergences, limits, open_since) or ["- none"]),
    ]
    if incident.is_open:
        lines += [f"Delay: {sentence}" for sentence in delay_sentences(incident.reasons)]
    else:
        lines += ["", incident.summary]
    lines += ["", "Steps taken:", *(_step_lines(steps) or ["- none recorded"])]
    lines += ["", f"PSP ticket: {incident.psp_ticket or 'none recorded'}"]
    if incident.next_update_at is None:
        lines.append("This is the last summary.")
    else:
        lines.append(f"Next update: {minute(incident.next_update_at)}, unless it is closed before.")
    return "\n".join(lines)


def missed_sentence(opened_at: datetime, slot: int, missed: int, *, is_final: bool) -> str | None:
    """What a summary says of those before it that never went out; None when all of them did."""
    if not missed:
        return None
    first = slot_start(opened_at, (slot if is_final else slot - 1) - missed + 1)
    was = "1 update was" if missed == 1 else f"{missed} updates were"
    return (
        f"{was} not sent before this one, from {minute(first)} on: nothing ran, nothing got "
        "through, or the incident was silenced."
    )


def delay_sentences(reasons: Mapping[str, Any]) -> list[str]:
    """One sentence per account that is, or was, late."""
    return [
        f"{account}: {detail['cycles']} cycles without a complete run, "
        f"{DELAY_CYCLES_MAX} allowed; "
        + (
            "it has never had one"
            if detail["complete_until"] is None
            else f"the last one ended {detail['complete_until']}"
        )
        for account, detail in sorted(reasons.get("delay", {}).items())
    ]


def cause_sentences(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """One sentence per currency: "412 discrepancies, BRL 38,211.00: 3 causes explain BRL …"."""
    return [
        explained(
            row["discrepancies"],
            money_text(row["currency"], row["exposure_minor"], row["exponent"]),
            row["causes"],
            money_text(row["currency"], row["explained_minor"], row["exponent"]),
        )
        for row in rows
    ]


def minute(moment: datetime) -> str:
    """A moment for people, such as "2026-11-19 10:30 UTC"."""
    return moment.strftime("%Y-%m-%d %H:%M UTC")


def _label(incident: Incident) -> str:
    return incident.severity if incident.is_open else "closed"


def _divergence_lines(
    divergences: Sequence[Divergence],
    limits: Mapping[str, Limits],
    open_since: Mapping[str, datetime],
) -> list[str]:
    lines = []
    for each in divergences:
        limit_minor = limits.get(each.currency, NO_LIMITS).alert_above_minor
        limit = money_text(each.currency, limit_minor, each.exponent)
        stands = "above" if each.exposure_minor > limit_minor else "not above"
        since = open_since.get(each.currency)
        oldest = "" if since is None else f"; the oldest open one is of {minute(since)}"
        lines.append(
            f"- {each.amount()}, {each.per_cent()} of the statement gross; {stands} the limit "
            f"{limit}; {each.discrepancies} open{oldest}"
        )
    return lines


def _step_lines(steps: Sequence[Step]) -> list[str]:
    earlier = len(steps) - STEPS_MAX
    lines = [f"- and {earlier} before these"] if earlier > 0 else []
    return lines + [_step_line(step) for step in steps[-STEPS_MAX:]]


def _step_line(step: Step) -> str:
    line = f"- {minute(step.done_at)} {_DONE[step.event]}"
    if step.done_by:
        line += f" by {login(step.done_by)}"
    if step.psp_ticket:
        line += f", PSP ticket {step.psp_ticket}"
    note = masked(" ".join((step.note or "").split()))
    if len(note) > _NOTE_CHARACTERS_MAX:
        note = note[: _NOTE_CHARACTERS_MAX - 1] + "…"
    return f"{line}: {note}" if note else line
