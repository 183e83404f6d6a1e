"""discrepancies.xlsx: the control page first, then the two lists. The same facts give the same bytes.

A spreadsheet's numbers are binary floats, so no amount is one: amounts are texts in major units,
aligned right, and beside them in the lists stand whole minor units, which a spreadsheet adds up
exactly. A cell from outside is a text whatever it begins with.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, BinaryIO

import xlsxwriter

from include.reconciliation.report.control_page import control_page
from include.reconciliation.report.facts import ReportFacts, major, moment
from include.reconciliation.report.page_writer import PageWriter
from include.reconciliation.report.styles import Styles

DISCREPANCY_ROWS_MAX = 100_000
PENDING_ROWS_MAX = 20_000
# What Excel holds in a cell, and which whole numbers its floats hold exactly.
_CELL_CHARACTERS_MAX = 32_767
_WHOLE_MAX = 2**53


@dataclass(frozen=True, slots=True)
class ListColumn:
    """A column of a list: key of the row, title, width in characters, and the style of its cells."""

    key: str
    title: str
    width: int
    style: str = "text"


DISCREPANCY_COLUMNS = (
    ListColumn("kind", "Kind", 24),
    ListColumn("change", "Change", 11),
    ListColumn("status", "Status", 10),
    ListColumn("severity", "Severity", 9),
    ListColumn("currency", "Cur.", 6),
    ListColumn("statement_minor", "Statement", 15, "amount"),
    ListColumn("ledger_minor", "Ledger", 15, "amount"),
    ListColumn("delta_minor", "Delta", 15, "amount"),
    ListColumn("exposure_minor", "Exposure", 15, "amount"),
    ListColumn("delta_whole", "Delta, minor units", 13, "count"),
    ListColumn("exposure_whole", "Exposure, minor units", 13, "count"),
    ListColumn("age_days", "Age, days", 6, "count"),
    ListColumn("psp_reference", "PSP reference", 22),
    ListColumn("merchant_reference", "Merchant reference", 20),
    ListColumn("occurred_at", "Occurred", 22),
    ListColumn("due_on", "Due on", 11),
    ListColumn("explanation", "Explanation", 70, "wrapped"),
    ListColumn("statement_file", "Statement file", 30),
    ListColumn("statement_row", "Row", 7, "count"),
    ListColumn("leg", "Leg", 17),
    ListColumn("aspect", "Aspect", 12),
    ListColumn("episode", "Episode", 8, "count"),
    ListColumn("first_run_id", "First seen in run", 20, "code"),
    ListColumn("event_id", "Event", 20, "code"),
    ListColumn("discrepancy_id", "Discrepancy", 20, "code"),
)
PENDING_COLUMNS = (
    ListColumn("side", "Side", 10),
    ListColumn("reason", "Waits because", 20),
    ListColumn("is_counted", "In the sums", 8),
    ListColumn("type", "Type", 11),
    ListColumn("currency", "Cur.", 6),
    ListColumn("amount_minor", "Amount", 15, "amount"),
    ListColumn("amount_whole", "Amount, minor units", 13, "count"),
    ListColumn("due_on", "Due on", 11),
    ListColumn("age_days", "Age, days", 6, "count"),
    ListColumn("psp_reference", "PSP reference", 22),
    ListColumn("event_reference", "Event reference", 22),
    ListColumn("merchant_reference", "Merchant reference", 20),
    ListColumn("dated_at", "Occurred", 22),
    ListColumn("ledger_id", "Ledger transaction", 22),
    ListColumn("statement_file", "Statement file", 30),
    ListColumn("statement_row", "Row", 7, "count"),
    ListColumn("leg", "Leg", 17),
    ListColumn("first_run_id", "First seen in run", 20, "code"),
)


def write_workbook(
    stream: BinaryIO,
    facts: ReportFacts,
    discrepancies: Iterable[Sequence[Any]],
    pending: Iterable[Sequence[Any]],
) -> None:
    """Write the workbook; the rows of the lists come in the order of their columns, one at a time."""
    workbook = xlsxwriter.Workbook(
        stream,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "default_format_properties": {"font_name": "Arial", "font_size": 9, "valign": "vcenter"},
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
    styles = Styles(workbook)
    sheet = workbook.add_worksheet("Control")
    PageWriter(sheet, styles).write(control_page(facts), footer=_footer(facts))
    _write_list(
        workbook, "Discrepancies", DISCREPANCY_COLUMNS, styles, facts, discrepancies,
        listed=facts.discrepancies_listed, rows_max=DISCREPANCY_ROWS_MAX,
        whole_list="discrepancies.csv", freeze_columns=1,
    )
    _write_list(
        workbook, "Pending", PENDING_COLUMNS, styles, facts, pending,
        listed=facts.pending_listed, rows_max=PENDING_ROWS_MAX,
        whole_list="pending.csv", freeze_columns=2,
    )
    workbook.close()


def _write_list(
    workbook: Any,
    name: str,
    columns: Sequence[ListColumn],
    styles: Styles,
    facts: ReportFacts,
    rows: Iterable[Sequence[Any]],
    *,
    listed: int,
    rows_max: int,
    whole_list: str,
    freeze_columns: int,
) -> None:
    sheet = workbook.add_worksheet(name)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.set_footer(_footer(facts))
    sheet.hide_gridlines(2)
    for number, column in enumerate(columns):
        sheet.set_column(number, number, column.width)
    sheet.set_row(0, 20)
    sheet.write_string(0, 0, _list_title(name, facts), styles.of("list_title"))
    sheet.write_string(1, 0, _list_note(listed, rows_max, whole_list), styles.of("note"))
    sheet.set_row(2, 26)
    for number, column in enumerate(columns):
        right = column.style in ("amount", "count")
        style = styles.of("list_head_right" if right else "list_head")
        sheet.write_string(2, number, column.title, style)
    sheet.freeze_panes(3, freeze_columns)
    sheet.repeat_rows(2)
    last = 2
    currency = [column.key for column in columns].index("currency")
    for last, row in enumerate(rows, 3):  # noqa: B007 - the number of the last row is used below
        for number, (column, value) in enumerate(zip(columns, row, strict=True)):
            if value is not None:
                _write_cell(sheet, last, number, column, value, row[currency], facts, styles)
    sheet.autofilter(2, 0, max(last, 3), len(columns) - 1)
    # Amounts are texts on purpose: no green corner on each of them.
    sheet.ignore_errors({"number_stored_as_text": f"A1:AZ{max(last, 3) + 1}"})


def _write_cell(
    sheet: Any,
    row: int,
    number: int,
    column: ListColumn,
    value: Any,
    currency: str | None,
    facts: ReportFacts,
    styles: Styles,
) -> None:
    style = styles.of(column.style)
    if column.style == "amount":
        sheet.write_string(row, number, major(value, currency, facts.exponents), style)
    elif column.style == "count" and abs(value) < _WHOLE_MAX:
        sheet.write_number(row, number, value, style)
    else:
        sheet.write_string(row, number, _text(value)[:_CELL_CHARACTERS_MAX], style)


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
        f"{name} of {facts.psp_title}, account {header['account']}, "
        f"as of {moment(header['as_of'])}"
    )


def _list_note(listed: int, rows_max: int, whole_list: str) -> str:
    if listed > rows_max:
        return (
            f"The first {rows_max:,} of {listed:,} rows; all of them are in {whole_list} of this folder."
        )
    return f"{listed:,} rows, the same as in {whole_list} of this folder."


def _footer(facts: ReportFacts) -> str:
    header = facts.header
    place = f"{header['psp']} / {header['account']}"
    return f"&L&8{place}&C&8run {header['run_id'][:16]}&R&8page &P of &N"
