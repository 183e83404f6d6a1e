"""Adyen settlement details files of the story: one per account and business day, exact to the cent.

The payout row is made from the other rows, so every file adds up; the one that must not is damaged
afterwards. Amounts are major units without a sign, in a debit and a credit column.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from include.reconciliation.demo import timeline
from include.reconciliation.demo.movements import StatementLine
from include.reconciliation.money import format_minor
from include.reconciliation.statements.amounts import EXPONENTS

COLUMNS = (
    "Company Account", "Merchant Account", "Psp Reference", "Merchant Reference",
    "Payment Method", "Creation Date", "TimeZone", "Type", "Modification Reference",
    "Gross Currency", "Gross Debit (GC)", "Gross Credit (GC)", "Exchange Rate", "Net Currency",
    "Net Debit (NC)", "Net Credit (NC)", "Commission (NC)", "Markup (NC)", "Scheme Fees (NC)",
    "Interchange (NC)", "Payment Method Variant", "Modification Merchant Reference",
    "Batch Number", "Reserved4", "Reserved5", "Reserved6", "Reserved7", "Reserved8", "Reserved9",
    "Reserved10", "Booking Date", "Booking Date TimeZone",
)
FIRST_BATCHES = {"NorthwindEU": 412, "NorthwindBR": 187}
_CARDS = ("visa", "mc", "elo", "amex")


@dataclass(frozen=True, slots=True)
class DroppedFile:
    """A file that lies in the drop folder of an account from `known_at` on."""

    known_at: datetime
    account: str
    batch_on: date
    name: str
    content: bytes


def adyen_files(
    lines: Iterable[StatementLine], scenarios: frozenset[str] | None = None
) -> tuple[DroppedFile, ...]:
    """Every file that is ever delivered, in the order of delivery."""
    batches: dict[tuple[str, date], list[StatementLine]] = defaultdict(list)
    for line in lines:
        if line.psp == "adyen" and line.booked_on in timeline.BATCH_DAYS:
            batches[line.account, line.booked_on].append(line)
    files = [
        file
        for account, day in sorted(batches)
        for file in _deliveries(account, day, batches[account, day], scenarios)
    ]
    return tuple(sorted(files, key=lambda file: (file.known_at, file.account, file.name)))


def batch_number(account: str, day: date) -> int:
    """The number of the batch of a business day; each account counts for itself."""
    return FIRST_BATCHES[account] + timeline.BATCH_DAYS.index(day)


def _deliveries(
    account: str, day: date, lines: Sequence[StatementLine], scenarios: frozenset[str] | None
) -> list[DroppedFile]:
    """What arrives of one batch: one file, except where the story says otherwise."""

    def plays(scenario: str) -> bool:
        return scenarios is None or scenario in scenarios

    number = batch_number(account, day)
    stem = f"settlement_detail_report_batch_{number}"
    first = settlement_file(account, number, day, [line for line in lines if 1 in line.versions])
    usual = DroppedFile(timeline.delivered(day), account, day, f"{stem}.csv", first)
    match account, day:
        case "NorthwindEU", timeline.THURSDAY if plays("file_delivered_twice"):
            again = timeline.at(timeline.FRIDAY, 15)
            return [usual, DroppedFile(again, account, day, f"{stem}_copy.csv", first)]
        case "NorthwindEU", timeline.FRIDAY if plays("refused_file"):
            bad = DroppedFile(usual.known_at, account, day, usual.name, damaged(first))
            good_at = timeline.at(timeline.MONDAY, 8)
            return [bad, DroppedFile(good_at, account, day, f"{stem}_2.csv", first)]
        case "NorthwindBR", timeline.MONDAY if plays("late_file"):
            return [DroppedFile(timeline.at(timeline.TUESDAY, 19), account, day, usual.name, first)]
        case "NorthwindBR", timeline.FRIDAY if plays("corrected_file"):
            corrected = [line for line in lines if 2 in line.versions]
            second = settlement_file(account, number, day, corrected)
            second_at = timeline.at(timeline.SATURDAY, 15)
            return [usual, DroppedFile(second_at, account, day, f"{stem}_2.csv", second)]
        case _:
            return [usual]


def settlement_file(
    account: str, batch: int, day: date, lines: Sequence[StatementLine]
) -> bytes:
    """The bytes of one batch: its lines, account fees, and payouts that empty it per currency."""
    number = str(batch)
    rows = [_line_row(line, number) for line in sorted(lines, key=_order)]
    net_minor: dict[str, int] = defaultdict(int)
    for line in lines:
        net_minor[line.net_currency] += line.net_minor
    booked_at = timeline.booked_in_batch_of(day)
    for currency in sorted(net_minor):
        # Two equal rows are two fees, one for each terminal.
        for _ in range(2):
            fee = ("Fee", "Terminal rent", currency, -150)
            rows.append(_account_row(account, number, *fee, booked_at))
            net_minor[currency] -= 150
        total_minor = net_minor[currency]
        paid_out = total_minor > 0
        rows.append(
            _account_row(
                account,
                number,
                "MerchantPayout" if paid_out else "Balancetransfer",
                _payout_text(account, number, currency) if paid_out else "to next batch",
                currency,
                -total_minor,
                booked_at,
            )
        )
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _payout_text(account: str, number: str, currency: str) -> str:
    """What the bank's statement shows as well."""
    return f"TX{number}{currency}XT batch {number}, {account}"


