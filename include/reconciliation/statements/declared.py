"""A CSV format that the configuration declares: a table [[format]] of psps.toml.

    [[format]]
    name = "acme"
    delimiter = ";"
    time_layouts = ["DD/MM/YYYY hh:mm"]
    zone = "America/Sao_Paulo"
    [format.columns]
    "Data" = "booked_time"
    "Valor" = "gross"
    ...

Whatever is not known or does not fit is an error that names the key.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, get_args

from include.reconciliation.config import LEDGER_TYPES, OTHER_TYPES
from include.reconciliation.errors import ConfigurationError
from include.reconciliation.statements import roles, time_layouts
from include.reconciliation.statements.description import (
    NOT_LINES,
    CsvFormat,
    Identity,
    LineType,
    Numbers,
    Scope,
    Unit,
)
from include.reconciliation.statements.encodings import ENCODINGS
from include.reconciliation.toml_tables import NAME, TableReader, flag, matching, zone_name

TYPES = (*LEDGER_TYPES, *OTHER_TYPES, *NOT_LINES, "unknown")
_ONE_CHARACTER = re.compile(r"[^\w\"\r\n]", re.ASCII)
_NO_TYPE = ""
ROWS_ABOVE_MAX = 50


def csv_format(entry: Mapping[str, Any]) -> CsvFormat:
    """The format that a table declares; ConfigurationError names the key that is wrong."""
    reader = TableReader(dict(entry), f"[[format]] {entry.get('name')}")
    columns = _columns(reader)
    optional = _listed(reader, "optional", columns)
    types = _types(reader, has_column="type" in columns.values())
    format_ = CsvFormat(
        name=reader.take("name", matching(NAME)),
        title=reader.take("title", str, f"{entry['name']} (CSV)"),
        how_to_fetch=reader.take("how_to_fetch", str, "as you declared it"),
        columns=columns,
        required=frozenset(role for header, role in columns.items() if header not in optional),
        ignored=frozenset(reader.take("ignored", _texts, ())),
        types=types,
        time_layouts=reader.take("time_layouts", _layouts),
        zone=reader.take("zone", _zone_rule),
        identities=reader.take("identities", _several(get_args(Identity)), ()),
        delimiters=(reader.take("delimiter", matching(_ONE_CHARACTER), ","),),
        numbers=_numbers(reader),
        encoding=reader.take("encoding", _one_of(ENCODINGS), "utf-8"),
        rows_above_max=reader.take("rows_above_header", _row_count, 0),
        statement_key=reader.take("statement_key", _with_place, "{}"),
        statement_is_number=reader.take("statement_is_number", flag, False),
        line_scope=reader.take("line_scope", _one_of(get_args(Scope)), "statement"),
        cost_sign=-1 if reader.take("costs_are_negative", flag, False) else 1,
        currency_in_any_case=reader.take("currency_in_any_case", flag, False),
        further_kinds=_further_kinds(reader, columns),
    )
    reader.finish()
    _refuse_contradictions(format_, reader.place)
    return format_


def _columns(reader: TableReader) -> dict[str, str]:
    columns: dict[str, str] = {}
    for header, role in reader.take("columns", dict).items():
        if role not in roles.ROLES:
            raise ConfigurationError(
                f"{reader.place}: columns.{header!r} = {role!r} is no role; "
                f"known: {', '.join(roles.ROLES)}"
            )
        if role in columns.values():
            raise ConfigurationError(
                f"{reader.place}: columns.{header!r} = {role!r}: another column has that role"
            )
        columns[" ".join(header.split())] = role
    return columns


def _listed(reader: TableReader, key: str, columns: Mapping[str, str]) -> tuple[str, ...]:
    headers: tuple[str, ...] = reader.take(key, _texts, ())
    if unknown := [header for header in headers if header not in columns]:
        raise ConfigurationError(f"{reader.place}: {key} names {unknown}, not among the columns")
    return headers


def _types(reader: TableReader, *, has_column: bool) -> dict[str, LineType]:
    if not has_column:
        word = reader.take("type", _one_of(TYPES))
        negative = reader.take("negative_type", _one_of(TYPES), None)
        return {_NO_TYPE: LineType(word, word, negative)}
    types = {}
    for word, value in reader.take("types", dict).items():
        place = f"{reader.place}, types.{word!r}"
        own = TableReader({"type": value} if isinstance(value, str) else value, place)
        type_ = own.take("type", _one_of(TYPES))
        types[" ".join(word.lower().split())] = LineType(
            type_,
            own.take("counts_with", _one_of(TYPES), type_),
            own.take("negative", _one_of(TYPES), None),
        )
        own.finish()
    return types


def _numbers(reader: TableReader) -> Numbers:
    own = TableReader(reader.take("numbers", dict, {}), f"{reader.place}, numbers")
    numbers = Numbers(
        decimal=own.take("decimal", _one_of((".", ",")), "."),
        thousands=own.take("thousands", _one_of(("", ".", ",", " ", "'")), ""),
        is_signed=own.take("is_signed", flag, True),
        unit=own.take("unit", _one_of(get_args(Unit)), "major"),
    )
    own.finish()
    if numbers.decimal == numbers.thousands:
        raise ConfigurationError(f"{own.place}: decimal and thousands are the same mark")
    return numbers


def _further_kinds(reader: TableReader, columns: Mapping[str, str]) -> dict[str, str]:
    """The kinds of further references, by role; a column that has none is named as its header."""
    kinds = dict(reader.take("reference_kinds", dict, {}))
    found = {}
    for header, role in columns.items():
        if role in roles.FURTHER:
            found[role] = str(kinds.pop(header, header))
    if kinds:
        raise ConfigurationError(
            f"{reader.place}: reference_kinds names {sorted(kinds)}, no further references"
        )
    return found


def _refuse_contradictions(format_: CsvFormat, place: str) -> None:
    has_amount = format_.has("net") or format_.has("gross")
    needs = {
        "a column with the role booked_time": "booked_time" in format_.columns.values(),
        "a column of amounts: gross, net, or their debit and credit": has_amount,
        "one column for an amount: with its sign, or debit and credit": not any(
            {role, f"{role}_debit"} <= set(format_.columns.values())
            or {role, f"{role}_credit"} <= set(format_.columns.values())
            for role in ("gross", "net")
        ),
        "columns of gross and net, since rows should tie": (
            "rows_tie" not in format_.identities
            or (format_.has("net") and (format_.has("gross") or format_.has("settled_gross")))
        ),
        "a column with the role line_id, since lines are the account's": (
            format_.line_scope == "statement" or "line_id" in format_.columns.values()
        ),
        "a column with the role booked_zone, since zone is 'abbreviation'": (
            format_.zone != "abbreviation" or "booked_zone" in format_.columns.values()
        ),
        "types 'opening' and 'closing', since balances should tie": (
            "opening_and_lines_are_closing" not in format_.identities
            or {"opening", "closing"} <= {line.type for line in format_.types.values()}
        ),
    }
    for need, is_met in needs.items():
        if not is_met:
            raise ConfigurationError(f"{place}: the format needs {need}")


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise ValueError("must be a list of texts")
    return tuple(" ".join(text.split()) for text in value)


def _layouts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise ValueError("must be a list of layouts such as 'YYYY-MM-DD hh:mm:ss'")
    for layout in value:
        time_layouts.compiled(str(layout))
    return tuple(map(str, value))


def _zone_rule(value: object) -> str:
    return str(value) if value in ("abbreviation", "offset", "psp") else zone_name(value)


def _with_place(value: object) -> str:
    if not isinstance(value, str) or value.count("{}") != 1:
        raise ValueError("must hold {} once, such as 'batch {}'")
    return value


def _row_count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= ROWS_ABOVE_MAX:
        raise ValueError(f"must be a number from 0 to {ROWS_ABOVE_MAX}")
    return value


def _one_of(known: tuple[str, ...]) -> Any:
    def convert(value: object) -> str:
        if value not in known:
            raise ValueError(f"must be one of {', '.join(map(repr, known))}")
        return str(value)

    return convert


def _several(known: tuple[str, ...]) -> Any:
    def convert(value: object) -> tuple[str, ...]:
        if not isinstance(value, list) or not set(value) <= set(known):
            raise ValueError(f"must be a list out of {', '.join(map(repr, known))}")
        return tuple(value)

    return convert
