"""Balances of a camt statement: which ones take part in its proof, and what others are told."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from include.reconciliation.money import format_minor
from include.reconciliation.statements.amounts import EXPONENTS
from include.reconciliation.statements.camt_entries import Place


@dataclass(frozen=True, slots=True)
class Balance:
    """A balance that takes part in the proof."""

    code: str
    minor: int
    currency: str
    on: date | None


@dataclass(slots=True)
class Balances:
    """The balances in the account's currency, which is else that of the first one; and others."""

    currency: str | None
    own: list[Balance] = field(default_factory=list)
    foreign: list[Balance] = field(default_factory=list)

    def add(self, balance: Balance) -> None:
        """Keeps a balance where it belongs."""
        self.currency = self.currency or balance.currency
        (self.own if balance.currency == self.currency else self.foreign).append(balance)


def opening_and_closing(
    balances: list[Balance], kind: str
) -> tuple[Balance | None, Balance | None]:
    """The first opening and the last closing; a page in between has intermediate balances."""

    def of(code: str) -> list[Balance]:
        found = [balance for balance in balances if balance.code == code]
        return sorted(found, key=lambda balance: balance.on or date.min)

    openings, closings = of("OPBD") or of("PRCD"), of("CLBD")
    opening = openings[0] if openings else None
    closing = closings[-1] if closings else None
    between = [balance for balance in balances if balance.code == "ITBD"]
    if kind == "Stmt" and between:
        if opening is None and (closing is not None or len(between) > 1):
            opening = between[0]
        if closing is None and opening is not None:
            closing = between[-1]
    return opening, closing


def foreign_notices(
    balances: Balances, opening: Balance | None, closing: Balance | None, place: Place
) -> list[str]:
    """Balances in other currencies are told; one that stands in the place of an own is refused."""
    own = {"OPBD": opening, "PRCD": opening, "CLBD": closing}
    notices = []
    for balance in balances.foreign:
        written = f"{format_minor(balance.minor, EXPONENTS[balance.currency])} {balance.currency}"
        if own.get(balance.code, balance) is None:
            raise place.error(
                "wrong_currency",
                "a balance is in another currency than its account",
                f"Bal[{balance.code}]/Amt",
                f"a balance in {balances.currency}",
                written,
            )
        notices.append(
            f"{balance.code} of {written} is in another currency than the account:"
            " it proves nothing"
        )
    return notices


def contradictions(balances: Balances) -> list[str]:
    """Balances of one kind and day that are stated with several amounts."""
    amounts: dict[tuple[str, date | None], set[int]] = {}
    for balance in balances.own:
        amounts.setdefault((balance.code, balance.on), set()).add(balance.minor)
    return [
        f"{code} of {on or 'no date'} is stated with {len(found)} amounts: ask the bank which holds"
        for (code, on), found in amounts.items()
        if len(found) > 1 and code != "ITBD"
    ]
