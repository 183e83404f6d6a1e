"""The gate of the CSV formats: the raw rows by role, their sums, their promises, their lines."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from include.reconciliation.edges import warehouse
from include.reconciliation.errors import StatementError
from include.reconciliation.statements import (
    admission,
    csv_proofs,
    csv_reader,
    csv_tables,
    roles,
    time_layouts,
)
from include.reconciliation.statements.admission import Case
from include.reconciliation.statements.csv_reader import Header
from include.reconciliation.statements.description import (
    NOT_LINES,
    CsvFormat,
    Gate,
    Numbers,
)
from include.reconciliation.statements.zones import ZONES

# What reads grouped rows, and always runs.
SMALL_GATES = (
    Gate("every_row_is_of_this_account", "wrong_account"),
    Gate("every_statement_number_is_whole", "bad_batch_number"),
    Gate("every_row_has_a_type", "missing_value"),
    Gate("every_row_has_an_amount", "missing_value"),
    Gate("every_line_has_its_id", "missing_value"),
    Gate("every_currency_is_known", "unknown_currency"),
    Gate("every_currency_is_configured", "currency_not_configured"),
    Gate("every_booking_time_is_valid", "bad_date"),
    Gate("every_zone_is_known", "unknown_zone"),
    Gate("every_balance_stands_once", "balance_repeated"),
    Gate("every_opening_is_one_amount", "wrong_total"),
)
# What comes before amounts with other marks than a decimal point are rewritten.
MARK_GATES = (Gate("every_amount_has_the_marks", "bad_amount"),)
# What reads the raw rows again where they could not be grouped.
TEXT_GATES = (
    Gate("every_text_is_short", "beyond_limits"),
    Gate("every_amount_is_a_plain_decimal", "bad_amount"),
)
# What reads the raw rows again, only when the grouping raised a flag.
ROW_GATES = (
    *TEXT_GATES,
    Gate("no_amount_has_excess_decimals", "excess_decimals"),
    Gate("no_row_is_both_debit_and_credit", "debit_and_credit"),
    Gate("every_row_ties", "row_does_not_tie"),
)
# What reads the lines whose keys are shared, where the file has a column of ids.
ID_GATES = (Gate("every_line_id_comes_once", "line_repeated"),)
SUM_GATES = {
    "statements_sum_to_zero": Gate("every_statement_sums_to_zero", "wrong_total"),
    "opening_and_lines_are_closing": Gate("opening_and_lines_are_closing", "wrong_total"),
}
GATES = (*MARK_GATES, *SMALL_GATES, *ROW_GATES, *ID_GATES, *SUM_GATES.values())
WORK_TABLES = (
    "work_file_rows",
    "work_units",
    "work_written_times",
    "work_value_dates",
    "work_control",
    "work_types",
    "work_statement_keys",
    "work_sums",
)
# Days that are farther apart are two spans, of which one is covered.
NEAR_DAYS = 14
_UNSIGNED = "[^0-9.|]"
_SIGNED = "[^0-9.|-]|[0-9.]-"


def admit(case: Case, format_: CsvFormat) -> None:
    """Makes the file's lines in `work_new_lines`; StatementError when a promise is broken."""
    cursor = case.cursor
    with case.content() as stream:
        header = csv_reader.load(cursor, stream, format_, case.file, case.default_currency)
    case.binds.update(
        _binds(format_, header),
        no_currency=admission.NO_CURRENCY,
        names_no_currency=case.default_currency == admission.NO_CURRENCY,
    )
    # Where the database can't calculate, the raw rows stay: they name the statement.
    with cursor.connection.transaction():
        _convert(case, format_, header)


