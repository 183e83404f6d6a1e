"""BAI2: balances and movements of accounts as comma separated records that end with a slash.

An own reader. The library bai2 0.15 joins a type code and an amount that a continuation record
separates into one code, so that an opening balance is lost without an error; it wants one record a
line; and it refuses a file for a wrong count, which banks write often, where only a wrong total
means that something was lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from typing import BinaryIO

from include.reconciliation.errors import StatementError
from include.reconciliation.statements.amounts import exponent_of
from include.reconciliation.statements.bai2_records import ORDER, TITLES, Record, records
from include.reconciliation.statements.bank_entries import (
    bank_entry,
    calendar_day,
    whole_units,
)
from include.reconciliation.statements.description import ParsedFormat
from include.reconciliation.statements.parsed import Event, Line, StatementEnd, StatementStart
from include.reconciliation.statements.text_files import refused

# First and last type code, and the sign of what it books.
DIRECTIONS = ((100, 399, 1), (400, 699, -1), (920, 959, 1), (960, 999, -1))
FUNDS_TYPES = {"": 0, "Z": 0, "0": 0, "1": 0, "2": 0, "V": 2, "S": 3, "D": None}
# What the account record says in sums: the name of the control figure, and the lines' direction.
SUMMARIES = {"100": ("credits", 1), "400": ("debits", -1)}
GROUP_STATUSES = {"2": "a deletion of what was sent before", "4": "a test"}
# What each trailer counts after its total.
COUNTS = {
    "account": ("records",),
    "group": ("accounts", "records"),
    "file": ("groups", "records"),
}
SAME_DAY_MODIFIERS = ("3", "4")
DEFAULT_CURRENCY = "USD"
DISTRIBUTIONS_MAX = 100

_TYPE_CODE = re.compile(r"[0-9]{3}", re.ASCII)
_TIME = re.compile(r"([0-9]{2}):?([0-9]{2})(?::?([0-9]{2}))?", re.ASCII)


@dataclass(slots=True)
class Level:
    """What a trailer claims about all that stands between its header and itself."""

    total: int = 0
    records: int = 0
    parts: int = 0


@dataclass(slots=True)
class Account:
    """The account that is being read."""

    account: str
    currency: str
    as_of: date
    balances: dict[str, int] = field(default_factory=dict)
    control: list[tuple[str, str, int]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    items: dict[int, str] = field(default_factory=dict)
    counted: dict[int, int] = field(default_factory=lambda: {1: 0, -1: 0})
    silent: int = 0
    first_silent: str = ""

    def complaints(self) -> Iterator[str]:
        """Counts of items that are others, and records that are no lines."""
        for what, sign in SUMMARIES.values():
            items = self.items.get(sign, "")
            if items and items.lstrip("0") != str(self.counted[sign] or ""):
                counted = self.counted[sign]
                yield f"the account counts {items[:20]} {what}; there are {counted}"
        if self.silent:
            yield f"{self.silent} records move no money, the first is {self.first_silent}: no lines"

    def proved_by(self) -> str:
        """Which identity the record allows; the trailers' totals are always there."""
        totals = "control totals of the trailers"
        if {"010", "015"} <= self.balances.keys():
            return f"opening + entries = closing; {totals}"
        return f"credits and debits of the account; {totals}" if self.control else totals


def read(stream: BinaryIO, file: str) -> Iterator[Event]:
    """The statements of a BAI2 file: one for each account and day.

    Control totals are checked here, since they are sums of what is written, balances included.
    """
    reader = _Reader(file)
    for record in records(stream, file):
        yield from reader.take(record)
    yield from reader.end()