def _line_row(line: StatementLine, number: str) -> dict[str, str]:
    created_at = line.created_at.astimezone(timeline.ZONE)
    row = {
        **_common(line.account, number, line.booked_at),
        "Psp Reference": line.psp_reference or "",
        "Merchant Reference": line.merchant_reference or "",
        "Payment Method": line.payment_method,
        "Payment Method Variant": line.payment_method,
        "Creation Date": created_at.strftime("%Y-%m-%d %H:%M:%S"),
        "TimeZone": str(created_at.tzname()),
        "Type": line.provider_type,
        "Modification Reference": line.event_reference or "",
        "Gross Currency": line.currency,
        "Exchange Rate": line.exchange_rate,
        "Net Currency": line.net_currency,
        "Modification Merchant Reference": "<auto>",
    }
    if line.gross_minor is not None:
        row[f"Gross {_side(line.gross_minor)} (GC)"] = _text(line.gross_minor, line.currency)
    row[f"Net {_side(line.net_minor)} (NC)"] = _text(line.net_minor, line.net_currency)
    return row | _costs(line)


def _costs(line: StatementLine) -> dict[str, str]:
    if line.fee_minor == 0:
        return {}
    if line.provider_type != "Settled":
        return {"Markup (NC)": _text(line.fee_minor, line.net_currency)}
    if line.payment_method not in _CARDS:
        return {"Commission (NC)": _text(line.fee_minor, line.net_currency)}
    scheme_minor = line.fee_minor // 6
    interchange_minor = line.fee_minor // 3
    return {
        "Scheme Fees (NC)": _text(scheme_minor, line.net_currency),
        "Interchange (NC)": _text(interchange_minor, line.net_currency),
        "Markup (NC)": _text(
            line.fee_minor - scheme_minor - interchange_minor, line.net_currency
        ),
    }


def _account_row(
    account: str, number: str, provider_type: str, text: str, currency: str, net_minor: int,
    booked_at: datetime,
) -> dict[str, str]:
    row = _common(account, number, booked_at)
    row |= {
        "Creation Date": row["Booking Date"],
        "TimeZone": row["Booking Date TimeZone"],
        "Type": provider_type,
        "Modification Reference": text,
        "Net Currency": currency,
    }
    row[f"Net {_side(net_minor)} (NC)"] = _text(net_minor, currency)
    return row


def _common(account: str, number: str, booked_at: datetime) -> dict[str, str]:
    local = booked_at.astimezone(timeline.ZONE)
    return {
        "Company Account": "Northwind",
        "Merchant Account": account,
        "Batch Number": number,
        "Booking Date": local.strftime("%Y-%m-%d %H:%M:%S"),
        "Booking Date TimeZone": str(local.tzname()),
    }


def damaged(content: bytes) -> bytes:
    """The file with 10.00 more in its first payout, so that it no longer adds up."""
    rows = list(csv.DictReader(io.StringIO(content.decode())))
    payout = next(row for row in rows if row["Type"] == "MerchantPayout")
    whole, _, cents = payout["Net Debit (NC)"].partition(".")
    payout["Net Debit (NC)"] = f"{int(whole) + 10}.{cents}"
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _order(line: StatementLine) -> tuple[datetime, str, str, int]:
    return line.created_at, line.event_reference or "", line.provider_type, line.net_minor


def _side(amount_minor: int) -> str:
    return "Credit" if amount_minor >= 0 else "Debit"


def _text(amount_minor: int, currency: str) -> str:
    return format_minor(abs(amount_minor), EXPONENTS[currency])
