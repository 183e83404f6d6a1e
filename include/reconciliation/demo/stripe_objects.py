"""Stripe balance transactions of the story, as the API gives them with their sources expanded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from include.reconciliation.demo import timeline
from include.reconciliation.demo.movements import StatementLine
from include.reconciliation.lab.statement_files.stripe_balance_transactions import (
    balance_transaction,
    source_object,
)


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
    return balance_transaction(
        line.line_id,
        line.booked_at,
        line.gross_minor,
        line.currency,
        reporting_category=line.provider_type,
        source=_source(line),
        fees=[(amount, word, text) for amount, word, text in fees if amount],
    )


def _source(line: StatementLine) -> dict[str, Any]:
    prefix = str(line.event_reference).partition("_")[0]
    return source_object(
        {"re": "refund", "dp": "dispute"}.get(prefix, "charge"),
        line.event_reference,
        line.gross_minor or 0,
        line.currency,
        created_at=line.created_at,
        payment=line.psp_reference,
        order=line.merchant_reference,
    )


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
                balance_transaction(
                    f"txn_fee{stamp}", fee_at, -fee_minor, currency,
                    reporting_category="fee", source=None,
                ),
            )
        )
        paid_at = day + timedelta(days=1, hours=6)
        if total_minor > fee_minor:
            payout = {"id": f"po_{stamp}", "object": "payout", "status": "paid"}
            others.append(
                (
                    paid_at,
                    balance_transaction(
                        f"txn_po{stamp}", paid_at, fee_minor - total_minor, currency,
                        reporting_category="payout", source=payout,
                    ),
                )
            )
    return [(made_at, entry) for made_at, entry in others if made_at < until]
