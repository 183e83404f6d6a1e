"""Divergence: the money at risk in what is open, per currency, and how it stands to the limits.

Pure arithmetic over whole minor units. Divergences of two currencies are never added or compared;
a currency that has money at risk but no limits counts as one whose limits are 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from include.reconciliation.config import Limits
from include.reconciliation.money import format_minor

NO_LIMITS = Limits(alert_above_minor=0, recovered_below_minor=1)


@dataclass(frozen=True, slots=True)
class Divergence:
    """Exposure of the open discrepancies of one PSP in one currency, each event once.

    `gross_minor` is the absolute statement gross expected in the ledger over the span of what is
    open; None where nobody asked for it.
    """

    currency: str
    exponent: int
    exposure_minor: int
    discrepancies: int
    gross_minor: int | None = None

    def amount(self) -> str:
        """The exposure for people, such as "BRL 5,000.01"."""
        return money_text(self.currency, self.exposure_minor, self.exponent)

    def per_cent(self) -> str:
        """Exposure as a share of the gross, to a tenth, such as "1.2 %"; "n/a" without a gross."""
        if not self.gross_minor:
            return "n/a"
        tenths = (self.exposure_minor * 1000 + self.gross_minor // 2) // self.gross_minor
        return f"{tenths // 10}.{tenths % 10} %"


def above_limit(
    divergences: Iterable[Divergence], limits: Mapping[str, Limits]
) -> tuple[Divergence, ...]:
    """Those that alert: exposure strictly above the limit of the currency."""
    return tuple(
        divergence
        for divergence in divergences
        if divergence.exposure_minor > limits.get(divergence.currency, NO_LIMITS).alert_above_minor
    )


def not_recovered(
    divergences: Iterable[Divergence], limits: Mapping[str, Limits]
) -> tuple[Divergence, ...]:
    """Those that hold an incident open: exposure not strictly below the recovery limit."""
    return tuple(
        divergence
        for divergence in divergences
        if divergence.exposure_minor
        >= limits.get(divergence.currency, NO_LIMITS).recovered_below_minor
    )


def money_text(currency: str, minor: int, exponent: int) -> str:
    """An amount for people, such as "JPY 150,000"."""
    return f"{currency} {format_minor(minor, exponent, group=',')}"
