"""Mollie's balance transactions: `GET /v2/balances/{id}/transactions`, newest first.

They are what settlements are made of, line by line; why settlements themselves are not read stands
in the notes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime

from include.reconciliation.errors import ConfigurationError
from include.reconciliation.statements.api_pages import (
    Api,
    Page,
    Request,
    Walk,
    local_day,
    numbered,
)
from include.reconciliation.statements.description import LineType, ParsedFormat
from include.reconciliation.statements.parsed import Line
from include.reconciliation.statements.strict_json import Entry

ZONE = "UTC"
PAGE_LINES = 250
_NAME = re.compile(r"[A-Za-z0-9_]{1,100}", re.ASCII)
_FROM = re.compile(r"[?&]from=([A-Za-z0-9_]{1,100})(?:&|$)", re.ASCII)
_PAYMENT_BACK = LineType("reversal", "payment")
TYPES: Mapping[str, LineType] = {
    **dict.fromkeys(("payment", "capture"), LineType.plain("payment")),
    "refund": LineType.plain("refund"),
    **dict.fromkeys(
        ("returned-refund", "canceled-refund", "failed-refund"), LineType("reversal", "refund")
    ),
    "chargeback": LineType.plain("chargeback"),
    "chargeback-reversal": LineType.plain("reversal"),
    **dict.fromkeys(("failed-payment", "unauthorized-direct-debit"), _PAYMENT_BACK),
    **dict.fromkeys(
        ("payment-fee", "capture-commission", "payment-commission", "application-fee"),
        LineType.plain("fee"),
    ),
    **dict.fromkeys(
        ("canceled-outgoing-transfer", "returned-outgoing-transfer"), LineType.plain("payout")
    ),
    "outgoing-transfer": LineType("payout", "payout", leaves=True),
    **dict.fromkeys(
        ("pending-rolling-reserve", "held-rolling-reserve", "cash-collateral-issuance"),
        LineType.plain("reserve_hold"),
    ),
    **dict.fromkeys(
        ("released-rolling-reserve", "to-be-released-rolling-reserve", "cash-collateral-release"),
        LineType.plain("reserve_release"),
    ),
    **dict.fromkeys(
        ("invoice-compensation", "balance-correction", "manual-correction"),
        LineType.plain("adjustment"),
    ),
    "topup": LineType.plain("balance"),
}
UNKNOWN = LineType.plain("unknown")
# The event is the most special id that a context names.
_EVENTS = ("chargebackId", "refundId", "captureId", "transferId", "paymentId")
_FURTHER = {
    "captureId": "capture",
    "invoiceId": "invoice",
    "transferId": "transfer",
    "settlementId": "settlement",
}


def _page(page: Entry) -> Page:
    embedded = page.part("_embedded")
    if "balance_transactions" not in embedded.value:
        raise page.error("bad_page", "_embedded", "balance_transactions", None)
    found = numbered(page, embedded.parts("balance_transactions"))
    if page.whole("count") != len(found):
        raise page.error("page_missing", "count", f"{len(found)}, as listed", page.value["count"])
    following = page.part("_links").part("next").text("href")
    return Page(
        found,
        has_more=following is not None,
        cursor=_cursor(page, following),
        oldest=min((entry.moment("createdAt") for entry in found), default=None),
    )


def _cursor(page: Entry, following: str | None) -> str | None:
    """The id in the link to the next page; the link itself, an address, is never called."""
    found = _FROM.search(following or "")
    if following is not None and found is None:
        raise page.error("bad_page", "_links.next.href", "a link that names an id", following)
    return found[1] if found else None


def _ask(account: str, read_from: datetime, read_to: datetime) -> Walk:
    """Newest first and without a filter: until a page reaches back to the range's start."""
    if not _NAME.fullmatch(account):
        raise ConfigurationError(f"{account!r} is no balance of Mollie, such as bal_gVMhHKqSSRYJ")
    path, query = f"/v2/balances/{account}/transactions", (("limit", str(PAGE_LINES)),)
    page = yield Request(path, query)
    while page.cursor and (page.oldest is None or page.oldest >= read_from):
        page = yield Request(path, (*query, ("from", page.cursor)))


