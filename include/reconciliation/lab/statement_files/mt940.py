"""MT940: a statement of one account, an entry (61) with its text (86) for each line."""

from __future__ import annotations

from datetime import timedelta

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
from include.reconciliation.lab.statement_files.writer import Writer, amount, day_of

# With the comma.
_AMOUNT_CHARACTERS_MAX = 15
CARRIES = Capability(
    types=TYPES,
    has_balances=True,
    is_numbered=True,
    may_be_empty=True,
    has_times=False,
    references=frozenset({"psp", "merchant"}),
    # The standard's, without the slash, which parts the two references of an entry.
    reference_characters=r"[A-Za-z0-9.+-]",
    reference_length_max=16,
)


def _render(statement: SimulatedStatement) -> tuple[StatementFile, ...]:
    (currency,) = statement.currencies
    opened_on = statement.period_from - timedelta(days=1)
    opening = statement.opening_minor.get(currency, 0)
    closing = statement.closing_minor[currency]
    rows = [
        ":20:STARTUMS",
        f":25:{statement.account}",
        f":28C:{statement.number}/1",
        f":60F:{_mark(opening)}{opened_on:%y%m%d}{currency}{_money(statement, opening, currency)}",
    ]
    for line in statement.lines:
        rows += [_entry(statement, line), f":86:{text_of(line)}"]
    rows += [
        f":62F:{_mark(closing)}{statement.period_to:%y%m%d}{currency}"
        f"{_money(statement, closing, currency)}",
        "-",
    ]
    name = f"{statement.account}_{statement.number:05}.sta".replace("/", "_")
    return (StatementFile(name, "".join(f"{row}\r\n" for row in rows).encode("ascii")),)


def _entry(statement: SimulatedStatement, line: SimulatedLine) -> str:
    booked_on = day_of(line, statement, CARRIES)
    money = _money(statement, line.net_minor, line.settlement_currency)
    return (
        f":61:{booked_on:%y%m%d}{booked_on:%m%d}{_mark(line.net_minor)}{money}"
        f"NTRF{sent(line) or 'NONREF'}//{line.event_reference}"
    )


def _mark(minor: int) -> str:
    return "C" if minor >= 0 else "D"


def _money(statement: SimulatedStatement, minor: int, currency: str) -> str:
    """The comma stands there also without decimals."""
    whole, _, decimals = amount(statement, abs(minor), currency).partition(".")
    text = f"{whole},{decimals}"
    if len(text) > _AMOUNT_CHARACTERS_MAX:
        raise FormatCannotCarry(
            f"{WRITER.format}: {text} {currency} is longer than {_AMOUNT_CHARACTERS_MAX} characters"
        )
    return text


def _read_back(statement: SimulatedStatement) -> tuple[CanonicalLine, ...]:
    return entries_as_read(statement, CARRIES)


WRITER = Writer("mt940", CARRIES, _render, _read_back)