def _convert(case: Case, format_: CsvFormat, header: Header) -> None:
    cursor = case.cursor
    if format_.balance_words and "type" not in header.roles:
        opening, closing = format_.balance_words
        words = {"opening_word": opening, "closing_word": closing}
        warehouse.run(cursor, "statements/csv_untyped", words)
    if not format_.numbers.is_plain:
        _check(case, format_, MARK_GATES)
        csv_tables.show(
            cursor,
            format_,
            header.roles,
            default_currency=case.default_currency,
            has_marks=True,
        )
    csv_tables.analyze(cursor, format_, header.roles)
    warehouse.run(cursor, "statements/csv_units", case.binds)
    warehouse.run(cursor, "statements/csv_times", case.binds)
    warehouse.run(cursor, "statements/csv_value_dates")
    # A join from which nothing is read is left out where it can't make two rows of one.
    cursor.execute("create unique index on work_units (written)")
    cursor.execute("create unique index on work_value_dates (written_time)")
    cursor.execute("analyze work_units, work_written_times, work_value_dates")
    _add_up(case, format_)
    try:
        _prove(case, format_, header)
    except StatementError:
        # The sums go when the gate goes back; what they leave unexplained is to be seen.
        sums = warehouse.run(cursor, "statements/csv_named_sums", _naming(case)).fetchall()
        case.named.extend(sums)
        raise
    warehouse.run(cursor, "statements/csv_totals", case.binds)


def named_statements(case: Case) -> list[dict[str, Any]]:
    """The statements that a refused file seems to hold, as far as its rows arrived."""
    if case.named:
        return case.named
    if "has_statement" not in case.binds:
        return []
    if not admission.is_flagged(case.cursor, "statements/has_raw_rows"):
        return []
    if admission.is_flagged(case.cursor, "statements/csv_is_only_of_others", case.binds):
        return [admission.of_others(case)]
    warehouse.run(case.cursor, "statements/csv_times", case.binds)
    return warehouse.run(case.cursor, "statements/csv_named", _naming(case)).fetchall()


def _naming(case: Case) -> dict[str, Any]:
    """The binds with the key of what only its days name, where not all of them can be read."""
    question = "statements/csv_is_a_day_unread"
    is_a_day_unread = admission.is_flagged(case.cursor, question, case.binds)
    return {**case.binds, "file_key": f"file {case.file}" if is_a_day_unread else None}


def _add_up(case: Case, format_: CsvFormat) -> None:
    cursor = case.cursor
    try:
        with cursor.connection.transaction():
            if format_.numbers.rounds_sums:
                warehouse.run(cursor, "statements/csv_spread")
            warehouse.run(cursor, "statements/csv_control", case.binds)
    except psycopg.DataError:
        _check(case, format_, TEXT_GATES)
        raise
    for work in ("types", "statement_keys", "sums"):
        warehouse.run(cursor, f"statements/csv_{work}", case.binds)


def _prove(case: Case, format_: CsvFormat, header: Header) -> None:
    cursor = case.cursor
    _check(case, format_, SMALL_GATES)
    if admission.is_flagged(cursor, "statements/has_suspects"):
        _check(case, format_, ROW_GATES)
    for identity in format_.identities:
        if identity in SUM_GATES:
            _check(case, format_, (SUM_GATES[identity],))
    _open(case, format_, header)
    cursor.execute("analyze work_types, work_statement_keys")
    warehouse.run(cursor, "statements/csv_lines", case.binds)
    admission.finish_lines(cursor)
    # The days are those of the lines that the ledger has: others may lie around them.
    warehouse.run(cursor, "statements/note_outside_days", {"near_days": NEAR_DAYS})
    if case.binds["ties"] and admission.is_flagged(cursor, "statements/csv_ties"):
        _check(case, format_, ROW_GATES)
    if case.binds["has_line_id"]:
        _check(case, format_, ID_GATES)


def _open(case: Case, format_: CsvFormat, header: Header) -> None:
    proofs = csv_proofs.proofs(case, format_)
    warehouse.run(case.cursor, "statements/create_statements")
    for statement in warehouse.run(case.cursor, "statements/csv_statements").fetchall():
        proof = proofs[statement["statement_key"]]
        notices = [*header.notices, *proof.notices]
        admission.open_statement(case, statement, notices, proof.proved_by)
    case.cursor.execute("analyze work_statements")