def _lines(transaction: Entry, zone: str) -> Iterator[Line]:
    word, own_id = transaction.needed("type"), transaction.needed("id")
    line_type = TYPES.get(word, UNKNOWN)
    gross_minor, gross_currency = _amount(transaction.part("initialAmount"))
    net_minor, net_currency = _amount(transaction.part("resultAmount"))
    deductions = transaction.part("deductions")
    fee_minor = 0
    if deductions.value:
        taken_minor, currency = _amount(deductions)
        if currency != net_currency:
            raise deductions.error("row_does_not_tie", "currency", net_currency, currency)
        fee_minor = -taken_minor
    booked_at = transaction.moment("createdAt")
    context = _context(transaction)
    event = next((context.text(name) for name in _EVENTS if context.text(name)), None)
    further = [(kind, context.text(name)) for name, kind in _FURTHER.items()]
    is_payout = line_type.type == "payout"
    yield Line(
        row=transaction.row,
        provider_type=word,
        type=line_type.type,
        economic_type=line_type.economic_type,
        gross_minor=gross_minor,
        gross_currency=gross_currency,
        fee_minor=fee_minor,
        tax_minor=None,
        net_minor=net_minor,
        net_currency=net_currency,
        booked_at=booked_at,
        booked_on=local_day(booked_at, zone),
        source_zone=zone,
        value_date=None,
        line_key=own_id,
        psp_reference=context.text("paymentId"),
        event_reference=event,
        merchant_reference=context.text("paymentDescription"),
        payout_reference=(context.text("settlementId") or context.text("transferId"))
        if is_payout
        else None,
        further_references=tuple((kind, value) for kind, value in further if value),
    )


def _amount(amount: Entry) -> tuple[int, str]:
    currency = amount.currency("currency")
    return amount.minor("value", currency), currency


def _context(transaction: Entry) -> Entry:
    """The ids that a transaction is about; newer answers wrap them in the name of its type."""
    context = transaction.part("context")
    inner = [name for name, value in context.value.items() if isinstance(value, dict)]
    return context.part(inner[0]) if len(inner) == len(context.value) == 1 else context


_API = Api(
    page=_page,
    lines=_lines,
    zone=ZONE,
    proved_by="lines tie to their net, every page is there",
    ask=_ask,
    asks_exactly=False,
)

MOLLIE_BALANCE_TRANSACTIONS = ParsedFormat(
    name="mollie_balance_transactions",
    title="Mollie balance transactions (API, JSON)",
    how_to_fetch=(
        "GET /v2/balances/{id}/transactions, newest first, read by the pipeline (the account is "
        "the balance's id) or put into a file"
    ),
    read=_API.read,
    begins_with=(rb'\s*\{.{0,4000}?"_embedded"\s*:\s*\{\s*"balance_transactions"\s*:',),
    identity="initialAmount + deductions = resultAmount; every page is there",
    units="a text in major units",
    signs="as written; deductions are negative and become a cost",
    zones="offset as written; days are those of UTC",
    references=(
        "paymentId is the payment, the most special id of the context the event, settlementId the "
        "payout; capture, invoice, transfer and settlement are kept"
    ),
    line_scope="account",
    notes=(
        "A settlement is the line `outgoing-transfer` here, with its `settlementId` as the "
        "reference of the payout: it pays out what the lines before it left on the balance. No "
        "line says with which settlement it went out, so the balance proves it, not a list.",
        "The settlements API is not read. Its costs come per method and month with four decimals, "
        "and how they are rounded is written nowhere; what each payment, refund, capture or "
        "chargeback settled for is `settlementAmount`, which Mollie withdraws with the year 2026. "
        "Mollie's own pages name balance transactions as the more exact source. The settlement "
        "export of the dashboard has columns that no public page lists.",
    ),
    types=TYPES,
    api=_API,
)
