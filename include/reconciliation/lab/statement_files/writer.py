"""A writer of one format, and what all of them share."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from include.reconciliation.lab.statement_files.fitness import refuse_what_does_not_fit
from include.reconciliation.lab.statement_files.statement import (
    CanonicalLine,
    Capability,
    SimulatedLine,
    SimulatedStatement,
    StatementFile,
)
from include.reconciliation.money import format_minor


@dataclass(frozen=True, slots=True)
class Writer:
    """One format: what it carries, the bytes that it writes, the lines that are read from them.

    Days and times without a zone are those of the PSP's entry, which has the statement's zone.
    """

    format: str
    carries: Capability
    render: Callable[[SimulatedStatement], tuple[StatementFile, ...]]
    read_back: Callable[[SimulatedStatement], tuple[CanonicalLine, ...]]

    def write(self, statement: SimulatedStatement) -> tuple[StatementFile, ...]:
        """The files of the statement; FormatCannotCarry for what the format has no place for."""
        refuse_what_does_not_fit(self.format, self.carries, statement)
        return self.render(statement)

    def canonical(self, statement: SimulatedStatement) -> tuple[CanonicalLine, ...]:
        """The lines that the gate must read from these files, in any order; errors as above."""
        refuse_what_does_not_fit(self.format, self.carries, statement)
        return self.read_back(statement)


def own_types(*pairs: tuple[str, str] | str) -> Mapping[tuple[str, str], tuple[str, str]]:
    """Types that are read back as they are; one word stands for a type that counts with itself."""
    found = ((pair, pair) if isinstance(pair, str) else pair for pair in pairs)
    return {pair: pair for pair in found}


def amount(statement: SimulatedStatement, minor: int, currency: str) -> str:
    """An amount in major units, with all decimals of its currency."""
    return format_minor(minor, statement.exponents[currency])


def csv_bytes(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> bytes:
    """A CSV file with a header; a column that a row does not have is empty."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def newest_first(lines: Iterable[SimulatedLine]) -> list[SimulatedLine]:
    """The lines as APIs list them."""
    return sorted(lines, key=lambda line: (line.booked_at, line.event_reference), reverse=True)


def in_pages(entries: Sequence[Any], size: int) -> list[tuple[Any, ...]]:
    """Pages of at most `size` entries; one that is empty where there are none."""
    starts = range(0, len(entries), size)
    return [tuple(entries[start : start + size]) for start in starts] or [()]


def day_of(line: SimulatedLine, statement: SimulatedStatement, carries: Capability) -> date:
    """The day that the line is booked on, in the zone of the format or else of the statement."""
    return line.booked_at.astimezone(ZoneInfo(carries.zone or statement.zone)).date()


def period(statement: SimulatedStatement, zone: str | None = None) -> tuple[datetime, datetime]:
    """The first and the last second of the statement's days, aware."""
    days = ZoneInfo(zone or statement.zone)
    return (
        datetime.combine(statement.period_from, time(), days),
        datetime.combine(
            statement.period_to,
            time(23, 59, 59),
            days,
        ),
    )


def line_as_read(
    line: SimulatedLine,
    statement: SimulatedStatement,
    carries: Capability,
    **other: Any,
) -> CanonicalLine:
    """The line as `carries` says that it is read; `other` are fields that are read otherwise."""
    type_, economic_type = carries.types[line.type, line.counts_with]
    booked_on = day_of(line, statement, carries)
    booked_at = (
        line.booked_at.astimezone(UTC)
        if carries.has_times
        else datetime.combine(booked_on, time(), UTC)
    )
    references = {
        "psp": line.payment_reference,
        "event": line.event_reference,
        "merchant": line.order_reference,
        "payout": line.payout_reference,
    }
    found = CanonicalLine(
        type=type_,
        economic_type=economic_type,
        gross_minor=line.amount_minor,
        gross_currency=line.currency,
        fee_minor=line.fee_minor if carries.has_fee else None,
        tax_minor=line.tax_minor if carries.has_tax else None,
        net_minor=line.net_minor,
        net_currency=line.settlement_currency,
        booked_at=booked_at,
        booked_on=booked_on,
        **{
            f"{kind}_reference": reference
            for kind, reference in references.items()
            if kind in carries.references
        },
    )
    return replace(found, **other)
