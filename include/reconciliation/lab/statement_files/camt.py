"""camt.053: a statement of one account with balances, a summary, and an entry for each line."""

from __future__ import annotations

import re
from datetime import date
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from include.reconciliation.lab.statement_files.bank_lines import (
    TYPES,
    entries_as_read,
    sent,
    text_of,
)
from include.reconciliation.lab.statement_files.statement import (
    CanonicalLine,
    Capability,
    SimulatedLine,
    SimulatedStatement,
    StatementFile,
)
from include.reconciliation.lab.statement_files.writer import Writer, amount

CARRIES = Capability(
    types=TYPES,
    has_balances=True,
    is_numbered=True,
    has_totals=True,
    may_be_empty=True,
    references=frozenset({"psp", "merchant"}),
    # All that is well-formed text, markup included: it is escaped.
    reference_characters=r"[A-Za-z0-9/?:().,'+&<>\"-]",
)
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", re.ASCII)


def _render(statement: SimulatedStatement) -> tuple[StatementFile, ...]:
    (currency,) = statement.currencies
    made_at = statement.made_at.isoformat()
    opening = statement.opening_minor.get(currency, 0)
    closing = statement.closing_minor[currency]
    account = escape(statement.account)
    own_id = (
        f"<IBAN>{account}</IBAN>"
        if _IBAN.fullmatch(statement.account)
        else f"<Othr><Id>{account}</Id></Othr>"
    )
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>',
        f"<GrpHdr><MsgId>M{statement.number}</MsgId><CreDtTm>{made_at}</CreDtTm></GrpHdr>",
        f"<Stmt><Id>{account}-{statement.number}</Id>"
        f"<ElctrncSeqNb>{statement.number}</ElctrncSeqNb><CreDtTm>{made_at}</CreDtTm>"
        f"<FrToDt><FrDtTm>{statement.period_from}T00:00:00</FrDtTm>"
        f"<ToDtTm>{statement.period_to}T23:59:59</ToDtTm></FrToDt>",
        f"<Acct><Id>{own_id}</Id><Ccy>{currency}</Ccy></Acct>",
        _balance(statement, "OPBD", opening, currency, statement.period_from),
        _balance(statement, "CLBD", closing, currency, statement.period_to),
        _summary(statement, currency),
        *(_entry(statement, line) for line in statement.lines),
        "</Stmt></BkToCstmrStmt></Document>",
    ]
    name = f"camt053_{statement.account}_{statement.number:05}.xml"
    return (StatementFile(name, ("\n".join(parts) + "\n").encode()),)


def _balance(statement: SimulatedStatement, code: str, minor: int, currency: str, on: date) -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{_money(statement, minor, currency)}"
        f"<Dt><Dt>{on}</Dt></Dt></Bal>"
    )


def _money(statement: SimulatedStatement, minor: int, currency: str) -> str:
    direction = "CRDT" if minor >= 0 else "DBIT"
    text = amount(statement, abs(minor), currency)
    return f'<Amt Ccy="{currency}">{text}</Amt><CdtDbtInd>{direction}</CdtDbtInd>'


def _summary(statement: SimulatedStatement, currency: str) -> str:
    def group(name: str, signed: list[int]) -> str:
        text = amount(statement, sum(map(abs, signed)), currency)
        return f"<{name}><NbOfNtries>{len(signed)}</NbOfNtries><Sum>{text}</Sum></{name}>"

    moved = [line.net_minor for line in statement.lines]
    return (
        f"<TxsSummry><TtlNtries><NbOfNtries>{len(moved)}</NbOfNtries></TtlNtries>"
        + group("TtlCdtNtries", [minor for minor in moved if minor > 0])
        + group("TtlDbtNtries", [minor for minor in moved if minor < 0])
        + "</TxsSummry>"
    )


def _entry(statement: SimulatedStatement, line: SimulatedLine) -> str:
    booked_at = line.booked_at.astimezone(ZoneInfo(statement.zone))
    reference = sent(line) or "NOTPROVIDED"
    return (
        f"<Ntry>{_money(statement, line.net_minor, line.settlement_currency)}"
        f"<Sts><Cd>BOOK</Cd></Sts><BookgDt><DtTm>{booked_at.isoformat()}</DtTm></BookgDt>"
        f"<ValDt><Dt>{booked_at.date()}</Dt></ValDt>"
        f"<AcctSvcrRef>{escape(line.event_reference)}</AcctSvcrRef>"
        "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn>"
        f"</BkTxCd><NtryDtls><TxDtls><Refs><EndToEndId>{escape(reference)}</EndToEndId></Refs>"
        f"{_money(statement, line.net_minor, line.settlement_currency)}"
        f"<RmtInf><Ustrd>{escape(text_of(line))}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
    )


def _read_back(statement: SimulatedStatement) -> tuple[CanonicalLine, ...]:
    return entries_as_read(statement, CARRIES)


WRITER = Writer("camt", CARRIES, _render, _read_back)