class _Reader:
    """Follows the records of one file, and keeps what its trailers are compared with."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.place = "outside"
        self.row = 0
        self.levels = {"file": Level(), "group": Level(), "account": Level()}
        self.created_at: datetime | None = None
        self.group_currency = ""
        self.as_of = date.min
        self.is_same_day = False
        self.account: Account | None = None
        self.waiting: StatementEnd | None = None

    def take(self, record: Record) -> Iterator[Event]:
        """What one record gives."""
        self.row = record.row
        before, after = ORDER[record.code]
        if self.place != before:
            raise self._refused(
                "malformed_row",
                f"a {TITLES[record.code]} can't stand here",
                expected=" or ".join(
                    f"{code}, {TITLES[code]}" for code, (at, _) in ORDER.items() if at == self.place
                ),
                found=f"record {record.code}",
            )
        if record.code in ("01", "02", "03"):
            self.levels[after] = Level()
        for level in self.levels.values():
            level.records += record.records
        self.place = after
        if record.code == "01":
            self._file(record)
        elif record.code == "02":
            self._group(record)
        elif record.code == "03":
            yield from self._flush()
            yield self._account(record)
        elif record.code == "16":
            yield from self._transaction(record)
        else:
            self._trailer(record, before)

    def end(self) -> Iterator[Event]:
        """What waits for the file's end; StatementError when the file was cut."""
        if self.row == 0:
            raise self._refused("empty", "the file is empty")
        if self.place != "outside":
            problem = "the file ends before its trailer"
            raise self._refused("malformed_row", problem, expected="99, file trailer")
        yield from self._flush()

    def _file(self, record: Record) -> None:
        _, _, day, moment, _, _, _, version = record.fields(8)
        if version not in ("", "2"):
            raise self._refused("bad_header", "another version", expected="2", found=version)
        self.created_at = self._moment(day, moment)

    def _group(self, record: Record) -> None:
        _, _, status, day, _, currency, modifier = record.fields(7)
        if status in GROUP_STATUSES:
            raise self._refused(
                "not_a_statement",
                f"the group is {GROUP_STATUSES[status]}",
                expected="group status 1 or 3",
                found=status,
            )
        self.as_of = self._date(day, "as-of date")
        self.group_currency = currency
        self.is_same_day = modifier in SAME_DAY_MODIFIERS

    def _account(self, record: Record) -> StatementStart:
        number, currency = record.fields(2)
        if not number:
            raise self._refused("missing_value", "the account has no number", column="account")
        account = Account(number, currency or self.group_currency or DEFAULT_CURRENCY, self.as_of)
        exponent_of(account.currency, file=self.file, row=self.row, column="currency")
        if not currency and not self.group_currency:
            account.notices.append("no currency is written: USD, as the standard has it")
        if self.is_same_day:
            account.notices.append("a report of the same day: that of the day after replaces it")
        while (code := record.next_field()) is not None:
            # An empty code says that nothing more is reported, yet a continuation may follow.
            if code:
                self._summary(record, code, account)
        self.account = account
        return StatementStart(
            statement_key=self.as_of.isoformat(),
            account=number,
            currency=account.currency,
            sequence_number=None,
            opening_minor=account.balances.get("010"),
            opening_on=self.as_of if "010" in account.balances else None,
            period_from=self.as_of,
            period_to=self.as_of,
            created_at=self.created_at,
            row=self.row,
        )

    def _summary(self, record: Record, code: str, account: Account) -> None:
        if not _TYPE_CODE.fullmatch(code):
            raise self._refused("malformed_row", "a type code has three digits", found=code)
        written, items = record.fields(2)
        self._funds(record)
        if not written:
            return
        amount = self._counted(written, f"amount of {code}")
        account.balances[code] = amount
        if code in SUMMARIES:
            what, sign = SUMMARIES[code]
            account.control.append((what, account.currency, amount))
            account.items[sign] = items

    def _transaction(self, record: Record) -> Iterator[Line]:
        account = self._current()
        code, written = record.fields(2)
        if not _TYPE_CODE.fullmatch(code):
            raise self._refused("malformed_row", "a type code has three digits", found=code)
        value_on = self._funds(record)
        bank_reference, customer_reference = record.fields(2)
        text = record.text()
        if written[:1] == "-":
            problem = "an amount has a sign, where its type code has the direction"
            raise self._refused("bad_amount", problem, column="amount", found=written)
        amount = self._counted(written, "amount") if written else 0
        sign = next((sign for first, last, sign in DIRECTIONS if first <= int(code) <= last), 0)
        if not sign and amount:
            expected = ", ".join(f"{first} to {last}" for first, last, _ in DIRECTIONS)
            problem = "the type code has no direction"
            raise self._refused("unknown_direction", problem, expected=expected, found=code)
        if not sign:
            account.silent += 1
            account.first_silent = account.first_silent or f"of type {code} in row {record.row}"
            return
        if not written:
            raise self._refused("missing_value", "the amount is empty", column="amount")
        account.counted[sign] += 1
        values_on = "" if value_on is None else value_on.isoformat()
        key = f"{code} {amount} {values_on} {bank_reference[:60]} {customer_reference[:60]}"
        yield bank_entry(
            sign * amount,
            account.currency,
            row=record.row,
            provider_type=code,
            booked_on=account.as_of,
            value_date=value_on,
            line_key=" ".join([account.as_of.isoformat(), *key.split()]),
            psp_reference=bank_reference or None,
            merchant_reference=customer_reference or None,
            further_references=(("remittance", text),) if text else (),
        )

    def _funds(self, record: Record) -> date | None:
        """Skips when the money is available, and returns the value date where there is one."""
        funds_type = record.next_field() or ""
        if funds_type not in FUNDS_TYPES:
            expected = ", ".join(filter(None, FUNDS_TYPES))
            raise self._refused(
                "malformed_row", "an unknown funds type", expected=expected, found=funds_type
            )
        count = FUNDS_TYPES[funds_type]
        if count is None:
            written = record.next_field() or ""
            if not (written.isascii() and written.isdigit() and int(written) <= DISTRIBUTIONS_MAX):
                problem = "the number of distributions can't be read"
                raise self._refused("malformed_row", problem, found=written)
            count = 2 * int(written)
        skipped = record.fields(count)
        return self._date(skipped[0], "value date") if funds_type == "V" and skipped[0] else None

    def _trailer(self, record: Record, name: str) -> None:
        """A wrong total means that something was lost; wrong counts occur in sound files."""
        level = self.levels[name]
        written, *counts = record.fields(1 + len(COUNTS[name]))
        total = whole_units(written, file=self.file, row=self.row, column="control total")
        if total != level.total:
            raise self._refused(
                "wrong_total",
                f"the control total of the {name} is not the sum of what is written",
                expected=str(total),
                found=str(level.total),
            )
        notices = [
            f"the trailer of the {name} counts {count[:20]} {what}; there are {counted}"
            for what, count, counted in zip(
                COUNTS[name], counts, (level.parts, level.records)[-len(counts) :], strict=True
            )
            if count and count.lstrip("0") != str(counted)
        ]
        if name != "file":
            above = self.levels["group" if name == "account" else "file"]
            above.parts += 1
            above.total += total
        if name == "account":
            self._close(notices)
        elif self.waiting is not None:
            self.waiting = replace(self.waiting, notices=(*self.waiting.notices, *notices))

    def _close(self, notices: list[str]) -> None:
        account = self._current()
        self.waiting = StatementEnd(
            closing_minor=account.balances.get("015"),
            closing_on=account.as_of if "015" in account.balances else None,
            control=tuple(account.control),
            proved_by=account.proved_by(),
            notices=(*account.notices, *account.complaints(), *notices),
        )

    def _flush(self) -> Iterator[StatementEnd]:
        # An end waits for the trailers after it, whose counts it may have to mention.
        if self.waiting is not None:
            yield self.waiting
            self.waiting = None

    def _current(self) -> Account:
        assert self.account is not None, "a transaction stands after its account"
        return self.account

    def _counted(self, written: str, column: str) -> int:
        amount = whole_units(written, file=self.file, row=self.row, column=column)
        self.levels["account"].total += amount
        return amount

    def _date(self, text: str, column: str) -> date:
        day = calendar_day(text, "YYMMDD") or calendar_day(text, "YYYYMMDD")
        if day is None:
            raise self._refused(
                "bad_date", "a date can't be read", column=column, expected="YYMMDD", found=text
            )
        return day

    def _moment(self, day: str, moment: str) -> datetime | None:
        """The version stamp: when the file was made, by the clock of its bank."""
        if not day:
            return None
        match = _TIME.fullmatch(moment or "0000")
        hour, minute, second = (int(part or 0) for part in match.groups()) if match else (99, 0, 0)
        # 2400 and 9999 are the end of the day.
        if moment in ("2400", "9999"):
            hour, minute, second = 23, 59, 59
        if max(minute, second) > 59 or hour > 23:
            raise self._refused(
                "bad_date", "a time can't be read", column="time", expected="HHMM", found=moment
            )
        return datetime.combine(
            self._date(day, "file date"), time(hour, minute, second), tzinfo=UTC
        )

    def _refused(
        self,
        reason_code: str,
        problem: str,
        *,
        column: str | None = None,
        expected: str | None = None,
        found: str | None = None,
    ) -> StatementError:
        return refused(
            reason_code,
            problem,
            file=self.file,
            row=self.row or None,
            column=column,
            expected=expected,
            found=found,
        )


