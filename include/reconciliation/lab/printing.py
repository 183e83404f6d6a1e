"""What the lab prints: progress, the matrix of fault kinds, and what failed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from include.reconciliation.lab.catalogue import KINDS, FaultKind
from include.reconciliation.lab.format_faults.cases import FAULTS, FORMATS, StatementFault
from include.reconciliation.lab.outcome import Outcome
from include.reconciliation.lab.true_causes import (
    AT_RISK,
    EXPLAINED,
    RIGHT,
    TRUE_CAUSES,
    VERDICTS,
)

_BAR = 30
# One that is not claimed may have two explanations, but not all of so many.
_TRUE_CAUSES_MIN = 20


def bar(done: int, total: int, seconds: float, is_exact: bool) -> str:
    """How far it has come, and how long it will take."""
    filled = _BAR * done // max(total, 1)
    rest = "" if not done else f", {seconds * (total - done) / done:.0f} s to go"
    state = "" if is_exact else ", NOT EXACT"
    return f"  [{'#' * filled}{'.' * (_BAR - filled)}] {done:,} of {total:,} seeds{rest}{state}"


def matrix(outcome: Outcome) -> Iterator[str]:
    """A line per fault kind, then the decoys, then what was reported without being planted."""
    heads = f"{'planted':>8} {'right':>8} {'wrong':>6} {'missed':>7}"
    yield f"  {'fault':<28} {'reported as':<44} {heads}"
    for kind in KINDS:
        if kind.is_harmless:
            continue
        planted, found, wrong = counts(outcome, kind)
        missed = planted - found - wrong
        row = kind.row if len(kind.row) <= 44 else f"{kind.row[:41]}..."
        yield f"  {kind.name:<28} {row:<44} {planted:>8,} {found:>8,} {wrong:>6,} {missed:>7,}"
    yield ""
    for kind in KINDS:
        if kind.is_harmless:
            told = f"{decoys(outcome, kind):,} planted"
            yield f"  {kind.name:<28} harmless, must not be reported: {told}"
    yield ""
    yield "  causes claimed: " + ", ".join(
        f"{claimed(outcome, verdict):,} {verdict}" for verdict in VERDICTS
    )
    explained = ", ".join(
        f"{currency} {percent(outcome, currency)}"
        for currency in sorted({currency for currency, _ in outcome.money_minor})
    )
    yield f"  money at risk that they explain: {explained or 'none'}"
    yield f"  batches explained to their payout: {outcome.batches:,}"
    reported = outcome.false_reports
    told = ", ".join(f"{name} {count:,}" for name, count in sorted(reported.items()))
    yield f"  false reports: {reported.total():,}{f' ({told})' if told else ''}"


def of_formats(outcome: Outcome) -> Iterator[str]:
    """A line per fault of whole statements: the formats that have it, and what was found."""
    yield f"  {'fault':<28} {'formats':>8} {'planted':>8} {'right':>8} {'missed':>7}"
    for fault in FAULTS:
        formats = len(FORMATS) - len(fault.not_in)
        planted, found, _ = counts(outcome, fault)
        yield f"  {fault.name:<28} {formats:>8} {planted:>8} {found:>8} {planted - found:>7}"
    yield f"  false reports: {outcome.false_reports.total():,}"


def counts(outcome: Outcome, kind: FaultKind | StatementFault) -> tuple[int, int, int]:
    """Labels of a kind over all formats: planted, found right, found wrong."""
    planted, found, wrong = (
        _of(kind, counted) for counted in (outcome.planted, outcome.found, outcome.wrong)
    )
    return planted, found, wrong


def decoys(outcome: Outcome, kind: FaultKind) -> int:
    """How often a harmless kind was planted, over all formats."""
    return _of(kind, outcome.decoys)


def _of(kind: FaultKind | StatementFault, counted: Counter[tuple[str, str]]) -> int:
    return sum(count for (fault, _), count in counted.items() if fault == kind.name)


def claimed(outcome: Outcome, verdict: str) -> int:
    """Of how many discrepancies, over all kinds, a cause was claimed so."""
    return sum(count for (_, its), count in outcome.causes.items() if its == verdict)


def is_silent_on_causes(outcome: Outcome) -> bool:
    """Whether none is claimed of many faults that have a true one: a run without any causes."""
    of_faults = [count for (fault, _), count in outcome.causes.items() if fault in TRUE_CAUSES]
    return sum(of_faults) >= _TRUE_CAUSES_MIN and claimed(outcome, RIGHT) == 0


def percent(outcome: Outcome, currency: str) -> str:
    """How much of the money at risk in a currency is explained by causes, cut to a tenth."""
    at_risk = outcome.money_minor[currency, AT_RISK]
    if at_risk == 0:
        return "n/a"
    tenths = outcome.money_minor[currency, EXPLAINED] * 1000 // at_risk
    return f"{tenths // 10}.{tenths % 10} %"


def totals(outcome: Outcome, seeds: int) -> str:
    """The whole in one line."""
    found, planted = outcome.recall
    right, reported = outcome.precision
    return (
        f"{seeds:,} seeds, {outcome.payments:,} payments, {outcome.runs:,} runs: "
        f"found {found:,} of {planted:,} planted, {right:,} of {reported:,} reports right, "
        f"{outcome.clean_seeds:,} clean histories"
    )
