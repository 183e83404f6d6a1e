"""MT940 bank statements, read by the library mt-940 and held to what the file says.

The library knows the dialects of the banks. It is asked for all of its corrections, since without
them it signs the reversal of a credit as a credit. It also reads `C141231EUR11 27421,94` as 11, and
writes an entry over the one before it that has no type: so the form of each is checked first.
"""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, BinaryIO

import mt940

from include.reconciliation.errors import StatementError
from include.reconciliation.statements.amounts import minor_units
from include.reconciliation.statements.bank_entries import NO_REFERENCE, bank_entry, calendar_day
from include.reconciliation.statements.description import ParsedFormat
from include.reconciliation.statements.mt940_fields import Entry, Field, Statement, statements
from include.reconciliation.statements.parsed import Event, Line, StatementEnd, StatementStart
from include.reconciliation.statements.text_files import refused

AMOUNT_FORM = "digits with a decimal comma, at most 15 characters"
PROOF = "opening + entries = closing"
# What the type of an entry begins with: SWIFT's, a bank's own, or that of the first entry.
TYPES = ("N", "F", "S")
# The library holds what it reads, so it reads so many entries at once.
BATCH = 500
OPTIONS = mt940.Options.all()
# References may be longer than the 16 characters of the standard, up to the bank's own.
TAGS: dict[int | str, mt940.tags.Tag] = {61: mt940.tags.StatementGLS()}
CUSTOMER_REFERENCE_MAX = 16
# A line of this length was wrapped, wherever in a word.
WRAP = 65
_MARK = re.compile(r"[0-9]{6}(?:[0-9]{4}| {4})?R?[CD][A-Z]? ?", re.ASCII)
# The comma is mandatory; where a bank leaves it out, the balances tell that the units are whole.
_AMOUNT = re.compile(r"(?=[0-9,]{1,15}(?![0-9,]))[0-9]+(?:,[0-9]*)?", re.ASCII)
_TYPE = re.compile(r"[A-Z][A-Z0-9 ]{3}", re.ASCII)
_BALANCE = re.compile(
    r"(?P<mark>[CD])(?P<month>[0-9]{4})(?P<day>[0-9]{2})(?P<currency>[A-Z]{3})(?P<amount>.*)",
    re.ASCII,
)
_NUMBER = re.compile(r"([0-9]{1,9})(?:/([0-9]{1,9}))?", re.ASCII)
_STRUCTURED = re.compile(r"[0-9]{3}\?[0-9]{2}", re.ASCII)
# Code words between slashes, as Dutch and Nordic banks write them.
_CODE_WORDS = {
    "EREF": "end_to_end",
    "MARF": "mandate",
    "PREF": "payment_information",
    "RTRN": "return_reason",
    "REMI": "remittance",
}
_CODE_WORD = re.compile(r"/(EREF|MARF|PREF|RTRN|REMI)/(.*?)(?=/[A-Z]{3,4}/|$)")
_KINDS = (
    ("customer", "customer_reference"),
    ("bank", "bank_reference"),
    ("end_to_end", "end_to_end_reference"),
    ("mandate", "additional_position_reference"),
    ("creditor", "applicant_creditor_id"),
    ("remittance", "purpose"),
    ("remittance", "additional_purpose"),
    ("remittance", "transaction_details"),
    ("information", "posting_text"),
    ("information", "extra_details"),
)
# It logs what it can't read, with the names and accounts in it.
logging.getLogger("mt940").setLevel(logging.CRITICAL + 1)


def read(stream: BinaryIO, file: str) -> Iterator[Event]:
    """The statements of an MT940 file; StatementError for what can't be read."""
    for statement in statements(stream, file):
        yield from _events(statement, file)


def _events(statement: Statement, file: str) -> Iterator[Event]:
    account, opening_field = (_of_head(statement, number, file) for number in ("25", "60"))
    closing_field = statement.closing
    assert closing_field is not None
    currency, opening_text = _balance(opening_field, file)
    closing_currency, closing_text = _balance(closing_field, file)
    if currency != closing_currency:
        raise _bad(closing_field, file, "malformed_row", f"a balance in {currency}")
    head = [":20:", f":60F:{opening_text}"]
    read_head = _by_library([*head, f":62F:{closing_text}"], file, statement.row())
    opening, closing = (read_head.data[f"final_{name}_balance"] for name in ("opening", "closing"))
    number, page = _numbers(statement)
    is_page = "M" in (opening_field.letter, closing_field.letter)
    yield StatementStart(
        statement_key=_key(statement, number, is_page, closing.date),
        account="".join(account.lines).strip(),
        currency=currency,
        sequence_number=number,
        page=page if is_page else None,
        is_last_page=closing_field.letter != "M",
        opening_minor=_minor(opening.amount, currency, opening_field, file),
        opening_on=_plain(opening.date),
        row=statement.row(),
    )
    for start in range(0, len(statement.entries), BATCH):
        entries = statement.entries[start : start + BATCH]
        for entry, fields in zip(entries, _read_entries(head, entries, file), strict=True):
            yield _line(entry, fields, currency, file)
    yield StatementEnd(
        closing_minor=_minor(closing.amount, currency, closing_field, file),
        closing_on=_plain(closing.date),
        proved_by=PROOF,
    )


