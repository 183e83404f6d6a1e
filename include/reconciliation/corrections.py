"""What may be done about a discrepancy, and what comes of it.

An *entry* is money on the ledger's side, which the ledger is to post; the others change what is
being done about it and leave delta and identity as they are. Source: SEMANTICS, section 15.
"""

from __future__ import annotations

from dataclasses import dataclass

from include.reconciliation.errors import RequestError

COMPENSATE = "compensating_entry"
WRITE_OFF = "write_off"
ACCEPT = "accept"
PROVIDER_ERROR = "mark_as_provider_error"
RELINK = "relink"
REVERSE = "reverse_correction"
ENTRIES = (COMPENSATE, WRITE_OFF)
# Of what a form may ask; a correction itself is corrected by its opposite.
ACTIONS = (*ENTRIES, ACCEPT, PROVIDER_ERROR, RELINK, REVERSE)
# Where an entry of the ledger meets the statements; the other legs it puts right by itself.
ENTRY_LEGS = ("ledger_statement",)
# Fees and taxes are measures of their own, in which the ledger's rows are not added up.
ENTRY_ASPECTS = ("existence", "multiplicity", "amount", "currency", "state")
STATUS = {
    COMPENSATE: "in_correction",
    WRITE_OFF: "in_correction",
    ACCEPT: "accepted",
    PROVIDER_ERROR: "with_psp",
    RELINK: "resolved where its row then matches, else open",
}
MEANING = {
    COMPENSATE: "an entry that the ledger is to post, with the correction's id",
    WRITE_OFF: "an entry that the ledger is to post against the write-off account",
    ACCEPT: "stays as it is until a day; its delta stays in the books and leaves the divergence",
    PROVIDER_ERROR: "the PSP puts it right, under its own ticket",
    RELINK: "its rows belong to another payment, whose reference is given",
    REVERSE: "takes an earlier correction back, by its opposite",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """What is wrong with an open discrepancy; amounts in minor units."""

    leg: str
    aspect: str
    currency: str | None
    delta_minor: int


def refuse_relink(kind: str, leg: str) -> None:
    """RequestError unless it is a ledger row without a line: that row names the wrong payment."""
    if kind != "missing_in_statement" or leg not in ENTRY_LEGS:
        raise RequestError(
            f"action: a ledger row is linked to another payment, where it is missing_in_statement "
            f"on {ENTRY_LEGS[0]}; this one is {kind} on {leg}: relink that of its ledger row"
        )


def entry_minor(action: str, found: Difference, asked_minor: int | None) -> int:
    """The entry on the ledger's side: all of the difference, or the part that is asked for.

    Raises RequestError where no entry can put it right, and for an amount that does not lie between
    nothing and the difference.
    """
    if found.leg not in ENTRY_LEGS:
        raise RequestError(
            f"action: {action} is an entry in the ledger, which is no side of {found.leg}; accept "
            f"it, or mark it as the PSP's error"
        )
    if found.aspect not in ENTRY_ASPECTS or found.currency is None or not found.delta_minor:
        raise RequestError(
            f"action: {action} needs a difference of money; this one is of {found.aspect}, and is "
            f"put right where it was made"
        )
    entry = found.delta_minor if asked_minor is None else asked_minor
    if entry == 0 or (entry > 0) != (found.delta_minor > 0) or abs(entry) > abs(found.delta_minor):
        raise RequestError(
            f"amount: expected an entry between 0 and {found.delta_minor} minor units (the "
            f"difference, with its sign); found {entry}"
        )
    return entry
