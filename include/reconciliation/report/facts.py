"""What a report is made of: the header of the run and the small tables of its first page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from include.reconciliation.report.language import Language, language

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """Everything but the two long lists; each table is in the order in which it is printed."""

    header: Row
    psp_title: str
    zone: str
    limits: Mapping[str, Mapping[str, int]]
    exponents: Mapping[str, int]
    statements: Sequence[Row]
    refused_statements: Sequence[Row]
    opening_totals: Sequence[Row]
    opening_buckets: Sequence[Row]
    totals: Sequence[Row]
    rolls: Sequence[Row]
    buckets: Sequence[Row]
    kinds: Sequence[Row]
    divergence: Sequence[Row]
    pending_reasons: Sequence[Row]
    ageing: Sequence[Row]
    not_compared: Sequence[Row]
    # By currency, as the rules of the run have them.
    tolerances: Mapping[str, Mapping[str, Any]]
    absorbed: Sequence[Row]
    # What each cause explains of what is open; the row of a currency without a cause is the rest.
    causes: Sequence[Row]
    # By currency, against the declared schedule; nothing of a PSP without one.
    fees: Sequence[Row]
    # How many rows each list has, by its name.
    listed: Mapping[str, int]
    # Of a PSP whose payouts are explained: batches by state, and whose the bank's lines are.
    payouts: Sequence[Row] = ()
    # What their waterfalls come to, by currency: the proof's lines must come to the same.
    payout_sums: Sequence[Row] = ()
    # The first of them one by one, with the steps of their waterfalls.
    payouts_shown: Sequence[Row] = ()
    bank_lines: Sequence[Row] = ()
    # Debts of batches that no later one carried in, by currency.
    lapsed_debts: Sequence[Row] = ()
    # Of what is missing on one side, what the statement lacks; the rest the ledger lacks.
    lacking: Sequence[Row] = ()
    kind_ages: Sequence[Row] = ()
    # Money at risk as the runs before this one left it, the oldest first.
    earlier_runs: Sequence[Row] = ()
    # The largest and the oldest of the two long lists.
    items: Sequence[Row] = ()
    pending_items: Sequence[Row] = ()
    language: str = "en"
    entity: str | None = None

    @property
    def say(self) -> Language:
        """The language that the report is written in."""
        return language(self.language)

    @property
    def as_of_on(self) -> date:
        """The business day of the as-of instant, in the PSP's zone: what ages are counted to."""
        return self.header["as_of"].astimezone(ZoneInfo(self.zone)).date()


def major(minor: int | None, currency: str | None, exponents: Mapping[str, int]) -> str:
    """An amount as English writes it: Language.major."""
    return language("en").major(minor, currency, exponents)


def moment(value: datetime | None) -> str:
    """An instant as English writes it: Language.moment."""
    return language("en").moment(value)


def instant(value: datetime | None) -> str | None:
    """An instant as machines read it, such as "2026-11-19T10:00:00Z"."""
    if value is None:
        return None
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
