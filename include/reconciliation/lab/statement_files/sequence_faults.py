"""What may go wrong between the statements of an account, each of which is sound in itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from include.reconciliation.lab.statement_files.statement import SimulatedStatement, StatementFile
from include.reconciliation.lab.statement_files.writers import WRITERS


@dataclass(frozen=True, slots=True)
class ChainFault:
    """A change to the second of two statements that follow each other; its own file is sound.

    `formats` can show it: the first statement behind the fault is told as a gap.
    """

    name: str
    meaning: str
    change: Callable[[SimulatedStatement], SimulatedStatement]
    formats: frozenset[str]


def opening_moved(statement: SimulatedStatement) -> SimulatedStatement:
    """It opens, and so closes, one minor unit higher in every currency."""
    moved = {currency: minor + 1 for currency, minor in statement.opening_minor.items()}
    return replace(statement, opening_minor=moved)


def number_skipped(statement: SimulatedStatement) -> SimulatedStatement:
    """A number between it and the one before it is missing."""
    return replace(statement, number=statement.number + 1)


def line_again(first: SimulatedStatement, second: SimulatedStatement) -> SimulatedStatement:
    """The second statement with the last line of the first once more; its own file is sound."""
    return replace(second, lines=(*second.lines, first.lines[-1]))


def delivered_twice(files: tuple[StatementFile, ...]) -> tuple[StatementFile, ...]:
    """The same bytes once more, under another name."""
    return (*files, *(replace(file, name=f"copy_of_{file.name}") for file in files))


# Formats in which a line of an earlier statement is known to be the same one when it comes again:
# its id, or its day and amount, is the account's. In the others it is a second event.
KNOWN_AGAIN = frozenset(
    {
        *("mollie_balance_transactions", "razorpay_settlements", "ofx"),
        *("stripe_balance_transactions", "stripe_payout_reconciliation", "stripe_payouts"),
    }
)
# An entry of another day, or a payment, can't be listed in a statement of the next one.
NEVER_AGAIN = frozenset({"bai2", "pix"})
CHAIN_FAULTS = (
    ChainFault(
        "opening",
        "the statement does not open as the one before it closed",
        opening_moved,
        frozenset(name for name, writer in WRITERS.items() if writer.carries.has_balances),
    ),
    ChainFault(
        "gap_in_numbers",
        "a number between two statements is missing",
        number_skipped,
        frozenset(name for name, writer in WRITERS.items() if writer.carries.is_numbered),
    ),
)