def _of_head(statement: Statement, number: str, file: str) -> Field:
    found = statement.head.get(number)
    if found is None or not _first(found):
        names = {"25": "an account", "60": "an opening balance"}
        raise refused(
            "missing_value",
            f"the statement has no {names[number].partition(' ')[2]}",
            file=file,
            row=statement.row(),
            column=number,
            expected=names[number],
        )
    return found


def _first(field: Field) -> str:
    return field.lines[0].strip()


def _plain(day: date) -> date:
    """Of the library's own kind of date."""
    return date(day.year, day.month, day.day)


def _minor(amount: Any, currency: str, field: Field, file: str) -> int:
    text = f"{amount.amount:f}"
    return minor_units(text, currency, file=file, row=field.row, column=field.tag)


def _numbers(statement: Statement) -> tuple[int | None, int | None]:
    """Number and page of 28C; number 0 means that the bank does not count."""
    field = statement.head.get("28")
    match = None if field is None else _NUMBER.fullmatch("".join(field.lines).replace(" ", ""))
    if match is None:
        return None, None
    return int(match[1]) or None, int(match[2]) if match[2] else None


def _key(statement: Statement, number: int | None, is_page: bool, closing_on: date) -> str:
    """Numbers begin again each year, references may be the same for ever: both with the day."""
    if is_page:
        return f"{number or 0} {closing_on.year}"
    return f"{number or 0} {_first(statement.head['20'])} {_plain(closing_on)}"


def _balance(field: Field, file: str) -> tuple[str, str]:
    """Currency and text of a balance whose form is checked; the library reads what it means."""
    match = _BALANCE.fullmatch(_first(field))
    if match is None:
        raise _bad(field, file, "malformed_row", "C or D, YYMMDD, currency, amount")
    if _AMOUNT.fullmatch(match["amount"]) is None:
        raise _bad(field, file, "bad_amount", AMOUNT_FORM)
    # Banks close November on the 31st as they close February on the 30th.
    last = int(match["day"])
    days = (f"{match['month']}{day:02d}" for day in range(last, last - 4, -1) if last <= 31)
    day = next((day for day in days if calendar_day(day, "YYMMDD")), None)
    if day is None:
        raise _bad(field, file, "bad_date", "a day as YYMMDD")
    return match["currency"], f"{match['mark']}{day}{match['currency']}{match['amount']}"


def _bad(field: Field, file: str, code: str, expected: str) -> StatementError:
    problems = {"bad_amount": "an amount", "bad_date": "a date", "malformed_row": "a field"}
    return refused(
        code,
        f"{problems[code]} can't be read",
        file=file,
        row=field.row,
        column=field.tag,
        expected=expected,
        found=" ".join(field.lines),
    )


def _entry_text(field: Field, file: str) -> str:
    """The entry on one line and its supplement on another, its form checked up to its type."""
    first, *rest = (line.strip() for line in field.lines)
    if rest and _MARK.fullmatch(first):
        first += rest.pop(0)
    mark = _MARK.match(first)
    if mark is None:
        raise _bad(field, file, "malformed_row", "YYMMDD, perhaps MMDD, C, D, RC or RD, an amount")
    amount = _AMOUNT.match(first, mark.end())
    # Any other letter is a digit that was misread: 100,0O would be an amount and a type ONTR.
    if amount is None or not first.startswith(TYPES, amount.end()):
        raise _bad(field, file, "bad_amount", f"{AMOUNT_FORM}, then a type in {', '.join(TYPES)}")
    # The library writes an entry over the one before it that has no type.
    if _TYPE.match(first, amount.end()) is None:
        raise _bad(field, file, "malformed_row", "a type of four characters after the amount")
    return "\n".join([first, " ".join(rest)]) if rest else first


def _details_text(field: Field) -> str:
    """The wrapped lines as one, so that nothing in them looks like a field."""
    separator = "" if _STRUCTURED.match(field.lines[0]) else " "
    parts = [line if len(line) == WRAP else line.rstrip() + separator for line in field.lines]
    return "".join(parts).strip()


