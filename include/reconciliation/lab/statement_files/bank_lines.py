"""What the statements of banks have in common: entries of one account in one currency.

The bank's own id of an entry is its event reference. What the sender gave is the reference of the
payout, else of the order.
"""

from __future__ import annotations

from typing import Any

from include.reconciliation.lab.statement_files.statement import (
    BANK_ENTRY,
    LINE_TYPES,
    CanonicalLine,
    Capability,
    FormatCannotCarry,
    SimulatedLine,
    SimulatedStatement,
)
from include.reconciliation.lab.statement_files.writer import line_as_read

# Every type, with whatever it counts.
TYPES = {
    (type_, counts_with): BANK_ENTRY
    for type_ in LINE_TYPES
    for counts_with in ((type_, "payment", "refund") if type_ == "reversal" else (type_,))
}
# What banks write where they have no reference.
_NO_REFERENCE = frozenset({"NOTPROVIDED", "NONREF", "NONE", "0"})


def sent(line: SimulatedLine) -> str | None:
    """The reference that the sender gave; FormatCannotCarry for a word that says there is none."""
    reference = line.payout_reference or line.order_reference
    for given in (reference, line.event_reference):
        if given is not None and given.upper() in _NO_REFERENCE:
            raise FormatCannotCarry(
                f"line {line.event_reference}: for banks {given!r} says that there is no reference"
            )
    return reference


def text_of(line: SimulatedLine) -> str:
    """The remittance: a word for what it is, and what the sender gave."""
    return " ".join(filter(None, (line.type.upper().replace("_", " "), sent(line))))


def entries_as_read(
    statement: SimulatedStatement, carries: Capability
) -> tuple[CanonicalLine, ...]:
    """The lines of a bank: entries that know the bank's reference and the sender's."""
    return tuple(_entry(line, statement, carries) for line in statement.lines)


def _entry(
    line: SimulatedLine, statement: SimulatedStatement, carries: Capability
) -> CanonicalLine:
    other: dict[str, Any] = {}
    if "psp" in carries.references:
        other["psp_reference"] = line.event_reference
    if "merchant" in carries.references:
        other["merchant_reference"] = sent(line)
    return line_as_read(line, statement, carries, **other)
