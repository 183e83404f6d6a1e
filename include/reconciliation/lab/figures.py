"""The figures of a run of the lab, as docs/reliability keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from include.reconciliation.lab.catalogue import FORMATS, KINDS
from include.reconciliation.lab.outcome import Outcome
from include.reconciliation.lab.plan import cases
from include.reconciliation.lab.printing import claimed, counts, decoys, percent
from include.reconciliation.lab.true_causes import (
    AT_RISK,
    EXPLAINED,
    NONE,
    RIGHT,
    TRUE_CAUSES,
    VERDICTS,
    WRONG,
)

_OF_SETTING = ("date", "commit", "command")


def of_faults(
    outcome: Outcome, its_setting: Mapping[str, Any], *, seeds: int, first_seed: int,
    seconds: float,
) -> dict[str, Any]:
    """Seeds, labels and the matrix of a run with faults."""
    found, planted = outcome.recall
    right, reports = outcome.precision
    programme = [kind for kind in KINDS if kind.is_of_programme]
    return {
        "title": "Planted faults",
        **{name: its_setting[name] for name in _OF_SETTING},
        "figures": {
            **_common(outcome, seeds=seeds, first_seed=first_seed, seconds=seconds),
            "payments_with_several_faults": outcome.compounds,
            "fault_kinds_planted": sum(not kind.is_harmless for kind in KINDS),
            "kinds_of_the_programme_planted": (
                f"{sum(bool(kind.formats) for kind in programme)} of {len(programme)}"
            ),
            "pairs_of_kind_format_and_decimals": f"all, in {len(cases())} cases",
            "labels_planted": planted,
            "labels_found": found,
            "reports": reports,
            "recall": _share(found, planted),
            "precision": _share(right, reports),
            **{
                f"causes_claimed_{verdict}": claimed(outcome, verdict)
                for verdict in (RIGHT, WRONG)
            },
            "no_cause_claimed": claimed(outcome, NONE),
            "chance_of_a_miss": _bound(planted, planted - found),
        },
        "rows": [
            {"fault": kind.name, "reported as": kind.row, "planted": planted, "right": found,
             "wrong": wrong, "missed": planted - found - wrong,
             "formats": len(kind.formats)}
            for kind in KINDS
            if not kind.is_harmless
            for planted, found, wrong in [counts(outcome, kind)]
        ],
        "decoys": [
            {"harmless": kind.name, "planted": decoys(outcome, kind), "reported": 0}
            for kind in KINDS
            if kind.is_harmless and outcome.is_exact
        ],
        "causes_claimed": [
            {"fault": kind.name, "true_cause": " or ".join(sorted(TRUE_CAUSES[kind.name])),
             **{verdict: outcome.causes[kind.name, verdict] for verdict in VERDICTS}}
            for kind in KINDS
            if kind.name in TRUE_CAUSES
        ],
        "money_explained_by_causes": [
            {"currency": currency, "at_risk_minor": outcome.money_minor[currency, AT_RISK],
             "explained_minor": outcome.money_minor[currency, EXPLAINED],
             "share": percent(outcome, currency)}
            for currency in sorted({currency for currency, _ in outcome.money_minor})
        ],
        "not_in_a_format": [
            {"fault": kind.name, "format": name, "reason": kind.why_not(name)}
            for kind in KINDS
            for name in FORMATS
            if kind.why_not(name)
        ],
    }


def of_clean(
    outcome: Outcome, its_setting: Mapping[str, Any], *, seeds: int, first_seed: int,
    seconds: float,
) -> dict[str, Any]:
    """A run without any fault, of which nothing may be reported."""
    reported = outcome.false_reports.total()
    return {
        "title": "Clean histories",
        **{name: its_setting[name] for name in _OF_SETTING},
        "figures": {
            **_common(outcome, seeds=seeds, first_seed=first_seed, seconds=seconds),
            "chance_of_a_false_report": _bound(seeds, reported),
        },
    }


def of_second_opinion(
    outcome: Outcome, its_setting: Mapping[str, Any], *, seeds: int, first_seed: int,
    seconds: float,
) -> dict[str, Any]:
    """Random small books on which the pipeline and the slow matcher say the same, or not."""
    found, planted = outcome.recall
    differing = len([seed for seed in outcome.problems if seed is not None])
    return {
        "title": "A second opinion",
        **{name: its_setting[name] for name in _OF_SETTING},
        "notes": [
            "A slow matcher in plain Python, written from the semantics alone, decides random "
            "small books: few references, few amounts, rows that agree in no planned way."
        ],
        "figures": {
            "books": seeds,
            "first_book": str(first_seed),
            "discrepancies_in_both": found,
            "only_by_the_second_opinion": planted - found,
            "only_by_the_pipeline": outcome.false_reports.total(),
            "books_on_which_they_differ": differing,
            "chance_of_a_difference": _bound(seeds, differing),
            "seconds": round(seconds),
        },
    }


def _common(
    outcome: Outcome, *, seeds: int, first_seed: int, seconds: float
) -> dict[str, Any]:
    identities = sum("identity" in text for said in outcome.problems.values() for text in said)
    return {
        "seeds": seeds,
        "first_seed": str(first_seed),
        "payments": outcome.payments,
        "runs": outcome.runs,
        "clean_histories": outcome.clean_seeds,
        "batches_explained_to_their_payout": outcome.batches,
        "false_reports": outcome.false_reports.total(),
        "identities_not_exact": identities,
        "seconds": round(seconds),
        "milliseconds_a_seed": round(1000 * seconds / seeds),
    }


def _share(part: int, whole: int) -> str:
    """A share that is 1.0 only when it is exactly that."""
    if part == whole:
        return "1.0"
    return f"{part / whole:.6f}, {part:,} of {whole:,}"


def _bound(tries: int, failures: int) -> str:
    """What zero failures in so many tries say, on this generator (3/n at 95 %)."""
    if failures:
        return f"{failures:,} in {tries:,}"
    if tries < 4:
        return "too few tries to say"
    return f"below 1 in {tries // 3:,} at 95 %, on what this generator draws"
