"""Stripe's balance transactions: the pages of its API, read for a range of `created`.

The accounting word is `reporting_category`, since it tells a dispute from another adjustment; where
it is not known, `type` is looked up instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from include.reconciliation.money import format_minor
from include.reconciliation.statements import stripe_lists
from include.reconciliation.statements.amounts import EXPONENTS
from include.reconciliation.statements.api_pages import Api, local_day
from include.reconciliation.statements.description import LineType, ParsedFormat
from include.reconciliation.statements.parsed import Line
from include.reconciliation.statements.strict_json import Entry

_CAPTURE_REVERSED = LineType("reversal", "payment")
TYPES: Mapping[str, LineType] = {
    **dict.fromkeys(("charge", "payment"), LineType.plain("payment")),
    **dict.fromkeys(("refund", "payment_refund"), LineType.plain("refund")),
    **dict.fromkeys(
        (
            "partial_capture_reversal",
            "charge_failure",
            "payment_reversal",
            "payment_failure_refund",
        ),
        _CAPTURE_REVERSED,
    ),
    "refund_failure": LineType("reversal", "refund"),
    "dispute": LineType.plain("chargeback"),
    "dispute_reversal": LineType.plain("reversal"),
    **dict.fromkeys(
        ("fee", "network_cost", "tax", "stripe_fee", "stripe_fx_fee", "tax_fee"),
        LineType.plain("fee"),
    ),
    **dict.fromkeys(
        ("payout", "payout_reversal", "payout_cancel", "payout_failure"),
        LineType.plain("payout"),
    ),
    **dict.fromkeys(("other_adjustment", "adjustment"), LineType.plain("adjustment")),
    **dict.fromkeys(
        (
            "risk_reserved_funds",
            "connect_reserved_funds",
            "reserve_hold",
            "reserve_release",
            "reserve_transaction",
            "reserved_funds",
            "payment_network_reserve_hold",
            "payment_network_reserve_release",
        ),
        LineType("reserve_release", "reserve_release", negative="reserve_hold"),
    ),
    **dict.fromkeys(("topup", "topup_reversal"), LineType.plain("balance")),
}
UNKNOWN = LineType.plain("unknown")
# Where a merchant keeps its own reference; the first that is there counts.
METADATA_KEYS = ("order_id", "merchant_reference")
_NAME = re.compile(r"txn_[A-Za-z0-9_]{1,250}", re.ASCII)
_TAXES = frozenset({"tax", "withheld_tax"})
_PAYMENTS = frozenset({"payment", "refund", "chargeback"})


def _lines(transaction: Entry, zone: str) -> Iterator[Line]:
    name = transaction.needed("id")
    if not _NAME.fullmatch(name):
        raise transaction.error("bad_page", "id", "an id that begins with txn_", name)
    category, type_ = transaction.text("reporting_category"), transaction.text("type")
    if category is None and type_ is None:
        raise transaction.error("bad_page", "type", "a type word", None)
    line_type = TYPES.get(category or "", TYPES.get(type_ or "", UNKNOWN))
    if line_type.negative is not None and transaction.whole("net") < 0:
        line_type = LineType.plain(line_type.negative)
    currency = transaction.currency("currency")
    amount_minor, fee_minor, net_minor = (
        stripe_lists.minor(transaction, name, currency) for name in ("amount", "fee", "net")
    )
    _refuse_untied(transaction, "net", amount_minor - fee_minor, net_minor, currency)
    tax_minor = _tax_minor(transaction, fee_minor, currency)
    source = _source(transaction)
    gross_minor, gross_currency = _gross(
        transaction, source, line_type.type, amount_minor, currency
    )
    created = transaction.seconds("created")
    own_id = source.text("id")
    yield Line(
        row=transaction.row,
        provider_type=category or type_ or "",
        type=line_type.type,
        economic_type=line_type.economic_type,
        gross_minor=gross_minor,
        gross_currency=gross_currency,
        fee_minor=fee_minor - tax_minor,
        tax_minor=tax_minor,
        net_minor=net_minor,
        net_currency=currency,
        booked_at=created,
        booked_on=local_day(created, zone),
        source_zone=zone,
        value_date=local_day(transaction.seconds("available_on"), zone),
        line_key=name,
        psp_reference=_payment(source),
        event_reference=None if line_type.type in ("fee", "payout") else own_id,
        merchant_reference=_merchant_reference(source),
        payout_reference=own_id if line_type.type == "payout" else None,
    )


def _source(transaction: Entry) -> Entry:
    """What the transaction is about; with its id alone where it was not expanded."""
    value = transaction.value.get("source")
    return (
        transaction.part("source")
        if isinstance(value, dict)
        else Entry(transaction.file, transaction.row, {"id": transaction.text("source")}, "source.")
    )


def _payment(source: Entry) -> str | None:
    own_id = source.text("id")
    if len(source.value) == 1:
        return own_id if own_id and own_id.startswith(("ch_", "py_")) else None
    charge = own_id if source.value.get("object") == "charge" else _named(source, "charge")
    return _named(source, "payment_intent") or charge


def _named(source: Entry, name: str) -> str | None:
    """The id of another object, whether it stands there as a text or was expanded."""
    is_expanded = isinstance(source.value.get(name), dict)
    return source.part(name).text("id") if is_expanded else source.text(name)


def _merchant_reference(source: Entry) -> str | None:
    metadata = source.part("metadata")
    return next((metadata.text(key) for key in METADATA_KEYS if metadata.text(key)), None)


def _gross(
    transaction: Entry, source: Entry, type_: str, amount_minor: int, currency: str
) -> tuple[int | None, str | None]:
    """In a conversion only the source knows what the customer paid; it is never converted here."""
    rate = transaction.value.get("exchange_rate")
    if rate is None or isinstance(rate, bool) or not isinstance(rate, int | Decimal):
        return amount_minor, currency
    paid: Any = source.value.get("amount")
    paid_currency = str(source.value.get("currency")).upper()
    is_amount = isinstance(paid, int) and not isinstance(paid, bool) and paid >= 0
    if type_ not in _PAYMENTS or not is_amount or paid_currency not in EXPONENTS:
        return None, None
    paid_minor = stripe_lists.minor(source, "amount", paid_currency)
    return (paid_minor if amount_minor >= 0 else -paid_minor), paid_currency


def _tax_minor(transaction: Entry, fee_minor: int, currency: str) -> int:
    """The part of the fee that is tax; the details, where there are any, sum to the fee."""
    details = transaction.parts("fee_details")
    amounts = [
        (detail.text("type"), stripe_lists.minor(detail, "amount", currency)) for detail in details
    ]
    if details:
        total_minor = sum(minor for _, minor in amounts)
        _refuse_untied(transaction, "fee_details", fee_minor, total_minor, currency)
    return sum(minor for kind, minor in amounts if kind in _TAXES)


def _refuse_untied(
    transaction: Entry, name: str, expected_minor: int, found_minor: int, currency: str
) -> None:
    if expected_minor != found_minor:
        expected, found = (
            f"{format_minor(minor, EXPONENTS[currency])} {currency}"
            for minor in (expected_minor, found_minor)
        )
        raise transaction.untied(name, expected, found)


_API = Api(
    page=stripe_lists.page,
    lines=_lines,
    zone=None,
    proved_by="every page of the range was read, lines tie to their net, none in force is missing",
    ask=stripe_lists.ask("/v1/balance_transactions", "data.source"),
)

STRIPE_BALANCE_TRANSACTIONS = ParsedFormat(
    name="stripe_balance_transactions",
    title="Stripe balance transactions (API, JSON)",
    how_to_fetch=(
        "GET /v1/balance_transactions by created, newest first, with the sources expanded; the key "
        "needs the right to read balance transactions and their sources"
    ),
    read=_API.read,
    begins_with=(
        rb'\s*\{.{0,4000}?"object"\s*:\s*"balance_transaction"',
        stripe_lists.of_address("/v1/balance_transactions"),
    ),
    may_begin_with=(stripe_lists.EMPTY,),
    identity=(
        "amount − fee = net, and the details of a fee sum to it; no page and no line comes twice "
        "or is missing; a line that is in force is there again when its range is read again"
    ),
    units=(
        "whole minor units; ISK and UGX come in hundredths and are divided, MGA in whole ariary "
        "and is multiplied"
    ),
    signs="as written; the details of type tax and withheld_tax are taken out of the fee",
    zones="seconds since 1970; days are those of the zone of the PSP's entry",
    references=(
        "payment_intent of the source, else the charge, is the payment; the source's id is the "
        "event; order_id or merchant_reference in its metadata is the merchant's"
    ),
    line_scope="account",
    notes=(
        "The type is that of reporting_category, else of type.",
        "The range is half-open: from the watermark less the look-back to the as-of instant.",
        "In a conversion the gross is what the source says in its own currency, else NULL.",
        "A page that was cut on its way is read up to three times; what is still broken then is "
        "kept and refused, and the next run reads the range anew.",
    ),
    types=TYPES,
    api=_API,
)