def _check(case: Case, format_: CsvFormat, gates: Sequence[Gate]) -> None:
    admission.check(case, "csv", gates, column=format_.header_of)


def _binds(format_: CsvFormat, header: Header) -> Mapping[str, Any]:
    """What the format and this file say, as values for the SQL of `statements/csv_*`."""
    has = header.roles
    declared = frozenset(format_.columns.values())
    costs, taxes = declared & frozenset(roles.COSTS), declared & frozenset(roles.TAXES)
    numbers = format_.numbers
    before, _, after = format_.statement_key.partition("{}")
    return {
        "unit": numbers.unit,
        "own_exponents": Jsonb(dict(numbers.own_exponents)),
        "in_any_case": format_.currency_in_any_case,
        "is_signed": numbers.is_signed,
        "bad_amounts": _SIGNED if numbers.is_signed else _UNSIGNED,
        **_marks(numbers),
        "zones": Jsonb(ZONES),
        "layouts": Jsonb([time_layouts.compiled(layout) for layout in format_.time_layouts]),
        "time_example": time_layouts.example(format_.time_layouts[0]),
        "zone_rule": format_.zone if format_.zone in ("abbreviation", "offset") else "fixed",
        **({} if format_.zone == "psp" else {"fixed_zone": format_.zone}),
        "types": Jsonb(
            {
                word: [line.type, line.economic_type, line.negative]
                for word, line in format_.types.items()
            }
        ),
        "not_lines": list(NOT_LINES),
        "has_types_by_sign": any(line.negative for line in format_.types.values()),
        **{f"has_{role}": role in has for role in _FLAGGED},
        "has_gross": bool(has & {"gross", "gross_debit", "gross_credit"}),
        "has_gross_sides": bool(has & {"gross_debit", "gross_credit"}),
        "has_net": bool(has & {"net", "net_debit", "net_credit"}),
        "has_net_sides": bool(has & {"net_debit", "net_credit"}),
        # A cost whose column was not configured is not 0.
        "has_costs": bool(costs) and costs <= has,
        "has_taxes": bool(taxes) and taxes <= has,
        "has_further": bool(has & frozenset(roles.FURTHER)),
        "further_kinds": [format_.further_kinds.get(role) for role in roles.FURTHER],
        "ties": "rows_tie" in format_.identities and costs | taxes <= has and _has_both(has),
        "sums_to_zero": "statements_sum_to_zero" in format_.identities,
        "cost_sign": format_.cost_sign,
        "sign_is_open": format_.sign_is_open,
        "key_before": before,
        "key_after": after,
        "statement_is_number": format_.statement_is_number,
        "statement_is_payout": format_.statement_is_payout,
        "line_scope": format_.line_scope,
        "key_has_merchant": not has & {"psp_reference", "event_reference", "line_id"},
        "account_rows_hold_text": format_.account_rows_hold_text,
    }


def _has_both(has: frozenset[str]) -> bool:
    """Whether there is a gross and a net, which could tie."""
    gross = has & {"gross", "gross_debit", "gross_credit", "settled_gross"}
    return bool(gross and has & {"net", "net_debit", "net_credit"})


def _marks(numbers: Numbers) -> dict[str, str]:
    """How amounts are written, as a pattern and as an example."""
    decimal, thousands = re.escape(numbers.decimal), re.escape(numbers.thousands)
    whole = "[0-9]+"
    if numbers.thousands:
        whole = f"([0-9]{{1,3}}({thousands}[0-9]{{3}})+|[0-9]+)"
    return {
        "marks_pattern": f"^-?({whole}({decimal}[0-9]*)?|{decimal}[0-9]+)$",
        "marks_example": f"1{numbers.thousands}234{numbers.decimal}50",
    }


_FLAGGED = (
    "account",
    "statement",
    "line_id",
    "type",
    "subtype",
    "gross_currency",
    "exchange_rate",
    "value_date",
    "balance",
)
