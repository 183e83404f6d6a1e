"""OFX 1 (SGML): a downloaded statement of a bank account, which states how it closes only."""

from __future__ import annotations

from datetime import datetime
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from include.reconciliation.lab.statement_files.bank_lines import TYPES, entries_as_read, text_of
from include.reconciliation.lab.statement_files.statement import (
    CanonicalLine,
    Capability,
    SimulatedLine,
    SimulatedStatement,
    StatementFile,
)
from include.reconciliation.lab.statement_files.writer import Writer, amount, period

HEADER = """OFXHEADER:100
DATA:OFXSGML
VERSION:102
SECURITY:NONE
ENCODING:USASCII
CHARSET:1252
COMPRESSION:NONE
OLDFILEUID:NONE
NEWFILEUID:NONE

"""
CARRIES = Capability(types=TYPES, may_be_empty=True)


def _render(statement: SimulatedStatement) -> tuple[StatementFile, ...]:
    (currency,) = statement.currencies
    first, last = period(statement)
    closing = amount(statement, statement.closing_minor[currency], currency)
    made = _moment(statement.made_at, statement.zone)
    parts = [
        f"{HEADER}<OFX>",
        "<SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS>"
        f"<DTSERVER>{made}<LANGUAGE>ENG</SONRS></SIGNONMSGSRSV1>",
        "<BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STATUS><CODE>0<SEVERITY>INFO</STATUS>"
        f"<STMTRS><CURDEF>{currency}",
        f"<BANKACCTFROM><BANKID>0001<ACCTID>{escape(statement.account)}</BANKACCTFROM>",
        f"<BANKTRANLIST><DTSTART>{first:%Y%m%d}<DTEND>{last:%Y%m%d}",
        *(_entry(statement, line) for line in statement.lines),
        "</BANKTRANLIST>",
        f"<LEDGERBAL><BALAMT>{closing}<DTASOF>{_moment(last, statement.zone)}</LEDGERBAL>",
        "</STMTRS></STMTTRNRS></BANKMSGSRSV1>",
        "</OFX>",
    ]
    name = f"{statement.account}_{first:%Y%m%d}_{last:%Y%m%d}.ofx".replace("/", "_")
    return (StatementFile(name, "".join(f"{part}\n" for part in parts).encode("ascii")),)


def _entry(statement: SimulatedStatement, line: SimulatedLine) -> str:
    word = "CREDIT" if line.net_minor >= 0 else "DEBIT"
    return (
        f"<STMTTRN><TRNTYPE>{word}<DTPOSTED>{_moment(line.booked_at, statement.zone)}"
        f"<TRNAMT>{amount(statement, line.net_minor, line.settlement_currency)}"
        f"<FITID>{escape(line.event_reference)}<MEMO>{escape(text_of(line))}</STMTTRN>"
    )


def _moment(moment: datetime, zone: str) -> str:
    """Such as 20251117235000[-3:BRT]; minutes of an offset stand behind a point."""
    local = moment.astimezone(ZoneInfo(zone))
    offset = local.utcoffset()
    assert offset is not None
    minutes = int(offset.total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    sign = "-" if minutes < 0 else "+"
    written = f"{sign}{hours}.{rest:02}" if rest else f"{sign}{hours}"
    return f"{local:%Y%m%d%H%M%S}[{written}]"


def _read_back(statement: SimulatedStatement) -> tuple[CanonicalLine, ...]:
    return entries_as_read(statement, CARRIES)


WRITER = Writer("ofx", CARRIES, _render, _read_back)
