"""What was planted: each label is one row that the reconciliation must report."""

from __future__ import annotations

from dataclasses import dataclass

from include.reconciliation.legs import LEDGER_STATEMENT


@dataclass(frozen=True, slots=True)
class Label:
    """One discrepancy that a planted fault must cause; amounts in minor units.

    `event` is a name of the generator's own: rows of one event must share one event_id, and rows
    of two events must not. `is_cleared` says that later deliveries put it right, so that it is in
    the history and no longer open at the end.
    """

    fault: str
    psp: str
    account: str
    aspect: str
    kind: str
    currency: str | None
    delta_minor: int
    exposure_minor: int | None
    psp_reference: str | None
    event: str
    is_cleared: bool = False
    leg: str = LEDGER_STATEMENT


@dataclass(frozen=True, slots=True)
class BookLabel:
    """One row that a check of a book must return; the amount in minor units."""

    book: str
    check: str
    object: str
    currency: str | None
    amount_minor: int | None
