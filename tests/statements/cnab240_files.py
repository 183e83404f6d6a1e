"""CNAB240 bank statements as small as a test needs them, written by the same table of columns."""

from __future__ import annotations

from collections.abc import Sequence

from include.reconciliation.statements.cnab240_layout import STATEMENT, WIDTH, columns_of

Record = dict[str, str]
ACCOUNT = {"agency": "012345", "account": "0000000678901"}


def an_entry(amount: int = 12345, **fields: str) -> Record:
    """A debit of 123.45, or what the amount's sign says; `fields` are columns, with _ for blank."""
    record = {
        **ACCOUNT,
        "segment": "E",
        "nature": "DPV",
        "date": "03062026",
        "amount": f"{abs(amount):018}",
        "direction": "C" if amount > 0 else "D",
        "category": "209" if amount > 0 else "105",
        "history code": "0470",
        "history": "PIX RECEBIDO" if amount > 0 else "TARIFA",
        "document": "0000123",
    }
    return {**record, **{name.replace("_", " "): value for name, value in fields.items()}}


def a_lot(
    entries: Sequence[Record], *, opening: int = 100000, bank: str = "001", number: int = 1,
    trailer: Record | None = None, **header: str,
) -> list[str]:  # fmt: skip
    """The lines of a lot whose balances and totals are right, unless `trailer` says otherwise."""
    amounts = [int(entry["amount"]) * (1 if entry["direction"] == "C" else -1) for entry in entries]
    closing = opening + sum(amounts)
    lot = {"bank": bank, "lot": f"{number:04}"}
    first = {
        **lot,
        "kind": "1",
        **STATEMENT,
        **ACCOUNT,
        "opening date": "02062026",
        "opening balance": f"{abs(opening):018}",
        "opening direction": "D" if opening < 0 else "C",
        "status": "F",
        "currency": "BRL",
        "sequence": "00041",
    }
    last = {
        **lot,
        "kind": "5",
        "closing date": "03062026",
        "closing balance": f"{abs(closing):018}",
        "closing direction": "D" if closing < 0 else "C",
        "status": "F",
        "records": f"{len(entries) + 2:06}",
        "debits": f"{-sum(amount for amount in amounts if amount < 0):018}",
        "credits": f"{sum(amount for amount in amounts if amount > 0):018}",
    }
    named = {name.replace("_", " "): value for name, value in header.items()}
    return [
        a_line("lot header", {**first, **named}),
        *(a_line("entry", {**lot, "kind": "3", **entry}) for entry in entries),
        a_line("lot trailer", {**last, **(trailer or {})}),
    ]


def a_file(*lots: list[str], bank: str = "001", line_end: str = "\r\n", **header: str) -> bytes:
    """The bytes of a file; without lots, one with a credit and a debit."""
    chosen = lots or (a_lot([an_entry(50000), an_entry(-1990)], bank=bank),)
    first = {"bank": bank, "lot": "0000", "kind": "0", "made on": "04062026", "made at": "061500"}
    records = [line for lot in chosen for line in lot]
    last = {
        "bank": bank,
        "lot": "9999",
        "kind": "9",
        "lots": f"{len(chosen):06}",
        "records": f"{len(records) + 2:06}",
    }
    named = {name.replace("_", " "): value for name, value in header.items()}
    lines = [
        a_line("file header", {**first, **named}),
        *records,
        a_line("file trailer", last),
    ]
    return "".join(line + line_end for line in lines).encode("latin-1")


def a_line(name: str, values: Record) -> str:
    """A record with the values in the bank's columns and blanks elsewhere."""
    line = [" "] * WIDTH
    for column, value in values.items():
        first, last = columns_of(name, values["bank"])[column]
        line[first - 1 : last] = value.ljust(last - first + 1)[: last - first + 1]
    return "".join(line)
