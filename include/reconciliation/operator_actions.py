"""What operators may have done to an object of a service: one table, which everything is made from.

Forms, preconditions, calls, verification and docs/operator-actions.md follow from an entry; so does
a DAG each. We never write into a service's books: an action is a call of its own API.
Source: runbooks 000 (decision matrix), 001 (playbooks), 002 (operator actions), 003 (adjustments).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from include.reconciliation.payment_states import CANCELLED, FINAL_REASONS, RETRYABLE_REASONS

PAYMENTS, REFUNDS = "PAYMENTS_ENABLED", "REFUNDS_ENABLED"
# The rail of payments, as include/payout_providers.toml names it.
RAIL = "payment_rail"
# Who is asked before an action: the rail, or the provider that the payout itself names.
THE_RAIL, THE_PROVIDER = "the rail", "the provider"
GIVEN, OF_THE_OBJECT = "given", "of the object"
OPTIONAL, WHERE_PREPAID = "optional", "where prepaid"


@dataclass(frozen=True, slots=True)
class Target:
    """What an action is done to, and whose it is.

    `service` is the connection of the API, `book` that which its state is read from; the question
    is `include/sql/operator_actions/state/<kind>.sql`.
    """

    kind: str
    title: str
    service: str
    book: str
    runbook: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One action. `moves` maps each state from which it is allowed to those that show it done."""

    name: str
    meaning: str
    target: Target
    moves: Mapping[str, tuple[str, ...]]
    # States on the way, which are waited for; the others' reasons of refusal.
    passing: tuple[str, ...] = ()
    refusals: Mapping[str, str] = field(default_factory=dict)
    # A figure of the object that only this action raises: it is done when the figure has grown.
    grows: str | None = None
    # Not while it may still move on by itself.
    only_stuck: bool = False
    path: str
    body: Mapping[str, str] = field(default_factory=dict)
    reason_codes: tuple[str, ...]
    # Fields of the form beside the common ones.
    failure_reasons: tuple[str, ...] = ()
    reference: str | None = None
    reference_title: str = ""
    amount: str | None = None
    held_by: str | None = None
    # SEMANTICS 16: nothing that may have left the house is repeated on our own state alone.
    asks: str | None = None
    # The provider's word that it failed allows a new attempt; a re-send it forbids.
    failed_is_clear: bool = False

    @property
    def title(self) -> str:
        """Its name for people."""
        return self.name.replace("_", " ")


_DUE = ("operator_error", "provider_error", "stuck", "timing")
_NOT_SAFE = "not safe to retry: create a new payment where the customer still wants it"
_INTENT = Target("payment_intent", "Payment", "payment_orchestration_api", "payment_events", "002")
_PAYMENT = Target("marketplace_payment", "Payment", "marketplace_api", "marketplace", "000")
_REFUND = Target("refund", "Refund", "marketplace_api", "marketplace", "000")
_FROZEN = Target("marketplace_wallet", "Wallet", "marketplace_api", "marketplace", "000")
_ORDER = Target("provider_payout", "Provider payout", "payouts_api", "payouts", "001")
_WALLET = Target("wallet", "Wallet", "wallets_api", "wallet_balances", "003")
_INTENT_ENDS = {
    "SETTLED": "it has ended: nothing leaves a terminal state",
    "EXPIRED": "it has ended: nothing leaves a terminal state",
    "PROJECTION_BEHIND": "its stored state has not seen the newest event: wait, then replay it",
}
_MARKS = tuple(sorted({*RETRYABLE_REASONS, *FINAL_REASONS}))
_FAILED = tuple(f"FAILED_{reason}" for reason in (*_MARKS, CANCELLED))
_AUDIT = {"operatorId": "requested_by", "approvalId": "request_id"}
_ORDER_ENDS = {
    "FINALISED": "it is finalised already: nothing is left to do",
    "FAILED": "it has failed at the provider",
    "QUARANTINED": "it is in quarantine",
}
_ENTRIES = "the ledger has entries of it already: investigate, nothing is sent again"
_REFUND_REFUSALS = {
    "PROCESSING": "it is being processed: wait a minute, then investigate",
    "COMPLETED": "it is done already",
    "COMPLETED_UNBALANCED": "it is done, and its entries don't sum to zero: investigate",
    "FAILED": "it failed: don't retry, investigate",
    "REJECTED": "it was rejected",
    **{f"{state}_WITH_ENTRIES": _ENTRIES for state in ("PENDING", "APPROVED")},
    **{
        f"{state}_NOT_CAPTURED": "its payment is not captured, or in another currency"
        for state in ("PENDING", "APPROVED")
    },
    **{
        f"{state}_ABOVE_PAYMENT": "all refunds together would be more than the payment"
        for state in ("PENDING", "APPROVED")
    },
}

