"""The benchmark's two sides as data frames, compared with a peer; runs with the peers' packages.

Each peer gets what the floor gets, the statement file and the ledger's rows of the window, and what
makes its work as light and as right as it can be: only the columns that it needs, amounts as whole
minor units, references as text. Amounts never pass through a float before they are compared.
"""

from __future__ import annotations

import csv
import importlib
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from psycopg.sql import SQL

from include.reconciliation.edges.warehouse import connect, statement

# pandas.DataFrame, of a package that is not there where types are checked.
Frame = Any
KEY = ["reference", "type"]
TYPES = {"settled": "payment", "refunded": "refund"}
_COSTS = ["Commission (NC)", "Markup (NC)", "Scheme Fees (NC)", "Interchange (NC)"]
_STATEMENT_COLUMNS = [
    "Psp Reference", "Type", "Modification Reference", "Gross Currency", "Gross Debit (GC)",
    "Gross Credit (GC)", *_COSTS,
]  # fmt: skip
_LEDGER_COLUMNS = {
    "psp_reference": "str",
    "event_reference": "str",
    "type": "str",
    "amount_minor": "Int64",
    "fee_minor": "Int64",
    "currency": "str",
}


def import_seconds(name: str) -> float:
    """Loads a peer and says how long that took."""
    began = time.perf_counter()
    importlib.import_module(name)
    return time.perf_counter() - began


def run_peer(
    name: str,
    file: Path,
    place: Path,
    *,
    account: str,
    window_start: datetime,
    window_end: datetime,
) -> dict[str, int]:
    """Reads both sides, compares them, writes place/findings.csv; returns the rows of each side."""
    ledger_file = place / "ledger.csv"
    _export_ledger(
        ledger_file, {"account": account, "window_start": window_start, "window_end": window_end}
    )
    stated, booked = statement_frame(file), ledger_frame(ledger_file)
    rows = {"statement": len(stated), "ledger": len(booked)}
    with (place / "findings.csv").open("w", newline="", encoding="utf-8") as target:
        csv.writer(target).writerows(COMPARISONS[name](stated, booked, place))
    return rows


def statement_frame(file: Path) -> Frame:
    """The lines of the settlement details file: key, currency, amount and fee in minor units."""
    import pandas

    # The reader in C: the one of pyarrow makes floats of amounts before it makes text of them.
    read = pandas.read_csv(file, usecols=_STATEMENT_COLUMNS, dtype="str")
    words = read["Type"].str.lower()
    amount_minor = _minor(read["Gross Credit (GC)"]) - _minor(read["Gross Debit (GC)"])
    return pandas.DataFrame(
        {
            "reference": read["Modification Reference"],
            "type": words.replace(TYPES),
            "currency": read["Gross Currency"],
            "amount_minor": amount_minor,
            "fee_minor": sum((_minor(read[cost]) for cost in _COSTS[1:]), _minor(read[_COSTS[0]])),
            "statement_payment": read["Psp Reference"],
        }
    )


def ledger_frame(file: Path) -> Frame:
    """The ledger's rows in the same columns."""
    import pandas

    read = pandas.read_csv(file, usecols=list(_LEDGER_COLUMNS), dtype=_LEDGER_COLUMNS)
    return pandas.DataFrame(
        {
            "reference": read["event_reference"],
            "type": read["type"],
            "currency": read["currency"],
            "amount_minor": read["amount_minor"],
            # A frame has no other way to say that a refund costs nothing.
            "fee_minor": read["fee_minor"].fillna(0),
            "ledger_payment": read["psp_reference"],
        }
    )


def _minor(texts: Frame) -> Frame:
    # All currencies of the benchmark have two decimals, and the file writes both.
    return texts.fillna("0.00").str.replace(".", "", regex=False).astype("Int64")


def merged_with_pandas(stated: Frame, booked: Frame, place: Path) -> Iterator[tuple[Any, ...]]:
    """One full merge on the key, and the rows whose columns differ."""
    joined = stated.merge(
        booked, how="outer", on=KEY, suffixes=("_statement", "_ledger"), indicator=True
    )
    sides = joined["_merge"]
    both = joined[sides == "both"]
    differs = (
        (both["currency_statement"] != both["currency_ledger"])
        | (both["amount_minor_statement"] != both["amount_minor_ledger"])
        | (both["fee_minor_statement"] != both["fee_minor_ledger"])
    )
    yield from findings(
        joined[sides == "left_only"].rename(columns=lambda name: name.removesuffix("_statement")),
        joined[sides == "right_only"].rename(columns=lambda name: name.removesuffix("_ledger")),
        both[differs],
    )


def compared_with_datacompy(stated: Frame, booked: Frame, place: Path) -> Iterator[tuple[Any, ...]]:
    """Its comparison and report; rows with one key are told apart by their order, as it does."""
    import datacompy

    compared = datacompy.PandasCompare(
        stated, booked, join_columns=KEY, df1_name="statement", df2_name="ledger"
    )
    (place / "report.txt").write_text(str(compared.report()), encoding="utf-8")
    both = compared.intersect_rows
    are_equal = both[["currency_match", "amount_minor_match", "fee_minor_match"]].all(axis=1)
    yield from findings(compared.df1_unq_rows, compared.df2_unq_rows, both[~are_equal])


def findings(only_stated: Frame, only_booked: Frame, differing: Frame) -> Iterator[tuple[Any, ...]]:
    """What a comparison shows: (sight, currency, delta_minor, psp_reference), a row each."""
    for row in only_stated.itertuples():
        yield "only_in_statement", row.currency, int(row.amount_minor), row.statement_payment
    for row in only_booked.itertuples():
        yield "only_in_ledger", row.currency, -int(row.amount_minor), row.ledger_payment
    for row in differing.itertuples():
        payment, currency = row.statement_payment, row.currency_statement
        stated_minor, booked_minor = int(row.amount_minor_statement), int(row.amount_minor_ledger)
        # As in our own order: another currency says enough of an event.
        if currency != row.currency_ledger:
            yield "currency", currency, stated_minor, payment
            yield "currency", row.currency_ledger, -booked_minor, payment
            continue
        if stated_minor != booked_minor:
            yield "amount", currency, stated_minor - booked_minor, payment
        if row.fee_minor_statement != row.fee_minor_ledger:
            fee_delta_minor = int(row.fee_minor_statement) - int(row.fee_minor_ledger)
            yield "fee", currency, fee_delta_minor, payment


COMPARISONS: dict[str, Callable[[Frame, Frame, Path], Iterator[tuple[Any, ...]]]] = {
    "datacompy": compared_with_datacompy,
    "pandas": merged_with_pandas,
}


def _export_ledger(file: Path, values: dict[str, Any]) -> None:
    rows = SQL("copy ({}) to stdout with (format csv, header)").format(
        statement("bench/floor_ledger_rows")
    )
    with (
        connect("payments_ledger") as ledger,
        ledger.cursor() as cursor,
        file.open("wb") as target,
        cursor.copy(rows, values) as copy,
    ):
        for block in copy:
            target.write(block)
