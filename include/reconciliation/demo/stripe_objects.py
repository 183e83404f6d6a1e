"""Stripe balance transactions of the story, as the API gives them with their sources expanded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from include.reconciliation.demo import timeline
from include.reconciliation.demo.movements import StatementLine

# Stripe's `type` where it is another word than its `reporting_category`.
_TYPES = {
    "charge": "charge",
    "refund": "refund",
    "dispute": "adjustment",
    "partial_capture_reversal": "refund",
    "charge_failure": "payment_failure_refund",
}


def balance_transactions(
    lines: Iterable[StatementLine], *, until: datetime = timeline.END
) -> tuple[tuple[datetime, Mapping[str, Any]], ...]:
    """Every balance transaction made before `until` with its instant, in that order."""
    made: list[tuple[datetime, Mapping[str, Any]]] = [
        (line.booked_at, _of_line(line))
        for line in lines
        if line.booked_at < until
    ]
    made.extend(_payouts_and_fees(made, until))
    return tuple(sorted(made, key=lambda entry: (entry[0], entry[1]["id"])))


def _of_line(line: StatementLine) -> dict[str, Any]:
    assert line.gross_minor is not None
    fees = [
        (line.fee_minor, "stripe_fee", "Stripe processing fees"),
        (line.tax_minor, "tax", "Tax on the fee"),
    ]
    return _balance_transaction(
        line.line_id,
        line.booked_at,
        line.gross_minor,
        line.currency,
        reporting_category=line.provider_type,
        provider_type=_TYPES.get(line.provider_type, line.provider_type),
        source=_source(line),
        fees=[(amount, word, text) for amount, word, text in fees if amount],
    )


def _source(line: StatementLine) -> dict[str, Any]:
    order = {"order_id": line.merchant_reference} if line.merchant_reference else {}
    common = {
        "id": line.event_reference,
        "amount": abs(line.gross_minor or 0),
        "currency": line.currency.lower(),
        "created": int(line.created_at.timestamp()),
        "payment_intent": line.psp_reference,
        "metadata": order,
    }
    prefix = str(line.event_reference).partition("_")[0]
    if prefix == "re":
        return {**common, "object": "refund", "status": "succeeded", "charge": None}
    if prefix == "dp":
        return {**common, "object": "dispute", "status": "lost", "charge": None}
    return {**common, "object": "charge", "status": "succeeded", "captured": True}


def _payouts_and_fees(
    made: Iterable[tuple[datetime, Mapping[str, Any]]], until: datetime
) -> list[tuple[datetime, Mapping[str, Any]]]:
    """Per day and currency: a fee without a source, and the next day a payout of the net."""
    net_minor: dict[tuple[datetime, str], int] = defaultdict(int)
    for booked_at, entry in made:
        day = booked_at.replace(hour=0, minute=0, second=0, microsecond=0)
        net_minor[day, entry["currency"].upper()] += entry["net"]
    others: list[tuple[datetime, Mapping[str, Any]]] = []
    for (day, currency), total_minor in sorted(net_minor.items()):
        stamp = f"{day:%Y%m%d}{currency}"
        fee_at = day + timedelta(hours=23, minutes=30)
        fee_minor = 2 if currency == "JPY" else 25
        others.append(
            (
                fee_at,
                _balance_transaction(
                    f"txn_fee{stamp}", fee_at, -fee_minor, currency,
                    reporting_category="fee", provider_type="stripe_fee", source=None, fees=[],
                ),
            )
        )
        paid_at = day + timedelta(days=1, hours=6)
        if total_minor > fee_minor:
            payout = {"id": f"po_{stamp}", "object": "payout", "status": "paid"}
            others.append(
                (
                    paid_at,
                    _balance_transaction(
                        f"txn_po{stamp}", paid_at, fee_minor - total_minor, currency,
                        reporting_category="payout", provider_type="payout", source=payout, fees=[],
                    ),
                )
            )
    return [(made_at, entry) for made_at, entry in others if made_at < until]


def _balance_transaction(
    transaction_id: str,
    made_at: datetime,
    amount_minor: int,
    currency: str,
    *,
    reporting_category: str,
    provider_type: str,
    source: Mapping[str, Any] | None,
    fees: Iterable[tuple[int, str, str]],
) -> dict[str, Any]:
    fees = list(fees)
    details = [
        {
            "amount": fee_minor,
            "application": None,
            "currency": currency.lower(),
            "description": text,
            "type": word,
        }
        for fee_minor, word, text in fees
    ]
    total_fee_minor = sum(fee_minor for fee_minor, _, _ in fees)
    return {
        "id": transaction_id,
        "object": "balance_transaction",
        "amount": amount_minor,
        "available_on": int((made_at + timedelta(days=2)).timestamp()),
        "balance_type": "payments",
        "created": int(made_at.timestamp()),
        "currency": currency.lower(),
        "description": None,
        "exchange_rate": None,
        "fee": total_fee_minor,
        "fee_details": details,
        "net": amount_minor - total_fee_minor,
        "reporting_category": reporting_category,
        "source": source,
        "status": "available",
        "type": provider_type,
    }
