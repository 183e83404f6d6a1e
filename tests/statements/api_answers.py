"""Answers in the shapes of the APIs that are read as files, one sentence each."""

from __future__ import annotations

import io
import json
from typing import Any

from include.reconciliation.statements.description import ParsedFormat
from include.reconciliation.statements.parsed import Event, Line, StatementEnd, StatementStart

MOLLIE_LIST = "https://api.mollie.example/v2/balances/bal_1/transactions"
PIX_ID = "E1803615020250610123000000000001"


def a_pix(**fields: Any) -> dict[str, Any]:
    """110.00 reais for the order ORD-1."""
    return {
        "endToEndId": PIX_ID,
        "txid": "ORD1",
        "valor": "110.00",
        "chave": "key-1",
        "horario": "2025-06-10T01:30:15.589Z",
        "pagador": {"nome": "Someone"},
        **fields,
    }


def a_pix_refund(**fields: Any) -> dict[str, Any]:
    """10.00 of them given back."""
    return {
        "id": "r1",
        "rtrId": "D1803615020250611090000000000001",
        "valor": "10.00",
        "horario": {
            "solicitacao": "2025-06-11T09:00:00.000Z",
            "liquidacao": "2025-06-11T09:00:05.120Z",
        },
        "status": "DEVOLVIDO",
        **fields,
    }


def a_pix_page(
    *pix: dict[str, Any],
    number: int = 0,
    pages: int = 1,
    asked: tuple[str, str] = ("2025-06-09T03:00:00Z", "2025-06-11T02:59:59Z"),
    **paging: int,
) -> str:
    """The answer for two days of Brazilian time, or for what is asked."""
    paging = {
        "paginaAtual": number,
        "itensPorPagina": 100,
        "quantidadeDePaginas": pages,
        "quantidadeTotalDeItens": len(pix),
        **paging,
    }
    parameters = {"inicio": asked[0], "fim": asked[1], "paginacao": paging}
    return json.dumps({"parametros": parameters, "pix": list(pix)})


def a_payout(**fields: Any) -> dict[str, Any]:
    """96.10 reais on their way to the bank."""
    return {
        "id": "po_1",
        "object": "payout",
        "amount": 9610,
        "arrival_date": 1749686400,
        "automatic": True,
        "balance_transaction": "txn_9",
        "created": 1749549600,
        "currency": "brl",
        "destination": "ba_1",
        "failure_balance_transaction": None,
        "reconciliation_status": "completed",
        "status": "paid",
        "trace_id": {"status": "supported", "value": "TRACE1"},
        "type": "bank_account",
        **fields,
    }


def a_payout_page(*payouts: dict[str, Any], has_more: bool = False) -> str:
    """A list of payouts."""
    return json.dumps({"object": "list", "has_more": has_more, "data": list(payouts)})


def an_item(**fields: Any) -> dict[str, Any]:
    """A payment of 500.00 rupees with a fee of 11.80, 1.80 of it tax, in Razorpay's words."""
    return {
        "entity_id": "pay_1",
        "type": "payment",
        "debit": 0,
        "credit": 48820,
        "amount": 50000,
        "currency": "INR",
        "fee": 1180,
        "tax": 180,
        "on_hold": False,
        "settled": True,
        "created_at": 1749500000,
        "settled_at": 1749580200,
        "settlement_id": "setl_1",
        "settlement_utr": "UTR1",
        "notes": "{}",
        "payment_id": None,
        "order_id": "order_1",
        "order_receipt": "ORD-1",
        "dispute_id": None,
        **fields,
    }


def a_collection(*items: dict[str, Any], **fields: Any) -> str:
    """A day of Razorpay's settlement recon."""
    return json.dumps({"entity": "collection", "count": len(items), "items": list(items), **fields})


def a_balance_transaction(**fields: Any) -> dict[str, Any]:
    """A payment of 100.00 euros of which Mollie keeps 0.49."""
    return {
        "resource": "balance_transaction",
        "id": "baltr_1",
        "type": "payment",
        "initialAmount": {"value": "100.00", "currency": "EUR"},
        "deductions": {"value": "-0.49", "currency": "EUR"},
        "resultAmount": {"value": "99.51", "currency": "EUR"},
        "createdAt": "2025-06-10T23:30:00+00:00",
        "context": {"paymentId": "tr_1"},
        **fields,
    }


def a_balance_page(*transactions: dict[str, Any], next_id: str | None = None) -> str:
    """A page of Mollie's balance transactions."""
    return json.dumps(
        {
            "count": len(transactions),
            "_embedded": {"balance_transactions": list(transactions)},
            "_links": {
                "next": {"href": f"{MOLLIE_LIST}?limit=250&from={next_id}"} if next_id else None
            },
        }
    )


def events(format_: ParsedFormat, *pages: str | bytes) -> list[Event]:
    """What is read from a file of these pages."""
    contents = [page.encode() if isinstance(page, str) else page for page in pages]
    return list(format_.read(io.BytesIO(b"\n".join(contents)), "answers.json"))


def lines(format_: ParsedFormat, *pages: str) -> list[Line]:
    """The lines of these pages."""
    return [event for event in events(format_, *pages) if isinstance(event, Line)]


def start_and_end(format_: ParsedFormat, *pages: str) -> tuple[StatementStart, StatementEnd]:
    """The one statement of these pages."""
    found = events(format_, *pages)
    start, end = found[0], found[-1]
    assert isinstance(start, StatementStart)
    assert isinstance(end, StatementEnd)
    return start, end
