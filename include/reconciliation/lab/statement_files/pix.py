"""Pix received, as a bank's API answers: payments, each with the refunds inside of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from include.reconciliation.lab.statement_files.statement import (
    CanonicalLine,
    Capability,
    FormatCannotCarry,
    SimulatedLine,
    SimulatedStatement,
    StatementFile,
)
from include.reconciliation.lab.statement_files.writer import (
    Writer,
    amount,
    in_pages,
    line_as_read,
    own_types,
    period,
)

PAGE_LINES = 100
CURRENCY = "BRL"
CARRIES = Capability(
    types=own_types("payment", "refund", "chargeback"),
    exponents=frozenset({2}),
    currencies=frozenset({CURRENCY}),
    payment_is_event=True,
    has_totals=True,
    may_be_empty=True,
    has_several_currencies=True,
    zone="America/Sao_Paulo",
    references=frozenset({"psp", "event", "merchant"}),
    reference_characters="[A-Za-z0-9]",
)


def _render(statement: SimulatedStatement) -> tuple[StatementFile, ...]:
    entries = _entries(statement)
    pages = in_pages(entries, PAGE_LINES)
    first, last = period(statement, CARRIES.zone)
    texts = [
        json.dumps(
            {
                "parametros": {
                    "inicio": _written(first),
                    "fim": _written(last),
                    "paginacao": {
                        "paginaAtual": number,
                        "itensPorPagina": PAGE_LINES,
                        "quantidadeDePaginas": len(pages),
                        "quantidadeTotalDeItens": len(entries),
                    },
                },
                "pix": list(page),
            },
            indent=1,
        )
        for number, page in enumerate(pages)
    ]
    name = f"pix_{statement.account}_{statement.period_from}_{statement.period_to}.json"
    return (StatementFile(name, ("\n".join(texts) + "\n").encode()),)


def _entries(statement: SimulatedStatement) -> list[dict[str, Any]]:
    """The payments of the period by time; a refund has no place but in its payment."""
    payments = _payments(statement)
    first, last = period(statement, CARRIES.zone)
    entries = {}
    for payment in sorted(
        payments.values(), key=lambda line: (line.booked_at, line.event_reference)
    ):
        if not first <= payment.booked_at <= last:
            raise _refused(statement, payment, "a payment is listed in the days of its time only")
        entry: dict[str, Any] = {
            "endToEndId": payment.event_reference,
            "valor": amount(statement, payment.amount_minor, CURRENCY),
            "chave": statement.account,
            "horario": _written(payment.booked_at),
        }
        if payment.order_reference is not None:
            entry["txid"] = payment.order_reference
        entries[payment.event_reference] = entry
    for line in statement.lines:
        if line.type != "payment":
            entry = entries[_payment_of(statement, line, payments).event_reference]
            entry.setdefault("devolucoes", []).append(_refund(statement, line))
    return list(entries.values())


def _payments(statement: SimulatedStatement) -> dict[str, SimulatedLine]:
    return {line.event_reference: line for line in statement.lines if line.type == "payment"}


def _payment_of(
    statement: SimulatedStatement, line: SimulatedLine, payments: dict[str, SimulatedLine]
) -> SimulatedLine:
    payment = payments.get(line.payment_reference or "")
    if payment is None:
        raise _refused(statement, line, "its payment is not in the statement, and it stands in it")
    return payment


def _refund(statement: SimulatedStatement, line: SimulatedLine) -> dict[str, Any]:
    refund = {
        "id": f"r{line.event_reference}"[:35],
        "rtrId": line.event_reference,
        "valor": amount(statement, -line.amount_minor, CURRENCY),
        "horario": {
            "solicitacao": _written(line.occurred_at),
            "liquidacao": _written(line.booked_at),
        },
        "status": "DEVOLVIDO",
    }
    return {**refund, "natureza": "MED_FRAUDE"} if line.type == "chargeback" else refund


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _refused(statement: SimulatedStatement, line: SimulatedLine, reason: str) -> FormatCannotCarry:
    return FormatCannotCarry(
        f"{WRITER.format}, statement {statement.number}: line {line.event_reference}: {reason}"
    )


def _read_back(statement: SimulatedStatement) -> tuple[CanonicalLine, ...]:
    payments = _payments(statement)
    return tuple(
        line_as_read(
            line,
            statement,
            CARRIES,
            # The order is that of the payment, whatever is given back of it.
            merchant_reference=(
                line if line.type == "payment" else _payment_of(statement, line, payments)
            ).order_reference,
        )
        for line in statement.lines
    )


WRITER = Writer("pix", CARRIES, _render, _read_back)
