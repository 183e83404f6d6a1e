"""The kinds of discrepancy: what each means, on which aspect, and how delta and exposure are made.

This table is the one source for the SQL that classifies (bound as a value), for the glossary and
for the tests. Order is precedence within an aspect. Source: SEMANTICS, section 9 and table 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Aspect(StrEnum):
    """What of an event a discrepancy is about; one open discrepancy per leg, event and aspect."""

    EXISTENCE = "existence"
    MULTIPLICITY = "multiplicity"
    AMOUNT = "amount"
    FEE = "fee"
    CURRENCY = "currency"
    RATE = "rate"
    STATE = "state"
    DATE = "date"
    SOURCE = "source"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of discrepancy."""

    name: str
    aspect: Aspect
    severity: str
    meaning: str
    delta: str
    exposure: str


KINDS = (
    # A word of the provider or a status of the ledger that no mapping knows: shown, never skipped.
    Kind("unclassified_line", Aspect.EXISTENCE, "high",
         "a type or status that the mapping does not know",
         "+ statement or − ledger", "full amount"),
    # What no reference ties adds up in several ways: people say which is true, nobody guesses.
    Kind("ambiguous_match", Aspect.EXISTENCE, "high",
         "rows without a reference that add up in several ways, of which not all can be true",
         "statement − ledger of all rows in any answer", "the smaller side's absolute sum"),
    # The payment was settled and is taken back later, and the ledger has not heard of it.
    Kind("reversed_after_settlement", Aspect.EXISTENCE, "critical",
         "a settled payment was taken back and the ledger does not know",
         "+ statement (signed)", "full amount"),
    # Money that a card holder took back through the bank; the ledger still counts on it.
    Kind("chargeback_not_in_ledger", Aspect.EXISTENCE, "high",
         "a chargeback on the statement that the ledger does not have",
         "+ statement (signed)", "full amount"),
    # The PSP settled what the company never captured: only its authorisation is known.
    Kind("missing_capture", Aspect.EXISTENCE, "critical",
         "settled by the PSP, and only authorised in the gateway",
         "+ statement (signed)", "full amount"),
    # Money that the ledger or the PSP counts on, and the gateway knows nothing of.
    Kind("missing_in_gateway", Aspect.EXISTENCE, "high",
         "in the ledger or on the statement, and not in the gateway when its time was over",
         "− ledger, or + statement", "full amount"),
    # The PSP moved money that the ledger does not know, and should by now.
    Kind("missing_in_ledger", Aspect.EXISTENCE, "critical",
         "on the statement, and not in the ledger when its grace was over",
         "+ statement (signed)", "full amount"),
    # The ledger counts on money that proved statements of its settlement day do not show.
    Kind("missing_in_statement", Aspect.EXISTENCE, "high",
         "in the ledger, and on no statement although its settlement day is covered",
         "− ledger (signed)", "full amount"),
    # An approved entry that the ledger should have by now, or that corrects nothing any more.
    Kind("correction_not_posted", Aspect.EXISTENCE, "high",
         "a correction that the ledger has not posted in time, or whose discrepancy is gone",
         "− the entry (signed)", "full amount"),
    # The PSP settled one event twice.
    Kind("duplicate_settlement", Aspect.MULTIPLICITY, "critical",
         "the PSP settled the same event more often than the ledger has it",
         "+ surplus", "surplus"),
    # The ledger booked one event twice.
    Kind("duplicate_in_ledger", Aspect.MULTIPLICITY, "high",
         "the ledger has the same event more often than the PSP settled it",
         "− surplus", "surplus"),
    # The gateway recorded one event twice.
    Kind("duplicate_in_gateway", Aspect.MULTIPLICITY, "high",
         "the gateway has the same event more often than the ledger or the statement",
         "+ surplus against the ledger, − against the statement", "surplus"),
    # Both sides know the event in different currencies; the amounts can't be compared.
    Kind("currency_mismatch", Aspect.CURRENCY, "critical",
         "the two sides have the event in different currencies (two rows of one event)",
         "± full in each currency", "statement side once"),
    # A refund that both sides know, of another amount; or more given back than there was.
    Kind("refund_mismatch", Aspect.AMOUNT, "high",
         "a refund of another amount on the two sides, or refunds above what was captured",
         "statement − ledger, else 0", "absolute delta, or what was refunded too much"),
    # More was captured than the card holder's bank allowed.
    Kind("capture_exceeds_authorisation", Aspect.AMOUNT, "high",
         "captures, voids and expiries of a payment are more than was authorised and declared",
         "takings − authorisations, in their own identity", "delta"),
    # Any other event that both sides know, of another amount; or a group whose totals differ.
    Kind("amount_mismatch", Aspect.AMOUNT, "high",
         "an event, or the rest of a payment, of another amount on the two sides",
         "statement − ledger", "absolute delta"),
    # The PSP took another fee than the ledger booked.
    Kind("fee_mismatch", Aspect.FEE, "warning",
         "another fee than the ledger booked",
         "statement fee − ledger fee", "absolute delta"),
    # Likewise the tax on it.
    Kind("tax_mismatch", Aspect.FEE, "warning",
         "another tax than the ledger booked",
         "statement tax − ledger tax", "absolute delta"),
    # The PSP exchanged at another rate than the declared reference allows.
    Kind("fx_mismatch", Aspect.RATE, "warning",
         "settled at another exchange rate than the declared reference allows",
         "settled − what the reference gives, in the settlement currency", "absolute delta"),
    # Money moved at the PSP for an event whose state in the ledger says that none did.
    Kind("status_mismatch", Aspect.STATE, "high",
         "the statement moved money for an event that moves none in the ledger",
         "+ statement (signed)", "full amount"),
    # Somebody changed or removed a ledger row after it was matched.
    Kind("ledger_changed", Aspect.STATE, "high",
         "a ledger row was changed or removed after it had been matched",
         "0 (another kind tells the amount)", "larger of old and new"),
    # Settled on another business day than the rule gives; money is there, the period may be wrong.
    Kind("date_mismatch", Aspect.DATE, "warning",
         "settled on another business day than the rule gives",
         "0", "full amount if it crosses a month's end, else 0"),
    # The lines of a payout do not come to it: money moved that no line tells.
    Kind("payout_unexplained", Aspect.AMOUNT, "high",
         "the lines of a batch do not come to its payout, or what it carries over is lost",
         "lines − payouts, 0 if carried", "absolute delta, or what is carried"),
    # The PSP says that it paid; the bank has had nothing by the day on which it should.
    Kind("payout_missing_at_bank", Aspect.EXISTENCE, "critical",
         "a payout that the bank does not have although its day is over and covered",
         "− payout", "payout"),
    # Claimed as a payout, and the PSP knows none: another claim rule, or money that is not ours.
    Kind("deposit_without_payout", Aspect.EXISTENCE, "high",
         "a line of the bank that a PSP's rule claims, and no payout of it explains",
         "+ deposit (signed)", "full amount"),
    # The bank, or one on the way, kept something: the hidden fee.
    Kind("payout_amount_mismatch", Aspect.AMOUNT, "high",
         "a payout that arrived with another amount than the PSP paid",
         "bank − payouts", "absolute delta"),
    # It was paid and came back: its lines are owed again.
    Kind("payout_failed", Aspect.STATE, "critical",
         "a payout came back after it was paid, and no later one carries its lines",
         "0 (its lines are owed again)", "what is still owed of it"),
    # Money that the PSP kept back, and should have given free by now.
    Kind("reserve_overdue", Aspect.DATE, "high",
         "a reserve that is held longer than the PSP's entry says",
         "0", "held amount"),
    # A statement that was due is not there, was refused, or a number between two is missing.
    Kind("statement_gap", Aspect.SOURCE, "high",
         "a statement that was due is missing or was refused",
         "0 (its items stay pending)", "sum of the items that wait for it; unknown if none does"),
)

BY_NAME = {kind.name: kind for kind in KINDS}


# Kinds that share an aspect with another kind without replacing it (section 9: fee, tax, fx, state
# and date are independent of each other) have an identity of their own.
INDEPENDENT = ("tax_mismatch", "ledger_changed")
