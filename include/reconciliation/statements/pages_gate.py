"""The gate of formats that are the pages of an API."""

from __future__ import annotations

import psycopg
from psycopg.types.json import Jsonb

from include.reconciliation.edges import warehouse
from include.reconciliation.errors import StatementError
from include.reconciliation.statements import admission, pages
from include.reconciliation.statements.admission import Case
from include.reconciliation.statements.description import PagesFormat

WORK_TABLES = ("work_pages", "work_raw_rows")


def admit(case: Case, format_: PagesFormat) -> None:
    """Adds the lines of the pages to `work_statement_lines`; StatementError when one is bad."""
    cursor = case.cursor
    case.binds.update(
        types=Jsonb(
            {word: [line.type, line.economic_type] for word, line in format_.types.items()}
        ),
        divisors=Jsonb(dict(format_.minor_unit_divisors)),
        metadata_keys=list(format_.metadata_keys),
        zone=case.binds["fixed_zone"],
    )
    warehouse.run(cursor, "statements/create_pages")
    try:
        with (
            cursor.connection.transaction(),
            cursor.copy("copy work_pages (page_number, body) from stdin") as copy,
        ):
            for page in pages.read(case.delivery, format_.page):
                copy.write_row(page)
    except psycopg.DataError as error:
        raise StatementError(
            "bad_json",
            "a page holds what the database can't",
            file=case.file,
            found=str(error.diag.message_primary),
        ) from None
    warehouse.run(cursor, f"statements/{format_.name}_raw")
    cursor.execute("analyze work_raw_rows")
    admission.check(case, format_.name, format_.gates)
    read = {"statement_key": case.file, "sequence_number": None, "version_stamp": None}
    statement_ids = admission.open_statements(case, [read], [], format_.proved_by)
    warehouse.run(cursor, f"statements/{format_.name}_lines", case.binds)
    values = {**case.binds, "statement_ids": statement_ids}
    warehouse.run(cursor, "statements/describe_read", values)
    warehouse.run(cursor, "statements/describe_range", case.binds)
    warehouse.run(cursor, f"statements/{format_.name}_totals", case.binds)
