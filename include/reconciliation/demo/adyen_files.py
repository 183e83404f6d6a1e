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
from include.reconciliation.lab.statement_files.adyen import Batch, report
from include.reconciliation.statements.amounts import EXPONENTS

FIRST_BATCHES = {"NorthwindEU": 412, "NorthwindBR": 187}
# Two equal rows are two fees, one for each terminal.
_TERMINALS = 2
_RENT_MINOR = 150
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
            refused = DroppedFile(usual.known_at, account, day, usual.name, damaged(first))
            good_at = timeline.at(timeline.MONDAY, 8)
            return [refused, DroppedFile(good_at, account, day, f"{stem}_2.csv", first)]
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
    account: str, number: int, day: date, lines: Sequence[StatementLine]
) -> bytes:
    """The bytes of one batch: its lines, account fees, and payouts that empty it per currency."""
    batch = Batch(
        company="Northwind",
        account=account,
        number=number,
        zone=timeline.ZONE,
        exponents=EXPONENTS,
    )
    rows = [_line_row(batch, line) for line in sorted(lines, key=_order)]
    booked_at = timeline.booked_in_batch_of(day)
    for currency, total_minor in sorted(left_over(lines).items()):
        rows += [
            batch.account_row("Fee", "Terminal rent", currency, -_RENT_MINOR, booked_at)
            for _ in range(_TERMINALS)
        ]
        paid_out = total_minor > 0
        reference = payout_reference(number, currency)
        rows.append(
            batch.account_row(
                "MerchantPayout" if paid_out else "Balancetransfer",
                f"{reference} batch {number}, {account}" if paid_out else "to next batch",
                currency,
                -total_minor,
                booked_at,
            )
        )
    return report(rows)


def left_over(lines: Iterable[StatementLine]) -> dict[str, int]:
    """What a batch of these lines comes to by currency, in minor units: paid out if above 0."""
    net_minor: dict[str, int] = defaultdict(int)
    for line in lines:
        net_minor[line.net_currency] += line.net_minor
    return {currency: minor - _TERMINALS * _RENT_MINOR for currency, minor in net_minor.items()}


def payout_reference(number: int, currency: str) -> str:
    """How the payout of a batch is called, on the bank's statement as well."""
    return f"TX{number}{currency}XT"


def _line_row(batch: Batch, line: StatementLine) -> dict[str, str]:
    return batch.payment_row(
        line.provider_type,
        psp_reference=line.psp_reference or "",
        event_reference=line.event_reference or "",
        merchant_reference=line.merchant_reference or "",
        payment_method=line.payment_method,
        created_at=line.created_at,
        booked_at=line.booked_at,
        gross_minor=line.gross_minor,
        currency=line.currency,
        exchange_rate=line.exchange_rate,
        net_minor=line.net_minor,
        net_currency=line.net_currency,
        costs_minor=_costs_minor(line),
    )


def _costs_minor(line: StatementLine) -> dict[str, int]:
    if line.fee_minor == 0:
        return {}
    if line.provider_type != "Settled":
        return {"Markup": line.fee_minor}
    if line.payment_method not in _CARDS:
        return {"Commission": line.fee_minor}
    scheme_minor = line.fee_minor // 6
    interchange_minor = line.fee_minor // 3
    return {
        "Scheme Fees": scheme_minor,
        "Interchange": interchange_minor,
        "Markup": line.fee_minor - scheme_minor - interchange_minor,
    }


def damaged(content: bytes) -> bytes:
    """The file with 10.00 more in its first payout, so that it no longer adds up."""
    rows = list(csv.DictReader(io.StringIO(content.decode())))
    payout = next(row for row in rows if row["Type"] == "MerchantPayout")
    whole, _, cents = payout["Net Debit (NC)"].partition(".")
    payout["Net Debit (NC)"] = f"{int(whole) + 10}.{cents}"
    return report(rows)


def _order(line: StatementLine) -> tuple[datetime, str, str, int]:
    return line.created_at, line.event_reference or "", line.provider_type, line.net_minor
