"""BAI2: a group for each day, in which the account opens, moves and closes."""

from __future__ import annotations

from datetime import UTC, date, timedelta

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

# What comes in and what goes out.
_CODES = ("195", "495")
CARRIES = Capability(
    types=TYPES,
    has_balances=True,
    has_totals=True,
    may_be_empty=True,
    has_times=False,
    references=frozenset({"psp", "merchant"}),
    # A comma or a slash would end the field.
    reference_characters="[A-Za-z0-9.+-]",
)


def _render(statement: SimulatedStatement) -> tuple[StatementFile, ...]:
    (currency,) = statement.currencies
    made = f"{statement.made_at.astimezone(UTC):%y%m%d,%H%M}"
    rows = [f"01,LABBANK,LAB,{made},{statement.number},80,,2/"]
    balance = statement.opening_minor.get(currency, 0)
    totals = []
    by_day = _by_day(statement)
    for day, lines in by_day.items():
        total, group = _group(day, statement.account, currency, balance, lines)
        rows += group
        totals.append(total)
        balance += sum(line.net_minor for line in lines)
    rows.append(f"99,{sum(totals)},{len(totals)},{len(rows) + 1}/")
    name = f"{statement.account}_{statement.period_to:%Y%m%d}.bai".replace("/", "_")
    return (StatementFile(name, "".join(f"{row}\n" for row in rows).encode("ascii")),)


def _by_day(statement: SimulatedStatement) -> dict[date, list[SimulatedLine]]:
    days = (statement.period_to - statement.period_from).days + 1
    found: dict[date, list[SimulatedLine]] = {
        statement.period_from + timedelta(days=number): [] for number in range(days)
    }
    for line in statement.lines:
        day = day_of(line, statement, CARRIES)
        if day not in found:
            raise FormatCannotCarry(
                f"{WRITER.format}, statement {statement.number}: line {line.event_reference}:"
                f" an entry is of its account's day, found {day}"
            )
        found[day].append(line)
    return found


def _group(
    day: date, account: str, currency: str, opening: int, lines: list[SimulatedLine]
) -> tuple[int, list[str]]:
    """The group's control total and its records."""
    moved = [line.net_minor for line in lines]
    closing = opening + sum(moved)
    credits = [minor for minor in moved if minor > 0]
    debits = [-minor for minor in moved if minor < 0]
    total = opening + closing + sum(credits) + sum(debits) + sum(map(abs, moved))
    entries = [
        f"16,{_CODES[line.net_minor < 0]},{abs(line.net_minor)},0,{line.event_reference},"
        f"{sent(line) or ''},{text_of(line)}/"
        for line in lines
    ]
    return total, [
        f"02,LAB,LABBANK,1,{day:%y%m%d},2400,{currency},2/",
        f"03,{account},{currency},010,{opening},,,015,{closing},,,"
        f"100,{sum(credits)},{len(credits)},,400,{sum(debits)},{len(debits)},/",
        *entries,
        f"49,{total},{len(entries) + 2}/",
        f"98,{total},1,{len(entries) + 4}/",
    ]


def _read_back(statement: SimulatedStatement) -> tuple[CanonicalLine, ...]:
    _by_day(statement)
    return entries_as_read(statement, CARRIES)


WRITER = Writer("bai2", CARRIES, _render, _read_back)
