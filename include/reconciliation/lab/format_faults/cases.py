"""The kinds of fault of whole statements, the formats that they can happen to, and every pair once.

What can't happen to a format has a reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from include.reconciliation.lab.format_faults import deliveries
from include.reconciliation.lab.format_faults.deliveries import Deliver
from include.reconciliation.lab.format_faults.places import STRIPE_PAYOUTS
from include.reconciliation.lab.pairs import all_pairs
from include.reconciliation.lab.statement_files.faults import FILE_FAULTS
from include.reconciliation.lab.statement_files.sequence_faults import (
    CHAIN_FAULTS,
    KNOWN_AGAIN,
    NEVER_AGAIN,
)
from include.reconciliation.lab.statement_files.writers import WRITERS

EXPONENTS = (0, 2, 3, 4)
# Lists of an API whose answers do not name their range: read by the pipeline, it is known.
OF_NO_RANGE = (
    "mollie_balance_transactions", "razorpay_settlements", "stripe_balance_transactions",
    "stripe_payouts",
)
FORMATS = tuple(WRITERS)


@dataclass(frozen=True, slots=True)
class StatementFault:
    """One way in which statements go wrong; `not_in` has the formats that it can't happen to.

    `is_of_payouts`: beside a bank stands who is paid out to it, of whom nothing may be reported.
    """

    name: str
    meaning: str
    deliver: Deliver
    is_harmless: bool = False
    is_of_payouts: bool = False
    not_in: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Case:
    """A fault in a format, in a currency with so many decimals."""

    number: int
    fault: StatementFault
    format: str
    exponent: int


def _why_no_payout(name: str) -> str | None:
    carries = WRITERS[name].carries
    if carries.is_bank:
        return "its lines are what comes from payouts: a lost line is this fault"
    if name == STRIPE_PAYOUTS:
        return "its lines are payouts alone: a line too many is this fault"
    if name == "stripe_payout_reconciliation":
        return "its reports have no line for the payout itself"
    if ("payout", "payout") not in carries.types or "payout" not in carries.references:
        return "it names no payout"
    return None


def _faults() -> tuple[StatementFault, ...]:
    opening, numbers = (fault.formats for fault in CHAIN_FAULTS)
    not_numbered = {
        name: "its statements have no numbers" for name in FORMATS if name not in numbers
    }
    of_no_range = dict.fromkeys(OF_NO_RANGE, "a list in a file says of no range that it is whole")
    withdraws_nothing = {
        **of_no_range,
        **dict.fromkeys(
            ("ofx", "pix", "stripe_payout_reconciliation"),
            "a line is known by its id, and a later file withdraws none",
        ),
    }
    return (
        *(
            StatementFault(
                fault.name, fault.meaning, deliveries.damaged(fault),
                not_in={
                    name: "nothing of that kind is in the file"
                    for name in FORMATS
                    if name not in fault.by_format
                },
            )
            for fault in FILE_FAULTS
        ),
        StatementFault(
            "opening_is_not_closing", "a statement does not open as the one before it closed",
            deliveries.opening_off,
            not_in={
                name: "its statements have no balances" for name in FORMATS if name not in opening
            },
        ),
        StatementFault(
            "statement_missing", "a statement comes after its deadline", deliveries.missing,
            is_of_payouts=True,
        ),
        StatementFault(
            "gap_in_sequence", "of two statements of a day the first is missing",
            deliveries.number_missing, not_in=not_numbered,
        ),
        StatementFault(
            "batch_split", "the lines of a day come in two statements", deliveries.split,
            is_harmless=True, not_in=not_numbered,
        ),
        StatementFault(
            "statement_amended", "a statement is corrected after it was used", deliveries.amended,
            not_in=withdraws_nothing,
        ),
        StatementFault(
            "two_versions_with_one_id", "a statement comes twice, with other lines",
            deliveries.two_versions, is_of_payouts=True, not_in=of_no_range,
        ),
        StatementFault(
            "duplicate_across_files", "a line stands in the statement of the next day as well",
            deliveries.again_in_the_next,
            not_in={
                **dict.fromkeys(NEVER_AGAIN, "a line of another day is refused"),
                **dict.fromkeys(KNOWN_AGAIN, "a line is known by its id: it is the same line"),
            },
        ),
        StatementFault(
            "phantom_payout", "a payout of the statement is not on the bank's",
            deliveries.phantom_payout,
            not_in={name: reason for name in FORMATS if (reason := _why_no_payout(name))},
        ),
        StatementFault(
            "same_bytes_again", "the same file comes once more under another name",
            deliveries.same_bytes_again, is_harmless=True,
        ),
    )


FAULTS = _faults()
BY_NAME = {fault.name: fault for fault in FAULTS}


def cases() -> tuple[Case, ...]:
    """All pairs of fault, format and decimals that there can be."""
    found = all_pairs(
        [[fault.name for fault in FAULTS], list(FORMATS), list(EXPONENTS)],
        lambda case: (
            case[1] not in BY_NAME[str(case[0])].not_in
            and case[2] in WRITERS[str(case[1])].carries.exponents
        ),
    )
    return tuple(
        Case(number, BY_NAME[str(fault)], str(name), cast(int, exponent))
        for number, (fault, name, exponent) in enumerate(found)
    )