def _read_entries(head: list[str], entries: Sequence[Entry], file: str) -> list[dict[str, Any]]:
    """What the library reads of some entries; an error is narrowed down to its entry."""
    texts = []
    for entry in entries:
        texts.append(f":61:{_entry_text(entry.booking, file)}")
        texts += [f":86:{_details_text(details)}" for details in entry.details]
    row = entries[0].booking.row
    try:
        found = _by_library([*head, *texts], file, row)
    except StatementError:
        if len(entries) == 1:
            raise
        return [fields for entry in entries for fields in _read_entries(head, [entry], file)]
    if len(found.transactions) != len(entries):
        raise refused(
            "malformed_row",
            "entries run into each other",
            file=file,
            row=row,
            column="61",
            expected=f"{len(entries)} entries",
            found=str(len(found.transactions)),
        )
    return [transaction.data for transaction in found.transactions]


def _by_library(texts: list[str], file: str, row: int) -> Any:
    # As a stream: the library takes a text that is the name of a file for that file.
    stream = io.StringIO("\n".join(texts))
    try:
        (found,) = mt940.parse_statements(stream, tags=TAGS, options=OPTIONS)
    except Exception as error:
        # Its errors are of many kinds; what is not a day of the calendar is a ValueError.
        code = "bad_date" if isinstance(error, ValueError) else "malformed_row"
        raise refused(
            code,
            "a date can't be read" if code == "bad_date" else "a field can't be read",
            file=file,
            row=row,
            expected="fields as in SWIFT's MT940",
            found=texts[-1] if len(texts) < 3 else texts[2],
        ) from None
    return found


def _line(entry: Entry, fields: dict[str, Any], currency: str, file: str) -> Line:
    minor = _minor(fields["amount"], currency, entry.booking, file)
    value_date = _plain(fields["date"])
    booked = fields.get("entry_date")
    booked_on = _plain(booked) if isinstance(booked, date) else value_date
    references = _references(fields)
    named = dict(reversed(references))
    mark = str(fields["status"]).upper()
    kind, code = str(fields["id"]).strip(), fields.get("transaction_code") or ""
    merchant_reference = named.get("end_to_end") or named.get("customer")
    bank_reference = named.get("bank")
    key = (value_date, booked_on, minor, currency, kind, bank_reference, merchant_reference)
    return bank_entry(
        minor,
        currency,
        row=entry.booking.row,
        provider_type=" ".join(filter(None, (kind, code, mark if len(mark) > 1 else ""))),
        booked_on=booked_on,
        value_date=value_date,
        line_key=" ".join("-" if part is None else str(part) for part in key),
        psp_reference=bank_reference,
        merchant_reference=merchant_reference,
        further_references=tuple(dict.fromkeys(references)),
    )


def _references(fields: dict[str, Any]) -> list[tuple[str, str]]:
    found = []
    for kind, name in _KINDS:
        for text in str(fields.get(name) or "").split("\n"):
            found += _split(kind, " ".join(text.split()), bool(fields.get("bank_reference")))
    return [(kind, text) for kind, text in found if text and text.upper() not in NO_REFERENCE]


def _split(kind: str, text: str, has_bank_reference: bool) -> list[tuple[str, str]]:
    if kind == "remittance":
        words = [
            (_CODE_WORDS[word], inside.strip(" /")) for word, inside in _CODE_WORD.findall(text)
        ]
        return [*words, (kind, text)]
    if kind == "customer" and len(text) > CUSTOMER_REFERENCE_MAX and not has_bank_reference:
        # What follows a reference of full length without slashes is the bank's remark.
        return [
            (kind, text[:CUSTOMER_REFERENCE_MAX].strip()),
            ("information", text[CUSTOMER_REFERENCE_MAX:].strip()),
        ]
    return [(kind, text)]


MT940 = ParsedFormat(
    name="mt940",
    title="SWIFT MT940 (text)",
    how_to_fetch="from the bank: SWIFT, EBICS order STA, or its online banking",
    read=read,
    begins_with=(rb"(?:.*[\r\n])?:(?:20|60[FM]?|61|62[FM]?):",),
    identity="opening (60F) + entries (61) = closing (62F), for each page too",
    units="major units with a decimal comma",
    signs="C and RD add, D and RC take away",
    zones="days only",
    references="customer's and bank's (61), and those that 86 has in ?20 to ?29 or /EREF/",
    line_types=("bank_entry",),
    names_statements=True,
    notes=(
        "A file may hold several statements; pages (60M, 62M) of one are joined.",
        "A statement number of 0 means that the bank does not count.",
        "What stands behind the closing balance (64, 65, 86) is not read.",
    ),
)