BAI2 = ParsedFormat(
    name="bai2",
    title="BAI2 account statements",
    how_to_fetch="have the bank deliver the previous-day report, by SFTP into the drop folder",
    read=read,
    begins_with=(rb"\s*01,[^,\r\n]{0,60},[^,\r\n]{0,60},[0-9]{6,8},",),
    identity="010 + transactions = 015; 100 and 400 are the sums of credits and debits; the control"
    " totals of 49, 98 and 99 are the sums of what is written",
    units="digits, with the decimals that the currency has in ISO 4217 implied",
    signs="by the type code: 100 to 399 and 920 to 959 come in, 400 to 699 and 960 to 999 go out",
    zones="dates without an hour",
    references="the bank's reference is that of the payment, the customer's that of the merchant;"
    " the text is the remittance",
    line_types=("bank_entry",),
    names_statements=True,
    divides_days=True,
    notes=(
        "A statement is an account on an as-of date. Banks mask the numbers of accounts: one that"
        " opens a day with another balance is read as well, with a notice.",
        "The currency is that of the account, else of the group, else USD.",
        "Records may share a line, a text may hold slashes and commas, and continuations (88) may"
        " part any record; counts that are wrong are notices, totals that are wrong refuse.",
        "A record of type 890 without an amount is no line; a loan's code (7xx) with an amount is"
        " refused, since nothing says in which direction it goes.",
        "A group that is a test or a deletion is refused. A report of the same day has the key of"
        " its day, so that the previous-day report replaces it.",
    ),
)
