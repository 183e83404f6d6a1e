"""OFX files as small as a test needs them, in SGML without ends of values and in XML with them."""

from __future__ import annotations

from collections.abc import Sequence

SGML_HEADER = """\
OFXHEADER:100
DATA:OFXSGML
VERSION:102
SECURITY:NONE
ENCODING:USASCII
CHARSET:1252
COMPRESSION:NONE
OLDFILEUID:NONE
NEWFILEUID:NONE

"""
XML_HEADER = """\
<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<?OFX OFXHEADER="200" VERSION="211" SECURITY="NONE" OLDFILEUID="NONE" NEWFILEUID="NONE"?>
"""
LEDGER_BALANCE = "<LEDGERBAL><BALAMT>1480.10<DTASOF>20260630120000[-3:BRT]</LEDGERBAL>"


def an_entry(amount: str = "500.00", **values: str) -> str:
    """An entry; `values` are elements by their names, an empty one leaves it out."""
    entry = {
        "TRNTYPE": "DEBIT" if amount.startswith("-") else "CREDIT",
        "DTPOSTED": "20260603",
        "TRNAMT": amount,
        "FITID": "N1",
        **values,
    }
    return f"<STMTTRN>{_elements(entry)}</STMTTRN>"


def a_statement(
    *entries: str,
    account: str = "12345-6",
    currency: str = "BRL",
    period: str = "<DTSTART>20260601<DTEND>20260630",
    balance: str = LEDGER_BALANCE,
    kind: str = "",
) -> str:
    """A statement of a bank account, or with `kind` "CC" of a card."""
    account_kind = "CCACCTFROM" if kind else "BANKACCTFROM"
    parts = [
        f"<CURDEF>{currency}" if currency else "",
        f"<{account_kind}>{_elements({'BANKID': '0001', 'ACCTID': account})}</{account_kind}>",
        f"<BANKTRANLIST>{period}{''.join(entries)}</BANKTRANLIST>",
        balance,
    ]
    return f"<{kind}STMTRS>{''.join(parts)}</{kind}STMTRS>"


def a_file(
    *statements: str,
    header: str = SGML_HEADER,
    status: str = "<STATUS><CODE>0<SEVERITY>INFO</STATUS>",
    made_at: str = "20260701061500[-3:BRT]",
) -> bytes:
    """The bytes of a file; without statements, one with a credit and a debit."""
    chosen: Sequence[str] = statements or (
        a_statement(an_entry("500.00", MEMO="Pix"), an_entry("-19.90", FITID="N2")),
    )
    responses = [f"<STMTTRNRS><TRNUID>1001{status}{statement}</STMTTRNRS>" for statement in chosen]
    return (
        f"{header}<OFX>\n<SIGNONMSGSRSV1><SONRS>{status}"
        f"<DTSERVER>{made_at}<LANGUAGE>POR</SONRS></SIGNONMSGSRSV1>\n"
        f"<BANKMSGSRSV1>{''.join(responses)}</BANKMSGSRSV1>\n</OFX>\n"
    ).encode()


def _elements(values: dict[str, str]) -> str:
    return "".join(f"<{name}>{value}" for name, value in values.items() if value)
