"""discrepancies.xlsx: the control page first, then the two lists; same facts, same bytes.

A spreadsheet's numbers are binary floats, so no amount is one: amounts are texts in major units,
aligned right, and beside them in the lists stand whole minor units, which a spreadsheet adds up
exactly. A cell from outside is a text whatever it begins with.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, BinaryIO

import xlsxwriter

from include.reconciliation.report.control_page import control_page
from include.reconciliation.report.facts import ReportFacts, major, moment
from include.reconciliation.report.page_layout import points_for
from include.reconciliation.report.page_writer import footer_of, write_page
from include.reconciliation.report.payout_charts import STEPS
from include.reconciliation.report.styles import Styles

DISCREPANCY_ROWS_MAX = 100_000
PENDING_ROWS_MAX = 10_000
CAUSE_ROWS_MAX = 50_000
FEE_ROWS_MAX = 50_000
PAYOUT_ROWS_MAX = 10_000
# What Excel holds in a cell, and which whole numbers its floats hold exactly.
_CELL_CHARACTERS_MAX = 32_767
_WHOLE_MAX = 2**53
_HEAD_ROW = 2


@dataclass(frozen=True, slots=True)
class ListColumn:
    """A column of a list: key of the row, title, width in characters, style of its cells."""

    key: str
    title: str
    width: int
    style: str = "text"


# As far as the explanation (or the ledger's id) a list is printed; what follows is for the screen.
DISCREPANCY_COLUMNS = (
    ListColumn("kind", "Kind", 24),
    ListColumn("change", "Change", 11),
    ListColumn("status", "Status", 11),
    ListColumn("currency", "Cur.", 6),
    ListColumn("statement_minor", "Statement", 14, "amount"),
    ListColumn("ledger_minor", "Ledger", 14, "amount"),
    ListColumn("delta_minor", "Delta", 14, "amount"),
    ListColumn("exposure_minor", "Exposure", 14, "exposure"),
    ListColumn("age_days", "Age, days", 7, "count"),
    ListColumn("due_on", "Due on", 12),
    ListColumn("psp_reference", "PSP reference", 21),
    ListColumn("merchant_reference", "Merchant reference", 18),
    ListColumn("explanation", "Explanation", 52, "wrapped"),
    ListColumn("delta_whole", "Delta, minor units", 13, "count"),
    ListColumn("exposure_whole", "Exposure, minor units", 13, "count"),
    ListColumn("severity", "Severity", 10),
    ListColumn("occurred_at", "Occurred", 24),
    ListColumn("statement_file", "Statement file", 36),
    ListColumn("statement_row", "Row", 8, "count"),
    ListColumn("leg", "Leg", 18),
    ListColumn("shown_under", "Counted under", 18),
    ListColumn("aspect", "Aspect", 13),
    ListColumn("episode", "Episode", 9, "count"),
    ListColumn("first_run_id", "First seen in run", 66, "code"),
    ListColumn("event_id", "Event", 66, "code"),
    ListColumn("discrepancy_id", "Discrepancy", 66, "code"),
)
PENDING_COLUMNS = (
    ListColumn("side", "Side", 11),
    ListColumn("reason", "Waits because", 20),
    ListColumn("type", "Type", 12),
    ListColumn("currency", "Cur.", 6),
    ListColumn("amount_minor", "Amount", 15, "amount"),
    ListColumn("due_on", "Due on", 12),
    ListColumn("due_at", "Discrepancy from", 24),
    ListColumn("age_days", "Age, days", 7, "count"),
    ListColumn("is_counted", "In the sums", 8),
    ListColumn("dated_at", "Occurred", 24),
    ListColumn("psp_reference", "PSP reference", 23),
    ListColumn("event_reference", "Event reference", 23),
    ListColumn("merchant_reference", "Merchant reference", 20),
    ListColumn("ledger_id", "Ledger transaction", 23),
    ListColumn("amount_whole", "Amount, minor units", 13, "count"),
    ListColumn("statement_file", "Statement file", 36),
    ListColumn("statement_row", "Row", 8, "count"),
    ListColumn("leg", "Leg", 18),
    ListColumn("first_run_id", "First seen in run", 66, "code"),
)
CAUSE_COLUMNS = (
    ListColumn("cause", "Cause", 30),
    ListColumn("claim", "Claim", 11),
    ListColumn("kind", "Kind", 22),
    ListColumn("change", "Change", 11),
    ListColumn("currency", "Cur.", 6),
    ListColumn("statement_minor", "Statement", 14, "amount"),
    ListColumn("ledger_minor", "Ledger", 14, "amount"),
    ListColumn("delta_minor", "Delta", 14, "amount"),
    ListColumn("exposure_minor", "Exposure", 14, "exposure"),
    ListColumn("correction", "Suggested correction", 22),
    ListColumn("correction_minor", "Entry", 14, "amount"),
    ListColumn("psp_reference", "PSP reference", 21),
    ListColumn("merchant_reference", "Merchant reference", 18),
    ListColumn("evidence", "Figures of the formula", 60, "wrapped"),
    ListColumn("correction_whole", "Entry, minor units", 13, "count"),
    ListColumn("with_discrepancy_id", "Together with discrepancy", 66, "code"),
    ListColumn("discrepancy_id", "Discrepancy", 66, "code"),
)
FEE_COLUMNS = (
    ListColumn("rule", "Rule", 20),
    ListColumn("method", "Method", 14),
    ListColumn("type", "Type", 12),
    ListColumn("currency", "Cur.", 6),
    ListColumn("gross_minor", "Gross", 14, "amount"),
    ListColumn("charged_minor", "Charged", 14, "amount"),
    ListColumn("expected_minor", "By the schedule", 14, "amount"),
    ListColumn("overcharged_minor", "Overcharged", 14, "amount"),
    ListColumn("psp_reference", "PSP reference", 21),
    ListColumn("event_reference", "Event reference", 21),
    ListColumn("merchant_reference", "Merchant reference", 18),
    ListColumn("booked_at", "Booked", 24),
    ListColumn("volume_minor", "Volume before", 16, "amount"),
    ListColumn("overcharged_whole", "Overcharged, minor units", 13, "count"),
    ListColumn("statement_file", "Statement file", 36),
    ListColumn("statement_row", "Row", 8, "count"),
)


PAYOUT_COLUMNS = (
    ListColumn("payout", "Payout", 23),
    ListColumn("batch", "Batch", 23),
    ListColumn("currency", "Cur.", 6),
    ListColumn("state", "State", 15),
    ListColumn("bank_state", "At the bank", 18),
    ListColumn("paid_at", "Paid", 24),
    *(ListColumn(key, title, 14, "amount") for key, title in STEPS),
    ListColumn("lines", "Lines", 9, "count"),
    ListColumn("payouts", "Payout lines", 9, "count"),
    ListColumn("basis", "Made of", 16),
    ListColumn("payout_whole", "Payout, minor units", 13, "count"),
    ListColumn("unexplained_whole", "Unexplained, minor units", 13, "count"),
)


@dataclass(frozen=True, slots=True)
class SheetOfRows:
    """A list on a sheet of its own: its columns, how many rows it shows, and where all of it is."""

    title: str
    columns: Sequence[ListColumn]
    rows_max: int
    whole_list: str
    printed_to: str


# By the name of the list.
SHEETS: Mapping[str, SheetOfRows] = {
    "discrepancies": SheetOfRows(
        "Discrepancies",
        DISCREPANCY_COLUMNS,
        DISCREPANCY_ROWS_MAX,
        "discrepancies.csv",
        "explanation",
    ),
    "pending": SheetOfRows(
        "Pending", PENDING_COLUMNS, PENDING_ROWS_MAX, "pending.csv", "ledger_id"
    ),
    "causes": SheetOfRows(
        "Causes", CAUSE_COLUMNS, CAUSE_ROWS_MAX, "discrepancies.ndjson", "evidence"
    ),
    "fees": SheetOfRows(
        "Fees", FEE_COLUMNS, FEE_ROWS_MAX, "the view reconciliation.fee_differences", "booked_at"
    ),
    "payouts": SheetOfRows(
        "Payouts", PAYOUT_COLUMNS, PAYOUT_ROWS_MAX, "payouts.ndjson", "unexplained_minor"
    ),
}


def write_workbook(
    stream: BinaryIO, facts: ReportFacts, rows: Mapping[str, Iterable[Sequence[Any]]]
) -> None:
    """Write the workbook; rows of each list come in the order of its columns, one at a time.

    A list without rows at all, such as the payouts of a PSP that has none explained, has no sheet.
    """
    workbook = _new_workbook(stream, facts)
    styles = Styles(workbook)
    sheet = workbook.add_worksheet("Control")
    write_page(sheet, styles, control_page(facts), footer=_footer(facts))
    for name, of_rows in SHEETS.items():
        if name in rows:
            _write_list(workbook, of_rows, styles, facts, rows[name], facts.listed[name])
    workbook.close()


def _new_workbook(stream: BinaryIO, facts: ReportFacts) -> Any:
    workbook = xlsxwriter.Workbook(
        stream,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "default_format_properties": {
                "font_name": "Arial",
                "font_size": 9,
                "valign": "vcenter",
            },
        },
    )
    header = facts.header
    workbook.set_properties(
        {
            "title": f"Reconciliation {header['psp']} / {header['account']}",
            "subject": header["run_id"],
            # The clock would make every file another one.
            "created": header["window_end"].astimezone(UTC).replace(tzinfo=None),
        }
    )
    return workbook


def _write_list(
    workbook: Any,
    of_rows: SheetOfRows,
    styles: Styles,
    facts: ReportFacts,
    rows: Iterable[Sequence[Any]],
    listed: int,
) -> None:
    name, columns = of_rows.title, of_rows.columns
    sheet = workbook.add_worksheet(name)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.set_footer(_footer(facts))
    sheet.hide_gridlines(2)
    sheet.repeat_rows(_HEAD_ROW)
    for number, column in enumerate(columns):
        sheet.set_column(number, number, column.width)
    sheet.set_row(0, 20)
    sheet.write_string(0, 0, _list_title(name, facts), styles.of("list_title"))
    note = _list_note(listed, of_rows.rows_max, of_rows.whole_list)
    sheet.write_string(1, 0, note, styles.of("list_note"))
    sheet.set_row(_HEAD_ROW, 27)
    for number, column in enumerate(columns):
        style = "head_right" if column.style in ("amount", "exposure", "count") else "head"
        sheet.write_string(_HEAD_ROW, number, column.title, styles.of(style))
    sheet.freeze_panes(_HEAD_ROW + 1, 1)
    keys = [column.key for column in columns]
    last = _HEAD_ROW
    for row in rows:
        last += 1
        _write_list_row(sheet, last, columns, row, row[keys.index("currency")], facts, styles)
    last = max(last, _HEAD_ROW + 1)
    sheet.autofilter(_HEAD_ROW, 0, last, len(columns) - 1)
    sheet.print_area(0, 0, last, keys.index(of_rows.printed_to))
    # Amounts are texts on purpose: no green corner on each of them.
    sheet.ignore_errors({"number_stored_as_text": f"A1:Z{last + 1}"})


def _write_list_row(
    sheet: Any,
    number: int,
    columns: Sequence[ListColumn],
    row: Sequence[Any],
    currency: str | None,
    facts: ReportFacts,
    styles: Styles,
) -> None:
    wrapped = [
        (value, column.width)
        for column, value in zip(columns, row, strict=True)
        if column.style == "wrapped" and value
    ]
    if wrapped:
        sheet.set_row(number, points_for(wrapped))
    for place, (column, value) in enumerate(zip(columns, row, strict=True)):
        style = styles.of(column.style)
        if column.style == "exposure" or (column.style == "amount" and value is not None):
            sheet.write_string(number, place, major(value, currency, facts.exponents), style)
        elif value is None:
            sheet.write_blank(number, place, None, style)
        elif column.style == "count" and abs(value) < _WHOLE_MAX:
            sheet.write_number(number, place, value, style)
        else:
            sheet.write_string(number, place, _text(value)[:_CELL_CHARACTERS_MAX], style)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _list_title(name: str, facts: ReportFacts) -> str:
    header = facts.header
    return (
        f"{name} of {facts.psp_title}, account {header['account']}, as of {moment(header['as_of'])}"
    )


def _list_note(listed: int, rows_max: int, whole_list: str) -> str:
    where = whole_list if whole_list.startswith("the view") else f"{whole_list} of this folder"
    if listed > rows_max:
        return f"The first {rows_max:,} of {listed:,} rows; all of them are in {where}."
    return f"{listed:,} rows, the same as in {where}."


def _footer(facts: ReportFacts) -> str:
    header = facts.header
    return footer_of(f"{header['psp']} / {header['account']}", f"run {header['run_id'][:16]}")
