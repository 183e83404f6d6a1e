"""The fault kinds: the 48 of the lab's programme, what each must be reported as, and where.

`row` names the row of table 2 of the semantics (the glossary's kinds of discrepancy) or the reason
code with which the gate must refuse. A kind that does not apply to a format says why.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from include.reconciliation.lab.faults import (
    amounts,
    existence,
    identities,
    states,
    structure,
    times,
)
from include.reconciliation.lab.scene import Draft, DraftFault, Plant, Scene
from include.reconciliation.lab.weeks import AUTUMN, SPRING, WEEKS, Week

ADYEN = "adyen_settlement_details"
STRIPE = "stripe_balance_transactions"
CHECKOUT = "checkout_financial_actions"
STRIPE_PAYOUTS = "stripe_payout_reconciliation"
RELEASES = "mercadopago_release_report"
# Those of payments, and one that has balances, for what goes wrong between two statements.
WRITTEN = (CHECKOUT, STRIPE_PAYOUTS)
OF_PAYMENTS = (ADYEN, STRIPE, *WRITTEN)
FORMATS = (*OF_PAYMENTS, RELEASES)
EXPONENTS = (0, 2, 3)
GATEWAY = "gateway"
BANK = "bank"
OPENING_IS_NOT_CLOSING = "opening_is_not_closing"

_NO_LINE_ID = "a line has no id of its own: a second one is an equal line"
_NO_FILES = "an API is read in pages by the line's id, which a second read updates"
_NO_EVENTS = "it names no capture or refund; here for what is between two statements"
_IS_THE_EVENT = "the id of a line is that of its event: the same id again is the same line"
# Here as Adyen's files have it; `lab --formats` plants it in every format.
IN_EVERY_FORMAT = "lab --formats"
# What can't be planted where the writer of the format makes the file.
_NOT_WRITTEN = {
    **dict.fromkeys(
        (
            *("exact_duplicate_line", "duplicate_with_new_line_id", "duplicate_across_files"),
            *("id_reused", "double_settlement"),
        ),
        _IS_THE_EVENT,
    ),
    **dict.fromkeys(
        (
            *("statement_missing", "statement_amended", "two_versions_with_one_id"),
            *("gap_in_sequence", "trailer_wrong", "batch_split", "line_quarantined"),
            "inverted_rate",
        ),
        IN_EVERY_FORMAT,
    ),
    "tax_wrong": "the report has no tax",
    "unknown_type": "its writer has no word for a type that does not exist",
}
_READ_TWICE = "an id that comes twice in one read is refused: the hostile server's"


@dataclass(frozen=True, slots=True)
class FaultKind:
    """One kind of fault, or a decoy, which is harmless and must not be reported."""

    name: str
    group: str
    row: str
    plant: Plant | None = None
    draft: DraftFault | None = None
    is_harmless: bool = False
    weeks: tuple[Week, ...] = WEEKS
    exponents: tuple[int, ...] = EXPONENTS
    # Format: why the kind does not apply to it.
    not_in: Mapping[str, str] = field(default_factory=dict)
    # What the PSP's entry has switched on, beyond its statements and its ledger.
    switched_on: str | None = None
    # Whether it is one of the 48 of the programme.
    is_of_programme: bool = True

    @property
    def account(self) -> str | None:
        """The account of its own that a fault of whole statements, or of another leg, has."""
        return self.name if self.switched_on or self.plant in structure.PLANTS else None

    @property
    def formats(self) -> tuple[str, ...]:
        """Where it is planted."""
        return tuple(name for name in FORMATS if self.why_not(name) is None)

    def why_not(self, format_name: str) -> str | None:
        """Why it does not apply to a format; None where it does."""
        if (format_name == RELEASES) != (self.name == OPENING_IS_NOT_CLOSING):
            return _NO_EVENTS if format_name == RELEASES else "its statements have no balances"
        if format_name in WRITTEN:
            return self.not_in.get(format_name) or _NOT_WRITTEN.get(self.name)
        return self.not_in.get(format_name)

    def plant_in(self, scene: Scene) -> None:
        """One payment, or a few, with this fault."""
        scene.fault = self.name
        if self.plant is not None:
            self.plant(scene)
        elif self.draft is not None:
            draft = Draft.of(scene, scene.sale())
            self.draft(draft)
            draft.write()


def _existence() -> Iterator[FaultKind]:
    group = "existence"
    yield FaultKind("missing_at_psp", group, "missing_in_statement", existence.missing_at_psp)
    yield FaultKind("missing_in_ledger", group, "missing_in_ledger", existence.missing_in_ledger)
    yield FaultKind(
        "exact_duplicate_line", group, "duplicate_settlement", existence.exact_duplicate_line,
        not_in={STRIPE: _READ_TWICE},
    )
    yield FaultKind(
        "duplicate_with_new_line_id", group, "duplicate_settlement",
        existence.duplicate_with_new_line_id, not_in={ADYEN: _NO_LINE_ID},
    )
    yield FaultKind("identical_twins", group, "", existence.identical_twins, is_harmless=True)
    yield FaultKind(
        "duplicate_across_files", group, "duplicate_settlement",
        existence.duplicate_across_files, not_in={STRIPE: _NO_FILES},
    )
    yield FaultKind("phantom_refund", group, "missing_in_ledger", existence.phantom_refund)
    yield FaultKind(
        structure.PHANTOM_PAYOUT, group, "payout_missing_at_bank", structure.paid_out_payments,
        weeks=(SPRING,), switched_on=BANK,
        # An account of a bank has one currency.
        exponents=(2,),
        not_in=dict.fromkeys((STRIPE, *WRITTEN), IN_EVERY_FORMAT),
    )


def _amounts() -> Iterator[FaultKind]:
    group, row = "amount", "amount_mismatch"
    yield FaultKind("one_minor_unit", group, row, draft=amounts.one_minor_unit)
    yield FaultKind("sign_flipped", group, row, draft=amounts.sign_flipped)
    yield FaultKind("times_100", group, row, draft=amounts.times_100)
    yield FaultKind(
        "fee_wrong", group, "fee_mismatch", draft=amounts.fee_wrong,
        not_in={CHECKOUT: "a fee is a line of its own"},
    )
    yield FaultKind(
        "tax_wrong", group, "tax_mismatch", draft=amounts.tax_wrong,
        not_in={ADYEN: "the report has no tax"},
    )
    yield FaultKind("net_and_gross_swapped", group, row, draft=amounts.net_and_gross_swapped)
    yield FaultKind(
        "rounding_residual", group, "", amounts.rounding_residual, is_harmless=True,
        not_in={STRIPE: "the simulated Stripe converts nothing"},
    )
    yield FaultKind("partial_capture_in_full", group, row, draft=amounts.partial_capture_in_full)


def _currencies() -> Iterator[FaultKind]:
    group = "currency, FX"
    yield FaultKind("wrong_currency", group, "currency_mismatch", draft=amounts.wrong_currency)
    yield FaultKind(
        "settlement_for_presentment", group, "currency_mismatch",
        amounts.settlement_for_presentment,
        not_in={STRIPE: "the simulated Stripe converts nothing"},
    )
    yield FaultKind(
        "stale_rate", group, "fx_mismatch", amounts.stale_rate,
        not_in={STRIPE: "the simulated Stripe converts nothing"},
    )
    yield FaultKind(
        "inverted_rate", group, "row_does_not_tie", structure.payments, weeks=(SPRING,),
        not_in={STRIPE: "the simulated Stripe converts nothing"},
    )
    yield FaultKind(
        "decimals_error", group, "amount_mismatch", draft=amounts.decimals_error,
        exponents=(0, 3),
    )


def _times() -> Iterator[FaultKind]:
    group, row = "time", "date_mismatch"
    no_summer = {STRIPE: "its days are those of UTC, which has no summer time"}
    yield FaultKind("late_within_grace", group, "", times.late_within_grace, is_harmless=True)
    yield FaultKind("late_beyond", group, "missing_in_statement, date_mismatch", times.late_beyond)
    yield FaultKind("early", group, row, times.early)
    yield FaultKind("moved_over_midnight", group, row, times.moved_over_midnight)
    yield FaultKind(
        "summer_time_gap", group, row, times.summer_time_gap, weeks=(SPRING,), not_in=no_summer
    )
    yield FaultKind(
        "summer_time_overlap", group, row, times.summer_time_overlap, weeks=(AUTUMN,),
        not_in=no_summer,
    )
    yield FaultKind("wrong_zone", group, row, times.wrong_zone)
    yield FaultKind("future_date", group, row, times.future_date)


def _identities() -> Iterator[FaultKind]:
    group, row = "identity", "missing_in_ledger, missing_in_statement"
    yield FaultKind("reference_truncated", group, row, identities.reference_truncated)
    yield FaultKind("reference_case_changed", group, row, identities.reference_case_changed)
    yield FaultKind("reference_normalised", group, row, identities.reference_normalised)
    yield FaultKind("leading_zeros_lost", group, row, identities.leading_zeros_lost)
    yield FaultKind("id_reused", group, "duplicate_settlement", identities.id_reused)
    yield FaultKind("references_swapped", group, "amount_mismatch", identities.references_swapped)


def _states() -> Iterator[FaultKind]:
    group, row = "state", "status_mismatch"
    yield FaultKind("captured_against_failed", group, row, states.captured_against_failed)
    yield FaultKind(
        "late_failure", group, "reversed_after_settlement, chargeback_not_in_ledger",
        states.late_failure,
    )
    yield FaultKind(
        "refund_without_capture", group, "refund_mismatch", states.refund_without_capture,
        weeks=(SPRING,), switched_on=GATEWAY,
    )
    yield FaultKind(
        "double_settlement", group, "duplicate_settlement", states.double_settlement
    )
    yield FaultKind("success_not_finalised", group, row, states.success_not_finalised)


def _structure() -> Iterator[FaultKind]:
    group = "structure"
    no_files = {STRIPE: IN_EVERY_FORMAT}
    rows = {
        "statement_missing": "statement_gap",
        "statement_amended": "amount_mismatch, missing_in_ledger",
        "two_versions_with_one_id": "superseded",
        "gap_in_sequence": "statement_gap",
        "trailer_wrong": "wrong_total",
        "batch_split": "",
        "line_quarantined": "bad_amount",
    }
    for name, row in rows.items():
        plant = structure.PAYMENTS.get(name, structure.payments)
        yield FaultKind(
            name, group, row, plant, is_harmless=not row, weeks=(SPRING,), not_in=no_files
        )
    yield FaultKind(
        OPENING_IS_NOT_CLOSING, group, "statement_gap", structure.payments, weeks=(SPRING,),
        # An account of that format has one currency.
        exponents=(2,),
    )


def _beyond() -> Iterator[FaultKind]:
    """Kinds that the programme does not count, and the product reports."""
    group = "beyond"
    for name, row, plant in (
        ("booked_twice", "duplicate_in_ledger", existence.booked_twice),
        ("refund_sign_flipped", "refund_mismatch", amounts.refund_sign_flipped),
        ("unknown_chargeback", "chargeback_not_in_ledger", states.unknown_chargeback),
        ("unknown_type", "unclassified_line", states.unknown_type),
        (
            "amount_changed_after_match", "ledger_changed, amount_mismatch",
            states.amount_changed_after_match,
        ),
        ("deleted_after_match", "ledger_changed, missing_in_ledger", states.deleted_after_match),
    ):
        yield FaultKind(name, group, row, plant, is_of_programme=False)


KINDS: tuple[FaultKind, ...] = (
    *_existence(),
    *_amounts(),
    *_currencies(),
    *_times(),
    *_identities(),
    *_states(),
    *_structure(),
    *_beyond(),
)
BY_NAME = {kind.name: kind for kind in KINDS}
