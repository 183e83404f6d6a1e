"""The books of the four services as their own systems write them, and what each call does."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

import psycopg

from tests.payouts.payouts_book import PayoutsBook

_LAST = {
    "CREATED": "PaymentIntentCreated",
    "AUTHORISED": "PaymentAuthorised",
    "SENT": "PaymentSentToRail",
    "ACKNOWLEDGED": "PaymentAcknowledged",
    "SETTLED": "PaymentSettled",
    "FAILED": "PaymentFailed",
    "EXPIRED": "PaymentExpired",
}


@dataclass
class ServiceBooks:
    """One autocommit session per book."""

    sessions: dict[str, psycopg.Connection[Any]]
    payouts: PayoutsBook = field(init=False)

    def __post_init__(self) -> None:
        self.payouts = PayoutsBook(self.sessions["payouts"])

    def run(self, book: str, query: str, **values: Any) -> Any:
        """Runs a statement as the system that owns the book."""
        return self.sessions[book].execute(query, values)

    def intent(
        self, payment_id: str, state: str, reason: str | None = None, *, attempts: int = 1
    ) -> str:
        """A payment of AUD 10.50 in that state, its newest event the one that led there."""
        self.run(
            "payment_events",
            "insert into payments.intents values (%(id)s, 'key ' || %(id)s, 1050, 'AUD', now())",
            id=payment_id,
        )
        for number in range(1, attempts + 1):
            self.attempt(payment_id, number)
        self.event(payment_id, state, reason)
        return payment_id

    def attempt(self, payment_id: str, number: int) -> None:
        """One more try at the rail."""
        self.run(
            "payment_events",
            "insert into payments.attempts values (%(id)s || '-' || %(n)s, %(id)s, %(n)s,"
            " 'rail_' || %(id)s || '-' || %(n)s, now() - interval '1 hour')",
            id=payment_id,
            n=number,
        )

    def event(self, payment_id: str, state: str, reason: str | None = None) -> None:
        """One more event, and the projection of it."""
        self.run(
            "payment_events",
            """
            with newest as (
                select coalesce(max(sequence_number), 0) + 1 as number
                from payments.events where payment_id = %(id)s
            ), event as (
                insert into payments.events
                select %(id)s || ':' || number, %(id)s, number, %(type)s, null, %(payload)s, now(),
                    now(), null, 'x'
                from newest
            )
            insert into payments.projections select %(id)s, %(state)s, number, 'x', now()
            from newest
            on conflict (payment_id) do update
            set state = excluded.state, sequence_number = excluded.sequence_number
            """,
            id=payment_id,
            type=_LAST[state],
            state=state,
            payload=json.dumps({"reason": reason} if reason else {}),
        )

    def payment(self, payment_id: str, lifecycle: str, method: str = "PREPAID") -> str:
        """A payment of the marketplace of EUR 50.00, with its entries where it is captured."""
        self.run(
            "marketplace",
            "insert into public.payments values (%(id)s, 'order', %(lifecycle)s, %(method)s, 5000,"
            " 'EUR', now(), case when %(lifecycle)s = 'CAPTURED' then now() end, now())",
            id=payment_id,
            lifecycle=lifecycle,
            method=method,
        )
        if lifecycle == "CAPTURED":
            self.entries(payment_id=payment_id)
        return payment_id

    def entries(self, *, payment_id: str | None = None, refund_id: str | None = None) -> None:
        """The balanced entries of a capture or a refund."""
        for wallet, amount in (("buyer", -5000), ("seller", 4500), ("platform", 500)):
            self.run(
                "marketplace",
                "insert into public.ledger_entries values (gen_random_uuid(), 't', %(wallet)s,"
                " %(payment)s, %(refund)s, 'x', %(amount)s, 'EUR', null, now())",
                wallet=wallet,
                payment=payment_id,
                refund=refund_id,
                amount=amount,
            )

    def refund(self, refund_id: str, status: str, payment_id: str) -> str:
        """A refund of EUR 50.00."""
        self.run(
            "marketplace",
            "insert into public.refunds values (%(id)s, %(payment)s, 5000, 'EUR', %(status)s, null,"
            " now(), now(), null, now())",
            id=refund_id,
            payment=payment_id,
            status=status,
        )
        return refund_id

    def market_wallet(self, wallet_id: str, status: str = "ACTIVE") -> str:
        """A wallet of the marketplace."""
        self.run(
            "marketplace",
            "insert into public.wallets values (%(id)s, %(id)s, 'SELLER', %(status)s,"
            " case when %(status)s = 'FROZEN' then now() end, 'user')",
            id=wallet_id,
            status=status,
        )
        return wallet_id

    def wallet(
        self, wallet_id: str, balance_minor: int = 10_000, projected_minor: int | None = None
    ) -> str:
        """A wallet whose ledger adds up to that many piastres."""
        self.run(
            "wallet_balances",
            "insert into public.wallets values (%(id)s, 'user-1', 'EGP', false, now())",
            id=wallet_id,
        )
        self.run(
            "wallet_balances",
            "insert into public.transactions values"
            " ('first', %(id)s, %(amount)s, 'EGP', 'DEPOSIT', null, 'first', now(), 'user-1')",
            id=wallet_id,
            amount=balance_minor,
        )
        self.run(
            "wallet_balances",
            "insert into public.wallet_balances values (%(id)s, 'EGP', %(amount)s, now())",
            id=wallet_id,
            amount=balance_minor if projected_minor is None else projected_minor,
        )
        return wallet_id

    def adjustments(self) -> list[tuple[str, int]]:
        """Key and amount of each adjustment in the ledger."""
        return self.run(
            "wallet_balances",
            "select idempotency_key, amount_minor from public.transactions"
            " where type = 'ADJUSTMENT' order by created_at",
        ).fetchall()

    def do(self, path: str, body: dict[str, Any], key: str) -> None:
        """What each service does when it is called."""
        match = re.fullmatch(r"(.*)/([^/]+)/([^/]+)", path)
        assert match is not None
        root, object_id, verb = match.groups()
        if path == "/api/finance/admin-adjust":
            self._adjust(body, key)
        elif root == "/api/payments":
            self._orchestrate(object_id, verb, body)
        elif root == "/api/admin/ops/payouts":
            self._pay_out(object_id, verb)
        else:
            self._trade(object_id, verb)

    def _orchestrate(self, payment_id: str, verb: str, body: dict[str, Any]) -> None:
        if verb == "retry":
            count = self.run(
                "payment_events",
                "select count(*) from payments.attempts where payment_id = %(id)s",
                id=payment_id,
            ).fetchone()[0]
            self.attempt(payment_id, count + 1)
            self.event(payment_id, "AUTHORISED")
        else:
            reason = body["reason"] if verb == "mark-failed" else "CANCELLED"
            self.event(payment_id, "FAILED", reason)

    def _trade(self, object_id: str, verb: str) -> None:
        if verb == "capture":
            self.entries(payment_id=object_id)
        elif verb == "process":
            self.entries(refund_id=object_id)
        query = {
            "capture": "update public.payments set lifecycle = 'CAPTURED', captured_at = now()",
            "approve": "update public.refunds set status = 'APPROVED'",
            "process": "update public.refunds set status = 'COMPLETED', completed_at = now()",
            "freeze": "update public.wallets set wallet_status = 'FROZEN', frozen_at = now()",
            "unfreeze": "update public.wallets set wallet_status = 'ACTIVE', frozen_at = null",
        }[verb]
        self.run("marketplace", query + " where id = %(id)s", id=object_id)

    def _pay_out(self, order_id: str, verb: str) -> None:
        query = {
            "force-finalize": "insert into public.ledger_groups"
            " values (%(id)s || ' final', %(id)s, 'payout_finalised', now())",
            "force-reconcile": "insert into public.provider_events"
            " (provider_payout_id, idempotency_key, status, origin)"
            " values (%(id)s, 'key', 'SUCCEEDED', 'asked')",
            "rerun-outbox": "update public.outbox set status = 'PENDING', queued_at = now()"
            " where provider_payout_id = %(id)s",
            "quarantine": "update public.provider_payouts set status = 'QUARANTINED'"
            " where id = %(id)s",
        }[verb]
        self.run("payouts", query, id=order_id)

    def _adjust(self, body: dict[str, Any], key: str) -> None:
        self.run(
            "wallet_balances",
            "insert into public.transactions values (%(key)s, %(id)s, %(amount)s, %(currency)s,"
            " 'ADJUSTMENT', null, %(key)s, now(), 'admin')",
            key=key,
            id=body["walletId"],
            amount=body["amount"],
            currency=body["currency"],
        )
