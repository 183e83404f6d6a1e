"""CNAB240 bank statements of Brazil: records of 240 columns, of which segment E is an entry.

An own reader of a table of columns. The libraries febraban 0.11 and python-cnab 0.1 know the
segments of collection and payment, not segment E of all banks; and lines that lost their trailing
blanks on the way, which is common, must be filled up before they are cut into columns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import BinaryIO

from include.reconciliation.errors import StatementError
from include.reconciliation.statements.amounts import exponent_of
from include.reconciliation.statements.bank_entries import (
    YEARS_SAID,
    bank_entry,
    calendar_day,
    whole_units,
)
from include.reconciliation.statements.cnab240_layout import (
    CATEGORY_DIRECTIONS,
    CURRENCIES,
    DIRECTIONS,
    IMPLIED_DECIMALS,
    RECORD,
    STATEMENT,
    STATUSES,
    WIDTH,
    columns_of,
)
from include.reconciliation.statements.description import ParsedFormat
from include.reconciliation.statements.parsed import Event, Line, StatementEnd, StatementStart
from include.reconciliation.statements.text_files import lines, refused, wrong_beginning

# By the record's kind: its name, where it may stand, and where the reader is after it.
KINDS = {
    "0": ("file header", "outside", "file"),
    "1": ("lot header", "file", "lot"),
    "3": ("entry", "lot", "lot"),
    "5": ("lot trailer", "lot", "file"),
    "9": ("file trailer", "file", "outside"),
}
PROVED_BY = "opening + entries = closing; totals of debits and credits"
_BEGINNING = re.compile(r"[0-9]{3}00000", re.ASCII)
_TIME = re.compile(r"([01][0-9]|2[0-3])([0-5][0-9])([0-5][0-9])", re.ASCII)


def read(stream: BinaryIO, file: str) -> Iterator[Event]:
    """The statements of a CNAB240 file: one for each lot.

    How many records there are is checked here, since the entries alone do not tell it.
    """
    reader = _Reader(file)
    for row, line in lines(stream, file):
        yield from reader.take(row, line)
    reader.end()


class _Record:
    """One line, filled up to its width, by the names of its columns."""

    def __init__(self, file: str, row: int, line: str, name: str) -> None:
        self.file = file
        self.row = row
        self.line = line.ljust(WIDTH)
        self.columns = columns_of(name, line[:3])

    def __getitem__(self, column: str) -> str:
        first, last = self.columns[column]
        return self.line[first - 1 : last].strip()

    def refused(
        self, reason_code: str, problem: str, column: str, expected: str | None = None
    ) -> StatementError:
        """The error for what stands in a column."""
        first, last = self.columns[column]
        return refused(
            reason_code,
            problem,
            file=self.file,
            row=self.row,
            column=f"{column} ({first}-{last})",
            expected=expected,
            found=self.line[first - 1 : last],
        )

    def number(self, column: str) -> int:
        """A count, or an amount without its direction."""
        first, last = self.columns[column]
        # A blank behind the digits means that some are missing: the line was cut.
        text = self.line[first - 1 : last].lstrip()
        if text[:1] in ("+", "-"):
            raise self.refused("bad_amount", "an amount has a sign", column, "digits")
        return whole_units(text, file=self.file, row=self.row, column=column)

    def signed(self, column: str, direction: str, currency: str) -> int:
        """Minor units of an amount with two implied decimals, signed by a letter beside it."""
        number = self.number(column)
        sign = DIRECTIONS.get(self[direction])
        if sign is None and number:
            problem = "neither debit nor credit"
            raise self.refused("unknown_direction", problem, direction, "C or D")
        return (sign or 1) * self._minor(number, column, currency)

    def total(self, column: str, currency: str) -> int | None:
        """Minor units of a total; None where the bank leaves it blank."""
        return self._minor(self.number(column), column, currency) if self[column] else None

    def day(self, column: str) -> date:
        """A date, which every record of its kind needs."""
        day = calendar_day(self[column], "DDMMYYYY")
        if day is None:
            expected = f"DDMMYYYY {YEARS_SAID}"
            raise self.refused("bad_date", "a date can't be read", column, expected)
        return day

    def _minor(self, number: int, column: str, currency: str) -> int:
        exponent = exponent_of(currency, file=self.file, row=self.row, column="currency")
        minor, rest = divmod(number * 10**exponent, 10**IMPLIED_DECIMALS)
        if rest:
            expected = f"{exponent} decimals in {currency}"
            problem = "an amount has more decimals than its currency"
            raise self.refused("excess_decimals", problem, column, expected)
        return minor


class _Reader:
    """Follows the records of one file."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.place = "outside"
        self.row = 0
        self.lots = 0
        self.records = 0
        self.lot_records = 0
        self.lot: _Record | None = None
        self.created_at: datetime | None = None
        self.currency = ""
        self.contradictions = 0

    def take(self, row: int, line: str) -> Iterator[Event]:
        """What one record gives."""
        if self.place == "outside" and not _BEGINNING.match(line):
            expected = "record 0, file header, of 240 columns"
            raise wrong_beginning(line, file=self.file, row=row, expected=expected)
        if line[WIDTH:].strip():
            raise self._refused(row, "the line is too long", f"{WIDTH} columns", f"{len(line)}")
        self.row = row
        kind = line[RECORD["kind"][0] - 1 : RECORD["kind"][1]]
        name, before, after = KINDS.get(kind, ("", "", ""))
        if self.place != before:
            expected = " or ".join(
                f"{kind}, {name}" for kind, (name, at, _) in KINDS.items() if at == self.place
            )
            raise self._refused(row, "this record can't stand here", expected, f"record {kind}")
        self.place = after
        self.records += 1
        self.lot_records += 1
        record = _Record(self.file, row, line, name)
        if kind == "0":
            self._file_header(record)
        elif kind == "1":
            yield self._lot_header(record)
        elif kind == "9":
            self._counted(record, "lots", self.lots)
            self._counted(record, "records", self.records)
        else:
            self._same(record, "lot", "malformed_row")
            yield self._entry(record) if kind == "3" else self._lot_trailer(record)

    def end(self) -> None:
        """StatementError when the file is empty or was cut."""
        if self.row == 0:
            raise refused("empty", "the file is empty", file=self.file)
        if self.place != "outside":
            raise self._refused(self.row, "the file ends before its trailer", "record 9", "nothing")

    def _file_header(self, record: _Record) -> None:
        self.lots = 0
        self.records = 1
        self.created_at = None
        match = _TIME.fullmatch(record["made at"] or "000000")
        if match is None:
            raise record.refused("bad_date", "a time can't be read", "made at", "HHMMSS")
        if record["made on"].strip("0"):
            hour, minute, second = map(int, match.groups())
            self.created_at = datetime.combine(
                record.day("made on"), time(hour, minute, second), UTC
            )

    def _lot_header(self, record: _Record) -> StatementStart:
        for column, value in STATEMENT.items():
            if record[column] != value:
                problem = "the lot is no statement for reconciliation"
                raise record.refused("bad_header", problem, column, value)
        if not record["account"].strip("0"):
            raise record.refused("missing_value", "the lot has no account", "account")
        self.lots += 1
        self.lot_records = 1
        self.lot = record
        self.contradictions = 0
        self.currency = CURRENCIES.get(record["currency"], record["currency"])
        opening_minor = record.signed("opening balance", "opening direction", self.currency)
        opening_on = record.day("opening date")
        sequence = record.number("sequence") if record["sequence"] else 0
        return StatementStart(
            statement_key=f"{sequence} of {opening_on}" if sequence else f"{opening_on}",
            account="/".join("".join(record[part].split()) for part in ("agency", "account")),
            currency=self.currency,
            sequence_number=sequence or None,
            opening_minor=opening_minor,
            opening_on=opening_on,
            created_at=self.created_at,
            row=record.row,
        )

    def _entry(self, record: _Record) -> Line:
        if record["segment"] != "E":
            raise record.refused("malformed_row", "a segment that is no entry", "segment", "E")
        for column in ("agency", "account"):
            if record[column].strip("0"):
                self._same(record, column, "wrong_account")
        amount_minor = record.signed("amount", "direction", self.currency)
        category = record["category"]
        direction = CATEGORY_DIRECTIONS.get(category[:1])
        if direction is not None and direction != record["direction"]:
            self.contradictions += 1
        document = record["document"] if record["document"].strip("0") else ""
        booked_on = record.day("date")
        key = f"{booked_on} {category} {record['history code']} {amount_minor} {document}"
        further = {
            "remittance": " ".join(f"{record['history']} {record['remark']}".split()),
            "document": document,
            "nature": record["nature"],
            "complement": record["complement"],
            "accounting_date": record["accounting date"],
        }
        return bank_entry(
            amount_minor,
            self.currency,
            row=record.row,
            provider_type=f"{category} {record['history code']}".strip(),
            booked_on=booked_on,
            line_key=" ".join(key.split()),
            further_references=tuple(
                (kind, value) for kind, value in further.items() if value.strip("0")
            ),
        )

    def _lot_trailer(self, record: _Record) -> StatementEnd:
        self._counted(record, "records", self.lot_records)
        totals = ((what, record.total(what, self.currency)) for what in ("debits", "credits"))
        notices = []
        if record["status"] in STATUSES:
            notices.append(f"the closing balance is {STATUSES[record['status']]}")
        if self.contradictions:
            notices.append(
                f"{self.contradictions} entries are debits of a category of credits or the other"
                " way round: the letter beside the amount counts"
            )
        return StatementEnd(
            closing_minor=record.signed("closing balance", "closing direction", self.currency),
            closing_on=record.day("closing date"),
            control=tuple(
                (what, self.currency, total) for what, total in totals if total is not None
            ),
            proved_by=PROVED_BY,
            notices=tuple(notices),
        )

    def _same(self, record: _Record, column: str, reason_code: str) -> None:
        """StatementError when the record belongs elsewhere than its lot."""
        assert self.lot is not None, "a lot's records stand after its header"
        if record[column] != self.lot[column]:
            problem = "the record belongs elsewhere than its lot"
            raise record.refused(reason_code, problem, column, self.lot[column])

    def _counted(self, record: _Record, column: str, counted: int) -> None:
        if record.number(column) != counted:
            problem = f"the trailer counts other {column} than there are"
            raise record.refused("wrong_total", problem, column, str(counted))

    def _refused(self, row: int, problem: str, expected: str, found: str) -> StatementError:
        return refused(
            "malformed_row", problem, file=self.file, row=row, expected=expected, found=found
        )


CNAB240_STATEMENT = ParsedFormat(
    name="cnab240_statement",
    title="CNAB240 bank statement (Brazil, segment E)",
    how_to_fetch="have the bank deliver the statement for reconciliation (service 04, form 40) into"
    " the drop folder",
    read=read,
    begins_with=(rb"[0-9]{3}00000[ 0-9]{9}",),
    identity="opening balance + entries = closing balance; the totals of debits and credits, and"
    " the counts of records and lots",
    units="digits with two implied decimals in every currency",
    signs="the letter beside the amount: C comes in, D goes out",
    zones="dates without an hour",
    references="history, document, nature, complement and accounting date with their kinds",
    line_types=("bank_entry",),
    names_statements=True,
    notes=(
        "The account is agency and account with their check digits, as 012345/0000000678901; in"
        " psps.toml, as in every name of an account, `-` stands for the slash.",
        "A statement is a lot: its number and the date of its opening balance.",
        "Lines that lost their trailing blanks are filled up to 240 columns; UTF-8, UTF-16 and"
        " Latin-1 are told by their bytes.",
        "What Bradesco, Caixa and Itau divide otherwise is in statements/cnab240_layout.py.",
        "A category that contradicts the letter, and a balance that is not final, are notices.",
    ),
)
