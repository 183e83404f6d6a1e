"""Which cause may be claimed of a planted fault: the true one. None, and any other is wrong.

What is planted and not named here has no formula, or only one that needs what the lab's accounts
do not have: nothing may be claimed of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from include.reconciliation.demo.compare import Finding
from include.reconciliation.demo.labels import Label

RIGHT, NONE, WRONG = VERDICTS = ("right", "none", "wrong")
AT_RISK, EXPLAINED = "at risk", "explained"
TRUE_CAUSES: Mapping[str, frozenset[str]] = {
    fault: frozenset(causes)
    for fault, causes in {
        "sign_flipped": {"sign_flipped"},
        "refund_sign_flipped": {"sign_flipped"},
        "times_100": {"amount_hundredfold"},
        # Two decimals for none are the factor 100.
        "decimals_error": {"amount_off_by_the_exponent", "amount_hundredfold"},
        "net_and_gross_swapped": {"net_booked_for_gross"},
        "stale_rate": {"rate_of_the_day_before"},
        "exact_duplicate_line": {"statement_line_delivered_twice"},
        "duplicate_with_new_line_id": {"statement_line_delivered_twice"},
        "duplicate_across_files": {"statement_line_delivered_twice"},
        "booked_twice": {"ledger_row_booked_twice"},
        "references_swapped": {"references_swapped"},
        "reference_truncated": {"reference_cut"},
        "reference_case_changed": {"reference_recased"},
        "leading_zeros_lost": {"reference_zeros_lost"},
        # Each stands in another zone's day: late in the evening, or by a wrong clock.
        "moved_over_midnight": {"day_shifted_by_zone"},
        "summer_time_gap": {"day_shifted_by_zone"},
        "summer_time_overlap": {"day_shifted_by_zone"},
        "wrong_zone": {"day_shifted_by_zone"},
    }.items()
}


def verdicts(
    found: Iterable[tuple[Label, Finding]], claimed: Mapping[tuple[str, str], str]
) -> Iterator[tuple[Label, str | None, str]]:
    """Of each label that is open: the cause that is claimed, and right, none or wrong.

    `claimed` has the cause by discrepancy_id and kind.
    """
    for label, finding in found:
        if finding.is_open:
            cause = claimed.get((finding.discrepancy_id, finding.kind))
            if cause is None:
                yield label, None, NONE
            elif cause in TRUE_CAUSES.get(label.fault, ()):
                yield label, cause, RIGHT
            else:
                yield label, cause, WRONG
