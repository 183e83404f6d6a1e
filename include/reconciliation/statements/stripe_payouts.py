"""Stripe's payouts: the answers of its API, `GET /v1/payouts`.

A payout is money that leaves the account. One that failed or was cancelled comes back: it is two
lines, so that their sum is what moved. It may fail after it was paid.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from include.reconciliation.statements import stripe_lists
from include.reconciliation.statements.api_pages import Api, Page, local_day
from include.reconciliation.statements.description import ParsedFormat
from include.reconciliation.statements.parsed import Line
from include.reconciliation.statements.strict_json import Entry

_LEAVES = frozenset({"paid", "pending", "in_transit"})
_CAME_BACK = frozenset({"failed", "canceled"})


def _page(answer: Entry) -> Page:
    page = stripe_lists.page(answer)
    notices = tuple(
        f"the lines of {payout.value['id'][:60]} are not complete yet"
        for payout in page.entries
        if payout.value.get("reconciliation_status") == "in_progress"
    )
    return replace(page, notices=notices)


def _lines(payout: Entry, zone: str) -> Iterator[Line]:
    if payout.value.get("object") != "payout":
        raise payout.error("bad_page", "object", "payout", payout.value.get("object"))
    name = payout.needed("id")
    status = payout.needed("status")
    is_known = status in _LEAVES | _CAME_BACK
    yield _line(payout, zone, name, "payout" if is_known else f"payout {status}", -1, name)
    if status in _CAME_BACK:
        event = payout.text("failure_balance_transaction") or name
        yield _line(payout, zone, f"{name} {status}", f"payout {status}", 1, event)


def _line(payout: Entry, zone: str, key: str, word: str, sign: int, event: str) -> Line:
    currency = payout.currency("currency")
    amount_minor = sign * stripe_lists.minor(payout, "amount", currency)
    created = payout.seconds("created")
    type_ = "payout" if word == "payout" or sign > 0 else "unknown"
    trace = payout.part("trace_id")
    further = (
        ("balance_transaction", payout.text("balance_transaction")),
        ("bank_trace", trace.text("value")),
        ("bank_account", payout.text("destination")),
        ("statement_descriptor", payout.text("statement_descriptor")),
        ("original_payout", payout.text("original_payout")),
        ("reversed_by", payout.text("reversed_by")),
    )
    return Line(
        row=payout.row,
        provider_type=word,
        type=type_,
        economic_type=type_,
        gross_minor=amount_minor,
        gross_currency=currency,
        fee_minor=None,
        tax_minor=None,
        net_minor=amount_minor,
        net_currency=currency,
        booked_at=created,
        booked_on=local_day(created, zone),
        source_zone=zone,
        value_date=local_day(payout.seconds("arrival_date"), "UTC"),
        line_key=key,
        event_reference=event,
        payout_reference=payout.needed("id"),
        further_references=tuple((kind, value) for kind, value in further if value),
    )


_API = Api(
    page=_page, lines=_lines, zone=None, proved_by="none", ask=stripe_lists.ask("/v1/payouts")
)

STRIPE_PAYOUTS = ParsedFormat(
    name="stripe_payouts",
    title="Stripe payouts (API, JSON)",
    how_to_fetch="GET /v1/payouts by created, read by the pipeline or put into a file",
    read=_API.read,
    begins_with=(
        rb'\s*\{.{0,4000}?"object"\s*:\s*"payout"',
        stripe_lists.of_address("/v1/payouts"),
    ),
    may_begin_with=(stripe_lists.EMPTY,),
    identity="none: the list is what Stripe says of its payouts, and nothing adds up to it",
    units="whole minor units; ISK and UGX in hundredths, MGA in whole ariary",
    signs="a payout −; what failed or was cancelled comes back as a second line +",
    zones="seconds since 1970; days are those of the PSP's entry",
    references="the payout's id; bank trace, balance transaction and bank account are kept",
    line_scope="account",
    line_types=("payout",),
    notes=("A payout may fail after it was paid: days that were read are read again.",),
    api=_API,
)
