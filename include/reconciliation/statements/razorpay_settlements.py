"""Razorpay's settlement recon: `GET /v1/settlements/recon/combined`, a day of Indian time each.

Amounts are whole minor units without a sign, in `debit` and `credit`; `fee` holds its tax.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

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

ZONE = "Asia/Kolkata"
PAGE_LINES = 100
TYPES: Mapping[str, LineType] = {
    "payment": LineType.plain("payment"),
    "refund": LineType.plain("refund"),
    "transfer": LineType.plain("adjustment"),
    "reversal": LineType.plain("adjustment"),
    "adjustment": LineType.plain("adjustment"),
}
UNKNOWN = LineType.plain("unknown")


def _page(page: Entry) -> Page:
    if page.value.get("entity") != "collection" or "items" not in page.value:
        raise page.error("bad_page", "entity", "a collection with items", page.value.get("entity"))
    found = numbered(page, page.parts("items"))
    if page.whole("count") != len(found):
        raise page.error("page_missing", "count", f"{len(found)}, as listed", page.value["count"])
    waiting = [item for item in found if item.value.get("settled") is False]
    notices = (f"{len(waiting)} lines are not settled yet",) if waiting else ()
    # The answer does not say whether more follows: the next page is empty when none does.
    return Page(found, has_more=False, ends_silently=True, notices=notices)


def _lines(item: Entry, zone: str) -> Iterator[Line]:
    word, own_id = item.needed("type"), item.needed("entity_id")
    currency = item.currency("currency")
    debit, credit, amount = item.whole("debit"), item.whole("credit"), item.whole("amount")
    fee, tax = item.whole("fee"), item.whole("tax")
    if min(debit, credit, amount) < 0:
        raise item.error("bad_amount", "amount", "amounts without a sign", [debit, credit, amount])
    if debit and credit:
        raise item.error("debit_and_credit", "debit", "an amount on one side", [debit, credit])
    # A payment whose fee is all of it has neither.
    is_debit = bool(debit) or (not credit and word != "payment")
    gross_minor = -amount if is_debit else amount
    settled = item.value.get("settled_at") not in (None, 0)
    booked_at = item.seconds("settled_at" if settled else "created_at")
    line_type = _type(item, word, is_debit)
    payment = own_id if word == "payment" else item.text("payment_id")
    further = (
        ("order", item.text("order_id")),
        ("utr", item.text("settlement_utr")),
        ("dispute", item.text("dispute_id")),
    )
    yield Line(
        row=item.row,
        provider_type=word,
        type=line_type.type,
        economic_type=line_type.economic_type,
        gross_minor=gross_minor,
        gross_currency=currency,
        fee_minor=fee - tax,
        tax_minor=tax,
        net_minor=credit - debit,
        net_currency=currency,
        booked_at=booked_at,
        booked_on=local_day(booked_at, zone),
        source_zone=zone,
        value_date=None,
        line_key=own_id,
        psp_reference=payment,
        event_reference=own_id,
        merchant_reference=item.text("order_receipt"),
        payout_reference=item.text("settlement_id"),
        further_references=tuple((kind, value) for kind, value in further if value),
    )


def _type(item: Entry, word: str, is_debit: bool) -> LineType:
    if word == "adjustment" and item.text("dispute_id"):
        return LineType.plain("chargeback" if is_debit else "reversal")
    line_type = TYPES.get(word, UNKNOWN)
    is_odd = (line_type.type, is_debit) in (("payment", True), ("refund", False))
    return UNKNOWN if is_odd else line_type


def _ask(account: str, read_from: datetime, read_to: datetime) -> Walk:
    """Day after day; a page that is full is followed by another one."""
    day, last = local_day(read_from, ZONE), local_day(read_to - timedelta(microseconds=1), ZONE)
    while day <= last:
        asked = (("year", f"{day:%Y}"), ("month", f"{day:%m}"), ("day", f"{day:%d}"))
        skip = 0
        while True:
            paging = (("count", str(PAGE_LINES)), ("skip", str(skip)))
            page = yield Request("/v1/settlements/recon/combined", (*asked, *paging))
            if len(page.entries) < PAGE_LINES:
                break
            skip += len(page.entries)
        day += timedelta(days=1)


_API = Api(
    page=_page,
    lines=_lines,
    zone=ZONE,
    proved_by="lines tie to their net",
    ask=_ask,
    asks_exactly=False,
)

RAZORPAY_SETTLEMENTS = ParsedFormat(
    name="razorpay_settlements",
    title="Razorpay settlement recon (API, JSON)",
    how_to_fetch=(
        "GET /v1/settlements/recon/combined day by day, read by the pipeline (a connection with "
        "the key's id as login and its secret as password) or put into a file"
    ),
    read=_API.read,
    lines_name_payout=True,
    payouts_have_no_row=True,
    begins_with=(
        rb'\s*\{.{0,4000}?"entity"\s*:\s*"collection".{0,4000}?"(?:settlement_utr|debit)"',
    ),
    identity="amount − fee = credit, amount + fee = debit; a page lists as many as it counts",
    units="whole minor units (paise)",
    signs="by debit and credit; the fee holds its tax",
    zones="seconds since 1970; days are those of Asia/Kolkata",
    references=(
        "payment_id or entity_id is the payment, entity_id the event, order_receipt the "
        "merchant's, settlement_id the payout; order, UTR and dispute are kept"
    ),
    line_scope="account",
    line_types=("chargeback", "reversal"),
    notes=(
        "No answer says whether more follows. The pipeline asks until a page is not full; a file "
        "may hold several pages, and where its last one may be full a notice says so.",
    ),
    types=TYPES,
    api=_API,
)
