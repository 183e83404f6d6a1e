"""Which columns the records of a CNAB240 bank statement have, and what single banks do otherwise.

Columns are counted from 1, both ends included, as in the banks' manuals. The standard is that of
the banks' federation; a bank is here, by its code, where it divides the same columns otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping

Columns = Mapping[str, tuple[int, int]]
WIDTH = 240

# The columns that every record has.
RECORD: Columns = {"bank": (1, 3), "lot": (4, 7), "kind": (8, 8)}
STANDARD: Mapping[str, Columns] = {
    "file header": {
        "made on": (144, 151),
        "made at": (152, 157),
    },
    "lot header": {
        "operation": (9, 9),
        "service": (10, 11),
        "form": (12, 13),
        "agency": (53, 58),
        "account": (59, 72),
        "opening date": (143, 150),
        "opening balance": (151, 168),
        "opening direction": (169, 169),
        "status": (170, 170),
        "currency": (171, 173),
        "sequence": (174, 178),
    },
    "entry": {
        "segment": (14, 14),
        "agency": (53, 58),
        "account": (59, 72),
        "nature": (109, 111),
        "complement": (114, 133),
        "accounting date": (135, 142),
        "date": (143, 150),
        "amount": (151, 168),
        "direction": (169, 169),
        "category": (170, 172),
        "history code": (173, 176),
        "history": (177, 201),
        "document": (202, 240),
        # None: an empty range.
        "remark": (241, 240),
    },
    "lot trailer": {
        "closing date": (143, 150),
        "closing balance": (151, 168),
        "closing direction": (169, 169),
        "status": (170, 170),
        "records": (171, 176),
        "debits": (177, 194),
        "credits": (195, 212),
    },
    "file trailer": {
        "lots": (18, 23),
        "records": (24, 29),
    },
}
BANKS: Mapping[str, Mapping[str, Columns]] = {
    # Caixa and Bradesco: a document of seven characters, blanks or a remark behind it.
    "104": {"entry": {"document": (202, 208), "remark": (209, 240)}},
    "237": {"entry": {"document": (202, 208), "remark": (209, 240)}},
    # Itaú: a document of six characters at the end.
    "341": {"entry": {"document": (235, 240), "remark": (202, 234)}},
}
# What the lot header says when the lot is a statement for reconciliation.
STATEMENT = {"operation": "E", "service": "04", "form": "40"}
DIRECTIONS = {"C": 1, "D": -1}
# Entries of the first kind are debits, of the second credits: 1xx and 2xx.
CATEGORY_DIRECTIONS = {"1": "D", "2": "C"}
CURRENCIES = {"": "BRL", "R$": "BRL"}
STATUSES = {"P": "partial", "I": "of the same day"}
IMPLIED_DECIMALS = 2


def columns_of(record: str, bank: str) -> Columns:
    """The columns of a kind of record as that bank writes them."""
    return {**RECORD, **STANDARD[record], **BANKS.get(bank, {}).get(record, {})}
