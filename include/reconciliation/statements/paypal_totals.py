"""What the footers of PayPal's settlement report say, beside what its rows sum to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from include.reconciliation.errors import StatementError
from include.reconciliation.statements.paypal_fields import Fields

MEASURES = ("gross_credits", "gross_debits", "fee_credits", "fee_debits")
NOTICES_MAX = 10


@dataclass(frozen=True, slots=True)
class Footer:
    """A row SF or RF: the sums of a currency, its balances before and after, its rows."""

    row: int
    gross_credits: int
    gross_debits: int
    fee_credits: int
    fee_debits: int
    opening: int
    closing: int
    rows: int

    def sums(self) -> tuple[int, ...]:
        """The four sums, in the order of MEASURES."""
        return (self.gross_credits, self.gross_debits, self.fee_credits, self.fee_debits)


class Totals:
    """Sums of a section's rows per currency, and what its footers say about them."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.footers: dict[str, Footer] = {}
        self.stated_rows: int | None = None
        self.rows = 0
        self._sums: dict[str, list[int]] = {}
        self._first_rows: dict[str, int] = {}
        self._withdrawn: dict[str, tuple[int, int]] = {}
        self._half_conversions: dict[str, tuple[int, bool]] = {}

    def add(
        self, row: int, type_: str, currency: str, gross_minor: int, fee_minor: int, reference: str
    ) -> None:
        """Counts a row in; `fee_minor` is a cost, `reference` joins the sides of a conversion."""
        self.rows += 1
        self._first_rows.setdefault(currency, row)
        sums = self._sums.setdefault(currency, [0, 0, 0, 0, 0])
        for place, signed in ((0, gross_minor), (2, -fee_minor)):
            sums[place if signed > 0 else place + 1] += abs(signed)
        sums[4] += 1
        if type_ == "payout":
            amount, rows = self._withdrawn.get(currency, (0, 0))
            self._withdrawn[currency] = (amount + max(-gross_minor, 0), rows + 1)
        if type_ == "conversion" and reference:
            is_credit = gross_minor > 0
            _, earlier = self._half_conversions.get(reference, (0, is_credit))
            if earlier is is_credit:
                self._half_conversions[reference] = (row, is_credit)
            else:
                del self._half_conversions[reference]

    def summed(self, currency: str) -> tuple[tuple[int, ...], int]:
        """The four sums of a currency as a footer says them, else of the rows; what was withdrawn.

        A footer has left its withdrawals out already, where it does.
        """
        if self.footers:
            footer = self.footers.get(currency)
            return (0, 0, 0, 0) if footer is None else footer.sums(), 0
        return tuple(self._sums.get(currency, [0] * 5)[:4]), self._withdrawn.get(currency, (0, 0))[
            0
        ]

    def unsummed(self, footers: Mapping[str, Footer]) -> Iterator[tuple[str, int]]:
        """Currencies that none of the footers sums, with their first rows."""
        return (each for each in self._first_rows.items() if each[0] not in footers)

    def control(self) -> tuple[tuple[tuple[str, str, int], ...], tuple[str, ...]]:
        """The footers as control figures, and notices; StatementError where one is missing."""
        notices = [
            f"row {row}: the conversion for {reference} has one side only"
            for reference, (row, _) in self._half_conversions.items()
        ]
        if len(notices) > NOTICES_MAX:
            notices = [*notices[:NOTICES_MAX], f"and {len(notices) - NOTICES_MAX} more"]
        control: list[tuple[str, str, int]] = []
        if self.stated_rows is not None:
            control.append(("lines", "", self.stated_rows))
        if not self.footers:
            return tuple(control), tuple(notices)
        for currency, row in self.unsummed(self.footers):
            raise _no_footer(self.file, row, currency, self.footers)
        for currency, footer in self.footers.items():
            sums, rows = list(footer.sums()), footer.rows
            withdrawn, withdrawals = self._withdrawn.get(currency, (0, 0))
            found = self._sums.get(currency, [0] * 5)
            if withdrawals and sums[1] + withdrawn == found[1]:
                sums[1] += withdrawn
                notices.append(f"the footer of {currency} leaves its withdrawals out")
                rows += withdrawals if rows + withdrawals == found[4] else 0
            control += [(name, currency, value) for name, value in zip(MEASURES, sums, strict=True)]
            control += [
                ("opening", currency, footer.opening),
                ("closing", currency, footer.closing),
                ("lines", currency, rows),
            ]
        return tuple(control), tuple(notices)


def prove_report(footers: Mapping[str, Footer], sections: list[Totals], last: Fields) -> None:
    """The report's own footers are the sums of its sections, with footers or without."""
    if not footers:
        return
    for section in sections:
        if not section.footers:
            for currency, row in section.unsummed(footers):
                raise _no_footer(section.file, row, currency, footers)
    for currency, footer in footers.items():
        parts = [section.summed(currency) for section in sections]
        sums = tuple(sum(part) for part in zip(*(part for part, _ in parts), strict=True))
        withdrawn = sum(amount for _, amount in parts)
        without = (sums[0], sums[1] - withdrawn, *sums[2:])
        if footer.sums() not in (sums, without):
            raise last.error(
                "wrong_total",
                "the report's footer is not the sum of its sections",
                column=f"RF {currency}",
                expected=str(footer.sums()),
                found=str(sums),
            )
        if all(section.footers for section in sections):
            own = [section.footers[currency] for section in sections if currency in section.footers]
            _prove_balances(footer, currency, own, last)


def _prove_balances(footer: Footer, currency: str, own: list[Footer], last: Fields) -> None:
    """The report has the balances of its sections: of all accounts, or one after another."""
    stated = (footer.opening, footer.closing)
    summed = (sum(each.opening for each in own), sum(each.closing for each in own))
    is_chain = all(before.closing == after.opening for before, after in pairwise(own))
    if own and stated != summed and not (is_chain and stated == (own[0].opening, own[-1].closing)):
        raise last.error(
            "wrong_total",
            "the report's opening and closing balance are not those of its sections",
            column=f"RF {currency}",
            expected=str(summed),
            found=str(stated),
        )


def _no_footer(file: str, row: int, currency: str, footers: Mapping[str, Footer]) -> StatementError:
    return StatementError(
        "wrong_total",
        "rows are in a currency that no footer sums",
        file=file,
        row=row,
        column="Gross Transaction Currency",
        expected=f"a footer for {currency}",
        found=f"footers for {', '.join(footers)}",
    )
