"""Where the rows of a CSV file arrive: a table of the columns that it has, a view of every role.

A role that a file lacks is a constant of the view. The planner leaves out whatever is made of it,
so that one SQL file serves all formats and none pays for the columns of the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from psycopg import sql

from include.reconciliation.edges.warehouse import Cursor
from include.reconciliation.statements.description import CsvFormat
from include.reconciliation.statements.roles import (
    AMOUNTS,
    COSTS,
    COUNTED,
    READ_FIRST,
    ROLES,
    TAXES,
)

FILE_TABLE = sql.Identifier("work_file_rows")
VIEW = sql.Identifier("work_raw_rows")
_NO_TEXT = sql.SQL("null::text")
_EMPTY = sql.SQL("''::text")
_CONSTANTS = (_NO_TEXT, _EMPTY)


def create(
    cursor: Cursor,
    format_: CsvFormat,
    roles: frozenset[str],
    unread: Iterable[str],
    *,
    first_row: int,
    default_currency: str | None,
) -> None:
    """Makes the table `work_file_rows`, empty, and `work_raw_rows` on it.

    A file without a column of currencies is in the default one.
    """
    # What is read comes first, so that a query need not step over the rest of the row.
    read = sorted(_kept(format_, roles), key=lambda role: (role not in READ_FIRST, role))
    columns = [sql.SQL("{} text").format(sql.Identifier(name)) for name in read]
    # This type takes the first byte of any text, so that unread columns cost next to nothing.
    columns += [sql.SQL('{} "char"').format(sql.Identifier(name)) for name in unread]
    cursor.execute(sql.SQL("drop table if exists {} cascade").format(FILE_TABLE))
    # Not temporary: a temporary table can't be read by two processes at once.
    cursor.execute(
        sql.SQL(
            "create unlogged table {} (row_number integer generated always as identity"
            " (start with {} cache 1000), {})"
        ).format(FILE_TABLE, sql.Literal(first_row), sql.SQL(", ").join(columns))
    )
    show(cursor, format_, roles, default_currency=default_currency, has_marks=False)


def show(
    cursor: Cursor,
    format_: CsvFormat,
    roles: frozenset[str],
    *,
    default_currency: str | None,
    has_marks: bool,
) -> None:
    """Makes `work_raw_rows`: row_number, a text per role, and the numbers that amounts come to.

    `has_marks`: the amounts are known to be written as the format says, and are shown as the
    database reads them, without marks between thousands and with a decimal point.
    """
    texts = {
        role: _text(format_, role, has_marks=has_marks) for role in _kept(format_, roles)
    }
    missing = {"net_currency": default_currency}
    columns = [
        sql.SQL("{} as {}").format(
            texts.get(role, sql.SQL("{}::text").format(sql.Literal(missing.get(role)))),
            sql.Identifier(role),
        )
        for role in ROLES
    ]
    declared = frozenset(format_.columns.values())
    amounts = {
        "gross_amount": _of_sides(texts, "gross"),
        "net_amount": _of_sides(texts, "net"),
        "cost_amount": _total(texts, [role for role in COSTS if role in declared], format_),
        "tax_amount": _total(texts, [role for role in TAXES if role in declared], format_),
    }
    columns += [
        sql.SQL("{} as {}").format(made, sql.Identifier(name))
        for name, made in {**amounts, **_found_by(texts)}.items()
    ]
    cursor.execute(
        sql.SQL("create or replace view {} as select row_number, {} from {}").format(
            VIEW, sql.SQL(", ").join(columns), FILE_TABLE
        )
    )


def analyze(cursor: Cursor, format_: CsvFormat, roles: frozenset[str]) -> None:
    """Counts what the planner must know: without it a million rows are sorted to join three.

    Of a column it knows how many values there are; of an expression only if it is told to count.
    """
    texts: dict[str, sql.Composable] = {
        role: sql.Identifier(role) for role in _kept(format_, roles)
    }
    expressions = _found_by(texts)
    if "statement" in texts:
        expressions["statement"] = sql.SQL("coalesce({}, '')").format(texts["statement"])
    for name, expression in expressions.items():
        if not isinstance(expression, sql.Identifier) and expression not in _CONSTANTS:
            cursor.execute(
                sql.SQL("create statistics {} on ({}) from {}").format(
                    sql.Identifier(f"work_{name}_statistics"), expression, FILE_TABLE
                )
            )
    counted = sql.SQL(", ").join(map(sql.Identifier, sorted(_kept(format_, roles) & COUNTED)))
    cursor.execute(sql.SQL("analyze {} ({})").format(FILE_TABLE, counted))


def _found_by(texts: Mapping[str, sql.Composable]) -> dict[str, sql.Composable]:
    """By what a row finds its time and its type.

    The time of a row without one is the fallback's; with it goes the zone beside it, or else that
    of the fallback. A type is read in small letters, with the second word behind it.
    """
    time, zone = texts.get("booked_time"), texts.get("booked_zone")
    other_time, other_zone = texts.get("fallback_time"), texts.get("fallback_zone")
    own_zone = other_zone or _NO_TEXT
    if time is not None and zone is not None:
        own_zone = sql.SQL("case when {} is null then {} else {} end").format(
            time, own_zone, _first_of(zone, other_zone)
        )
    type_word: sql.Composable = _EMPTY
    if "type" in texts:
        type_word = sql.SQL("coalesce(lower({}), '')").format(texts["type"])
    if "subtype" in texts:
        type_word = sql.SQL("lower(concat_ws(' / ', {}, {}))").format(
            texts.get("type", _NO_TEXT), texts["subtype"]
        )
    return {
        "written_time": _first_of(time, other_time),
        "written_zone": own_zone,
        "type_word": type_word,
    }


def _first_of(*columns: sql.Composable | None) -> sql.Composable:
    there = [column for column in columns if column is not None]
    if len(there) > 1:
        return sql.SQL("coalesce({})").format(sql.SQL(", ").join(there))
    return there[0] if there else _NO_TEXT


def _kept(format_: CsvFormat, roles: frozenset[str]) -> frozenset[str]:
    """The roles that the table has: of balances without a type, `csv_untyped` writes the word."""
    return roles | {"type"} if format_.balance_words else roles


def _text(format_: CsvFormat, role: str, *, has_marks: bool) -> sql.Composable:
    column = sql.Identifier(role)
    numbers = format_.numbers
    if not has_marks or role not in AMOUNTS or numbers.is_plain:
        return column
    return sql.SQL("replace(replace({}, {}, ''), {}, '.')").format(
        column, sql.Literal(numbers.thousands), sql.Literal(numbers.decimal)
    )


def _of_sides(texts: dict[str, sql.Composable], role: str) -> sql.Composable:
    """An amount with its sign, from the column that has one or from credit and debit."""
    credit, debit = texts.get(f"{role}_credit"), texts.get(f"{role}_debit")
    if credit is not None and debit is not None:
        return sql.SQL(
            "case when {debit} is null then {credit}::numeric"
            " when {credit} is null then -{debit}::numeric"
            " else {credit}::numeric - {debit}::numeric end"
        ).format(credit=credit, debit=debit)
    if credit is not None:
        return sql.SQL("{}::numeric").format(credit)
    if debit is not None:
        return sql.SQL("-{}::numeric").format(debit)
    return sql.SQL("{}::numeric").format(texts.get(role, sql.NULL))


def _total(
    texts: dict[str, sql.Composable], declared: list[str], format_: CsvFormat
) -> sql.Composable:
    """Costs or taxes, positive where they are paid; of columns that are not there no total is."""
    if not declared or any(role not in texts for role in declared):
        return sql.SQL("null::numeric")
    parts = [sql.SQL("coalesce({}::numeric, 0)").format(texts[role]) for role in declared]
    sign = sql.SQL("-" if format_.cost_sign < 0 else "")
    return sql.SQL("{}({})").format(sign, sql.SQL(" + ").join(parts))
