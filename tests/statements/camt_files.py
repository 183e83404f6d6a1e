"""Bank statements in ISO 20022, part by part, as small as a test needs them."""

from __future__ import annotations

import io

from include.reconciliation.statements import camt
from include.reconciliation.statements.parsed import Event, Line, StatementEnd, StatementStart

IBAN = "DE89370400440532013000"


def tag(name: str, *inside: str, **attributes: str) -> str:
    """An element around texts and elements; empty when there is nothing inside."""
    written = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f"<{name}{written}>{''.join(inside)}</{name}>" if any(inside) else ""


def a_balance(
    code: str, amount: str, direction: str = "CRDT", on: str = "2025-06-09", currency: str = "EUR"
) -> str:
    """A balance, with its direction unless that is empty."""
    return tag(
        "Bal",
        tag("Tp", tag("CdOrPrtry", tag("Cd", code))),
        tag("Amt", amount, Ccy=currency),
        tag("CdtDbtInd", direction),
        tag("Dt", tag("Dt", on)),
    )


def a_detail(
    amount: str = "", direction: str = "", end_to_end: str = "", remittance: str = ""
) -> str:
    """One payment of a booking."""
    return tag(
        "TxDtls",
        tag("Refs", tag("EndToEndId", end_to_end)),
        tag("Amt", amount, Ccy="EUR"),
        tag("CdtDbtInd", direction),
        tag("RmtInf", tag("Ustrd", remittance)),
        "<!-- -->",
    )


def an_entry(
    amount: str = "20.00",
    direction: str = "CRDT",
    *details: str,
    currency: str = "EUR",
    reference: str = "A1",
    status: str = "<Cd>BOOK</Cd>",
    booked: str = "<Dt>2025-06-09</Dt>",
    value: str = "<Dt>2025-06-10</Dt>",
    reversal: str = "",
    batch: str = "",
    code: str = "RCDT",
) -> str:
    """A booked credit of 20.00 EUR."""
    domain = tag(
        "Domn", "<Cd>PMNT</Cd>", tag("Fmly", tag("Cd", code), "<SubFmlyCd>ESCT</SubFmlyCd>")
    )
    return tag(
        "Ntry",
        tag("Amt", amount, **({"Ccy": currency} if currency else {})),
        tag("CdtDbtInd", direction),
        tag("RvslInd", reversal),
        tag("Sts", status),
        tag("BookgDt", booked),
        tag("ValDt", value),
        tag("AcctSvcrRef", reference),
        tag("BkTxCd", domain if code else ""),
        tag("NtryDtls", tag("Btch", tag("NbOfTxs", batch)), *details),
    )


OPENING = a_balance("OPBD", "100.00")
CLOSING = a_balance("CLBD", "120.00")


def a_statement(
    *entries: str,
    balances: str = OPENING + CLOSING,
    name: str = "Stmt",
    key: str = "S1",
    account: str = tag("IBAN", IBAN),
    currency: str = "EUR",
    more: str = "",
) -> str:
    """A statement from 100.00 to 120.00 EUR; without entries, a single credit of 20.00."""
    return tag(
        name,
        tag("Id", key),
        "<ElctrncSeqNb>7</ElctrncSeqNb><CreDtTm>2025-06-09T20:00:00+02:00</CreDtTm>",
        tag("Acct", tag("Id", account), tag("Ccy", currency)),
        balances,
        more,
        *(entries or (an_entry(),)),
    )


def a_message(
    *statements: str,
    message: str = "BkToCstmrStmt",
    version: str = "camt.053.001.08",
    pages: str = "",
) -> bytes:
    """The bytes of a file; without statements, one of a single credit."""
    header = tag("GrpHdr", "<MsgId>M1</MsgId><CreDtTm>2025-06-09T20:00:00+02:00</CreDtTm>", pages)
    inside = tag(message, header, *(statements or (a_statement(),)))
    document = f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{version}">{inside}</Document>'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{document}'.encode()


def events_of(content: bytes) -> list[Event]:
    """What the parser makes of a file."""
    return list(camt.read(io.BytesIO(content), "a.xml"))


def the_statement(content: bytes) -> tuple[StatementStart, list[Line], StatementEnd]:
    """The only statement of a file."""
    start, *lines, end = events_of(content)
    assert isinstance(start, StatementStart) and isinstance(end, StatementEnd)
    return start, [line for line in lines if isinstance(line, Line)], end
