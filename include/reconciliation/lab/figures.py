"""The figures of a run of the lab, as docs/reliability keeps them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from include.reconciliation.lab.catalogue import FORMATS, IN_EVERY_FORMAT, KINDS, FaultKind
from include.reconciliation.lab.format_faults.cases import FAULTS as STATEMENT_FAULTS
from include.reconciliation.lab.format_faults.cases import cases as statement_cases
from include.reconciliation.lab.outcome import Outcome
from include.reconciliation.lab.plan import cases, cases_of
from include.reconciliation.lab.printing import claimed, counts, decoys, percent
from include.reconciliation.lab.statement_files.writers import WRITERS
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
            "fault_kinds_planted": sum(
                not kind.is_harmless and _is_planted(outcome, kind) for kind in KINDS
            ),
            "kinds_of_the_programme_planted": (
                f"{sum(_is_planted(outcome, kind) for kind in programme)} of {len(programme)}"
            ),
            "cases_of_all_pairs_of_kind_format_and_decimals": (
                f"{len(cases_of(range(first_seed, first_seed + seeds)))} of {len(cases())}"
            ),
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
        **_causes(outcome),
        "not_in_a_format": _grouped(
            (kind.name, name, reason)
            for kind in KINDS
            for name in FORMATS
            if (reason := kind.why_not(name)) and reason != IN_EVERY_FORMAT
        ),
        "notes": [
            "What goes wrong with whole statements is planted here as Adyen's files have it, and "
            "in every other format by `lab --formats`. A pack has one week of statements per "
            "account, so many seeds share what is wrong with one. Causes are counted of what is "
            "open at the end."
        ],
    }


def of_formats(
    outcome: Outcome, its_setting: Mapping[str, Any], *, seeds: int, first_seed: int,
    seconds: float,
) -> dict[str, Any]:
    """What goes wrong with whole statements, in every format that it can happen to."""
    del first_seed
    found, planted = outcome.recall
    pairs = {(case.fault.name, case.format) for case in statement_cases()}
    return {
        "title": "Statements of every format",
        **{name: its_setting[name] for name in _OF_SETTING},
        "notes": [
            "Three statements of an account; that of the second day goes wrong and is put right. "
            "What is reported in between, and that nothing is left of it, is compared with the "
            "labels. A bank has beside it an account of Adyen that is paid out to it."
        ],
        "figures": {
            "formats": len(WRITERS),
            "faults": len(STATEMENT_FAULTS),
            "pairs_of_fault_and_format": len(pairs),
            "cases_for_all_pairs_with_the_decimals": seeds,
            "payments": outcome.payments,
            "runs": outcome.runs,
            "labels_planted": planted,
            "labels_found": found,
            "false_reports": outcome.false_reports.total(),
            "not_as_it_must_be": sum(map(len, outcome.problems.values())),
            "seconds": round(seconds),
        },
        "rows": [
            {"fault": fault.name, "what happens": fault.meaning,
             "formats": len(WRITERS) - len(fault.not_in),
             "planted": planted, "right": found, "missed": planted - found,
             "harmless": fault.is_harmless}
            for fault in STATEMENT_FAULTS
            for planted, found, _ in [counts(outcome, fault)]
        ],
        "by_format": [
            {"format": name, "faults": sum(pair[1] == name for pair in pairs),
             **{
                 word: sum(count for (_, its), count in counted.items() if its == name)
                 for word, counted in (("planted", outcome.planted), ("right", outcome.found))
             }}
            for name in WRITERS
        ],
        "not_in_a_format": _grouped(
            (fault.name, name, reason)
            for fault in STATEMENT_FAULTS
            for name, reason in fault.not_in.items()
        ),
    }


def _causes(outcome: Outcome) -> dict[str, Any]:
    """Which causes were claimed of which faults, and how much money that explains."""
    return {
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
    }


def _is_planted(outcome: Outcome, kind: FaultKind) -> bool:
    return bool(counts(outcome, kind)[0] or decoys(outcome, kind))


def _grouped(holes: Iterable[tuple[str, str, str]]) -> list[dict[str, Any]]:
    """The faults that a format can't have, by the reason."""
    faults: dict[tuple[str, str], list[str]] = defaultdict(list)
    for fault, name, reason in holes:
        faults[name, reason].append(fault)
    return [
        {"format": name, "reason": reason, "faults": faults[name, reason]}
        for name, reason in sorted(faults)
    ]


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
