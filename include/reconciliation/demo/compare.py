"""Holds what was planted against what was reported: the labels are the oracle, row by row.

A finding is one kind under one discrepancy_id, as it stood when it was last open. Each label takes
one finding with the same place, kind, currency, delta, exposure, payment and end; what is left on
either side is wrong. Then events: rows of one planted event share one event_id, others do not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from include.reconciliation.demo.labels import Label


@dataclass(frozen=True, slots=True)
class Finding:
    """One kind of one discrepancy as it stood when it was last open; amounts in minor units."""

    discrepancy_id: str
    event_id: str
    psp: str
    account: str
    leg: str
    aspect: str
    kind: str
    currency: str | None
    delta_minor: int
    exposure_minor: int | None
    psp_reference: str | None
    is_open: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """What of the planted was found, what was not, and what was reported without being planted."""

    found: tuple[tuple[Label, Finding], ...]
    missed: tuple[Label, ...]
    not_planted: tuple[Finding, ...]
    wrong_events: tuple[str, ...]

    @property
    def planted(self) -> int:
        """The number of labels."""
        return len(self.found) + len(self.missed)

    @property
    def is_exact(self) -> bool:
        """Whether everything planted was found, and nothing else."""
        return not (self.missed or self.not_planted or self.wrong_events)


_Facts = tuple[str, str, str, str, str, str, int, int, str, bool]


def compare(labels: Sequence[Label], findings: Iterable[Finding]) -> Comparison:
    """Pairs each label with one equal finding."""
    waiting: dict[_Facts, list[Finding]] = defaultdict(list)
    for finding in sorted(findings, key=lambda finding: (finding.discrepancy_id, finding.kind)):
        waiting[_facts(finding, finding.is_open)].append(finding)
    found: list[tuple[Label, Finding]] = []
    missed: list[Label] = []
    for label in labels:
        same = waiting.get(_facts(label, not label.is_cleared))
        if same:
            found.append((label, same.pop(0)))
        else:
            missed.append(label)
    return Comparison(
        found=tuple(found),
        missed=tuple(missed),
        not_planted=tuple(finding for rest in waiting.values() for finding in rest),
        wrong_events=tuple(_wrong_events(found)),
    )


def _wrong_events(found: Iterable[tuple[Label, Finding]]) -> list[str]:
    """Sentences about events that were split or run together."""
    ids_of_event: dict[tuple[str, str], set[str]] = defaultdict(set)
    events_of_id: dict[str, set[str]] = defaultdict(set)
    for label, finding in found:
        ids_of_event[label.account, label.event].add(finding.event_id)
        events_of_id[finding.event_id].add(label.event)
    split = [
        f"{account}: event {event} was reported under {len(ids)} event ids"
        for (account, event), ids in sorted(ids_of_event.items())
        if len(ids) > 1
    ]
    joined = [
        f"event id {event_id[:12]} stands for {len(events)} events: {', '.join(sorted(events))}"
        for event_id, events in sorted(events_of_id.items())
        if len(events) > 1
    ]
    return split + joined


def _facts(row: Label | Finding, is_open: bool) -> _Facts:
    return (
        row.psp,
        row.account,
        row.leg,
        row.aspect,
        row.kind,
        row.currency or "",
        row.delta_minor,
        -1 if row.exposure_minor is None else row.exposure_minor,
        row.psp_reference or "",
        is_open,
    )
