"""Makes a large file of a CSV format from its description alone: payments, and perhaps a payout."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from include.reconciliation.money import format_minor
from include.reconciliation.statements.description import CsvFormat

ACCOUNT = "Bench"
CURRENCY = "EUR"
FEE_MINOR = 50
_FIRST = datetime(2026, 3, 3, tzinfo=UTC)
_SECONDS_OF_A_DAY = 86_400
_LINES_AT_ONCE = 10_000
# A layout's tokens, in an order in which none is a part of what another one became.
_DIRECTIVES = {
    "YYYY": "%Y",
    "MM": "%m",
    "DD": "%d",
    "hh": "%H",
    "mm": "%M",
    "ss": "%S",
    ".f": ".000",
    "zz": "-04:00",
}


def write(format_: CsvFormat, lines: int, file: Path) -> None:
    """Writes so many lines, and a header; the same number gives the same bytes."""
    columns = {**format_.columns, **dict.fromkeys(sorted(format_.ignored))}
    with file.open("w", encoding="utf-8", newline="") as target:
        target.write(_joined(format_, columns))
        block: list[str] = []
        for fields in _rows(format_, lines):
            texts = (fields.get(role or "", "x") for role in columns.values())
            block.append(_joined(format_, texts))
            if len(block) == _LINES_AT_ONCE:
                target.write("".join(block))
                block.clear()
        target.write("".join(block))


def _rows(format_: CsvFormat, lines: int) -> Iterator[dict[str, str]]:
    ends_in_payout = "statements_sum_to_zero" in format_.identities
    payments = lines - ends_in_payout
    # A fee that no column tells has to be a row of its own.
    fee_minor = FEE_MINOR if "cost_1" in format_.columns.values() else 0
    total_minor = 0
    for number in range(payments):
        gross_minor = 1_000 + number % 50_000
        total_minor += gross_minor - fee_minor
        yield _row(format_, "payment", number, gross_minor, fee_minor)
    if ends_in_payout:
        yield _row(format_, "payout", payments, -total_minor, 0)


def _row(
    format_: CsvFormat, type_: str, number: int, gross_minor: int, fee_minor: int
) -> dict[str, str]:
    reference = f"{number * 2_654_435_761 % 2**32:016d}"
    word = next(word for word, line in format_.types.items() if line.type == type_)
    when = _FIRST + timedelta(seconds=number % _SECONDS_OF_A_DAY)
    net_minor = gross_minor - fee_minor
    empty = dict.fromkeys(set(format_.columns.values()), "")
    fields = {
        "account": ACCOUNT,
        "statement": "1",
        "line_id": f"line_{reference}",
        "type": word.partition(" / ")[0],
        "subtype": word.partition(" / ")[2],
        "psp_reference": reference,
        "event_reference": f"e{reference}",
        "merchant_reference": f"order-{number}",
        "gross_currency": CURRENCY,
        "net_currency": CURRENCY,
        "exchange_rate": "1",
        "cost_1": _amount(format_, format_.cost_sign * fee_minor),
        "booked_time": _time(format_.time_layouts[0], when),
        "booked_zone": "CET",
        "fallback_time": _time(format_.time_layouts[0], when),
        "fallback_zone": "CET",
        "gross": _amount(format_, gross_minor),
        "settled_gross": _amount(format_, gross_minor),
        "net": _amount(format_, net_minor),
        f"gross_{'credit' if gross_minor >= 0 else 'debit'}": _amount(format_, abs(gross_minor)),
        f"net_{'credit' if net_minor >= 0 else 'debit'}": _amount(format_, abs(net_minor)),
    }
    return {**empty, **fields}


def _amount(format_: CsvFormat, minor: int) -> str:
    if format_.numbers.unit != "major":
        return str(minor)
    return format_minor(minor, 2).replace(".", format_.numbers.decimal)


def _time(layout: str, when: datetime) -> str:
    if layout == "epoch":
        return str(int(when.timestamp()))
    for token, directive in _DIRECTIVES.items():
        layout = layout.replace(token, directive)
    return when.strftime(layout)


def _joined(format_: CsvFormat, fields: Iterable[str]) -> str:
    return format_.delimiters[0].join(fields) + "\n"