_ALL = (
    Action(
        name="retry_payment",
        meaning="a new attempt at the rail for a payment that failed for a reason which may pass",
        target=_INTENT,
        moves={f"FAILED_{reason}": () for reason in sorted(RETRYABLE_REASONS)},
        refusals={
            **{f"FAILED_{reason}": _NOT_SAFE for reason in sorted({*FINAL_REASONS, CANCELLED})},
            **dict.fromkeys(
                ("CREATED", "AUTHORISED", "SENT", "ACKNOWLEDGED"),
                "only a failed payment is retried",
            ),
            **_INTENT_ENDS,
        },
        grows="attempts",
        path="/api/payments/{object_id}/retry",
        body={"attemptId": "attempt_id", "reason": "reason", **_AUDIT},
        reason_codes=("provider_error", "stuck", "timing"),
        amount=OF_THE_OBJECT,
        held_by=PAYMENTS,
        asks=THE_RAIL,
        failed_is_clear=True,
    ),
    Action(
        name="cancel_payment",
        meaning="ends a payment that has not been acknowledged; there is no way back",
        target=_INTENT,
        moves=dict.fromkeys(("CREATED", "AUTHORISED", "SENT"), ("FAILED_CANCELLED",)),
        refusals={
            "ACKNOWLEDGED": "the rail has acknowledged it: it can't be cancelled any more",
            **dict.fromkeys(_FAILED, "it has failed already"),
            **_INTENT_ENDS,
        },
        path="/api/payments/{object_id}/cancel",
        body={"reason": "reason", "customerId": "reference", **_AUDIT},
        reason_codes=("duplicate", "fraud", "operator_error"),
        reference=OPTIONAL,
        reference_title="Customer who asks for it",
        held_by=PAYMENTS,
    ),
    Action(
        name="mark_payment_failed",
        meaning="writes down a failure that the rail has confirmed; funds are released",
        target=_INTENT,
        moves=dict.fromkeys(("SENT", "ACKNOWLEDGED"), ()),
        refusals={
            **dict.fromkeys(
                ("CREATED", "AUTHORISED"), "nothing of it is at the rail: cancel it instead"
            ),
            **dict.fromkeys(_FAILED, "it has failed already"),
            **_INTENT_ENDS,
        },
        path="/api/payments/{object_id}/mark-failed",
        body={"reason": "failure_reason", "details": "reason", **_AUDIT},
        reason_codes=("fraud", "provider_error", "stuck", "timing"),
        failure_reasons=_MARKS,
        held_by=PAYMENTS,
        asks=THE_RAIL,
        failed_is_clear=True,
    ),
    Action(
        name="capture_payment",
        meaning="captures a payment of the marketplace that was delivered or authorised",
        target=_PAYMENT,
        moves=dict.fromkeys(("INITIATED", "AUTHORIZED"), ("CAPTURED", "REFUNDED")),
        passing=("CAPTURED_UNBALANCED",),
        refusals={
            "CAPTURED": "it is captured already",
            "REFUNDED": "it is captured already, and refunded",
            "CAPTURED_UNBALANCED": "it is captured, and its entries don't sum to zero: investigate",
            "FAILED": "it failed: don't retry, investigate",
            "CANCELLED": "it was cancelled",
            "INITIATED_WITH_ENTRIES": _ENTRIES,
            "AUTHORIZED_WITH_ENTRIES": _ENTRIES,
        },
        path="/payments/{object_id}/capture",
        body={
            "confirmedBy": "requested_by",
            "confirmedAt": "requested_at",
            "gatewayTransactionId": "reference",
        },
        reason_codes=_DUE,
        reference=WHERE_PREPAID,
        reference_title="The gateway's transaction; none for COD",
        amount=OF_THE_OBJECT,
        held_by=PAYMENTS,
    ),
    Action(
        name="approve_refund",
        meaning="approves a refund of the marketplace; processing it is another action",
        target=_REFUND,
        moves={"PENDING": ("APPROVED", "PROCESSING", "COMPLETED")},
        refusals={**_REFUND_REFUSALS, "APPROVED": "it is approved already"},
        path="/refunds/{object_id}/approve",
        reason_codes=(*_DUE, "duplicate"),
        amount=OF_THE_OBJECT,
        held_by=REFUNDS,
    ),
    Action(
        name="process_refund",
        meaning="processes a refund of the marketplace that was approved, once",
        target=_REFUND,
        moves={"APPROVED": ("COMPLETED",)},
        passing=("PROCESSING", "COMPLETED_UNBALANCED"),
        refusals={**_REFUND_REFUSALS, "PENDING": "it is not approved: approve it first"},
        path="/refunds/{object_id}/process",
        reason_codes=_DUE,
        amount=OF_THE_OBJECT,
        held_by=REFUNDS,
    ),
    Action(
        name="freeze_wallet",
        meaning="lets a wallet of the marketplace take no debits and no credits",
        target=_FROZEN,
        moves={"ACTIVE": ("FROZEN",)},
        refusals={"FROZEN": "it is frozen already"},
        path="/wallets/{object_id}/freeze",
        body={"reason": "reason"},
        reason_codes=("duplicate", "fraud", "ledger_error", "unidentified"),
    ),
    Action(
        name="unfreeze_wallet",
        meaning="lets a frozen wallet of the marketplace take debits and credits again",
        target=_FROZEN,
        moves={"FROZEN": ("ACTIVE",)},
        refusals={"ACTIVE": "it is not frozen"},
        path="/wallets/{object_id}/unfreeze",
        body={"reason": "reason"},
        reason_codes=("duplicate", "fraud", "ledger_error", "operator_error", "unidentified"),
        held_by=PAYMENTS,
    ),
    Action(
        name="force_finalise_payout",
        meaning="books a payout that succeeded at its provider and was never finalised",
        target=_ORDER,
        moves={"SUCCEEDED_NOT_FINALISED": ("FINALISED",)},
        refusals={
            **_ORDER_ENDS,
            **dict.fromkeys(
                ("CREATED", "SENDING", "SENT"),
                "the provider has not said that it succeeded: reconcile it first",
            ),
        },
        path="/api/admin/ops/payouts/{object_id}/force-finalize",
        reason_codes=("ledger_error", "stuck"),
        amount=OF_THE_OBJECT,
        held_by=PAYMENTS,
    ),
    Action(
        name="force_reconcile_payout",
        meaning="has the payouts system ask the provider what became of a payout that was sent",
        target=_ORDER,
        moves=dict.fromkeys(
            ("SENT", "SENDING"), ("SUCCEEDED_NOT_FINALISED", "FINALISED", "FAILED")
        ),
        refusals={
            **_ORDER_ENDS,
            "CREATED": "it was never sent",
            "SUCCEEDED_NOT_FINALISED": "the provider has said that it succeeded: finalise it",
        },
        grows="provider_events",
        only_stuck=True,
        path="/api/admin/ops/payouts/{object_id}/force-reconcile",
        reason_codes=("provider_error", "stuck", "timing"),
        held_by=PAYMENTS,
    ),
    Action(
        name="rerun_outbox",
        meaning="puts a stuck payout back in its queue, with the key that it has",
        target=_ORDER,
        moves=dict.fromkeys(("SENDING", "SENT"), ()),
        refusals={
            **_ORDER_ENDS,
            "CREATED": "it is not stuck: it waits in its queue, or failed there",
            "SUCCEEDED_NOT_FINALISED": "it succeeded: finalise it",
        },
        grows="queued_microseconds",
        only_stuck=True,
        path="/api/admin/ops/payouts/{object_id}/rerun-outbox",
        reason_codes=("stuck",),
        amount=OF_THE_OBJECT,
        held_by=PAYMENTS,
        asks=THE_PROVIDER,
    ),
    Action(
        name="quarantine_payout",
        meaning="takes a suspicious payout out of its queue for good",
        target=_ORDER,
        moves=dict.fromkeys(("CREATED", "SENDING", "SENT"), ("QUARANTINED",)),
        refusals={
            **_ORDER_ENDS,
            "QUARANTINED": "it is in quarantine already",
            "SUCCEEDED_NOT_FINALISED": "it succeeded: the money has left",
        },
        path="/api/admin/ops/payouts/{object_id}/quarantine",
        body={"reason": "reason"},
        reason_codes=("duplicate", "fraud", "operator_error", "unidentified"),
    ),
    Action(
        name="adjust_wallet",
        meaning="adds an adjustment to a wallet's ledger, with the reason of record",
        target=_WALLET,
        moves={"IN_BALANCE": ("ADJUSTED",)},
        refusals={
            "DRIFTING": "its projection is not what its ledger adds up to: repair that first",
            "CURRENCY_UNCLEAR": "its ledger has rows without an amount or in another currency",
        },
        path="/api/finance/admin-adjust",
        body={
            "userId": "user_id",
            "walletId": "object_id",
            "currency": "currency",
            "amount": "amount_minor",
            "auditReason": "reason",
            "relatedEntityId": "reference",
        },
        reason_codes=("duplicate", "fraud", "ledger_error", "operator_error", "rounding"),
        reference=OPTIONAL,
        reference_title="What it is related to",
        amount=GIVEN,
        held_by=PAYMENTS,
    ),
)
ACTIONS: Mapping[str, Action] = {action.name: action for action in _ALL}
