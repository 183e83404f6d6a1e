"""CNAB240 bank statement: one lot of 240 columns a record, segment E for each entry.

Columns are counted from 1, both ends included, as in the manual of the banks' federation.
"""

from __future__ import annotations

import re
from datetime import UTC, timedelta

from include.reconciliation.lab.statement_files.bank_lines import (
    TYPES,
    entries_as_read,
    sent,
    text_of,
)
from include.reconciliation.lab.statement_files.statement import (
    CanonicalLine,
    Capability,
    FormatCannotCarry,
    SimulatedLine,
    SimulatedStatement,
    StatementFile,
)
from include.reconciliation.lab.statement_files.writer import Writer, day_of

WIDTH = 240
BANK = "001"
CARRIES = Capability(
    types=TYPES,
    # Two decimals are implied, in every currency.
    exponents=frozenset({0, 2}),
    has_balances=True,
    is_numbered=True,
    has_totals=True,
    may_be_empty=True,
    has_times=False,
)
_ACCOUNT = re.compile(r"([0-9A-Z]{6})/([0-9A-Z]{13,14})", re.ASCII)
_NUMBER_MAX = 99_999


def _render(statement: SimulatedStatement) -> tuple[StatementFile, ...]:
    agency, account = _account(statement)
    (currency,) = statement.currencies
    owner = {53: agency, 59: account}
    moved = [line.net_minor for line in statement.lines]
    opened_on = statement.period_from - timedelta(days=1)
    closing = statement.closing_minor[currency]
    lot = f"{BANK}0001"
    records = [
        _record({1: f"{BANK}00000", 144: f"{statement.made_at.astimezone(UTC):%d%m%Y%H%M%S}"}),
        _record(
            {
                1: f"{lot}1E0440",
                **owner,
                143: f"{opened_on:%d%m%Y}",
                151: _signed(statement, statement.opening_minor.get(currency, 0), currency),
                170: f"F{currency}{statement.number:05}",
            }
        ),
        *(_record({1: f"{lot}3", **owner, **_entry(statement, line)}) for line in statement.lines),
        _record(
            {
                1: f"{lot}5",
                143: f"{statement.period_to:%d%m%Y}",
                151: _signed(statement, closing, currency),
                170: f"F{len(moved) + 2:06}",
                177: _digits(statement, -sum(minor for minor in moved if minor < 0), currency),
                195: _digits(statement, sum(minor for minor in moved if minor > 0), currency),
            }
        ),
    ]
    records.append(_record({1: f"{BANK}99999", 18: f"{1:06}{len(records) + 1:06}"}))
    name = f"extrato_{account}_{statement.number:05}.ret"
    return (StatementFile(name, "".join(f"{record}\r\n" for record in records).encode("ascii")),)


def _account(statement: SimulatedStatement) -> tuple[str, str]:
    match = _ACCOUNT.fullmatch(statement.account)
    if match is None or statement.number > _NUMBER_MAX:
        raise FormatCannotCarry(
            f"{WRITER.format}: expected an account such as 012345/0000000678901 and a number up to"
            f" {_NUMBER_MAX}, found {statement.account} and {statement.number}"
        )
    return match[1], match[2]


def _entry(statement: SimulatedStatement, line: SimulatedLine) -> dict[int, str]:
    currency, booked_on = line.settlement_currency, day_of(line, statement, CARRIES)
    is_credit = line.net_minor >= 0
    return {
        14: "E",
        109: "DPV",
        143: f"{booked_on:%d%m%Y}",
        151: _signed(statement, line.net_minor, currency),
        170: "2090470" if is_credit else "1050470",
        177: text_of(line)[:25],
        202: (sent(line) or line.event_reference)[:39],
    }


def _record(texts: dict[int, str]) -> str:
    """A record with texts that begin at these columns."""
    record = [" "] * WIDTH
    for column, text in texts.items():
        record[column - 1 : column - 1 + len(text)] = text
    assert len(record) == WIDTH, "a text reaches beyond the record"
    return "".join(record)


def _digits(statement: SimulatedStatement, minor: int, currency: str) -> str:
    hundredths = abs(minor) * 10 ** (2 - statement.exponents[currency])
    text = f"{hundredths:018}"
    if len(text) > 18:
        raise FormatCannotCarry(f"{WRITER.format}: {minor} {currency} is longer than 18 digits")
    return text


def _signed(statement: SimulatedStatement, minor: int, currency: str) -> str:
    return f"{_digits(statement, minor, currency)}{'C' if minor >= 0 else 'D'}"


def _read_back(statement: SimulatedStatement) -> tuple[CanonicalLine, ...]:
    _account(statement)
    return entries_as_read(statement, CARRIES)


WRITER = Writer("cnab240_statement", CARRIES, _render, _read_back)
