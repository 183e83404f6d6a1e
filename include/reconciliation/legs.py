"""The legs: which two books are held against each other, and what their sides are called.

Every leg has a left side and a right one, with difference = left - right. The passes, the proof and
the published tables call them `statement` and `ledger`, after the leg that every account has.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from include.reconciliation.tolerances import (
    OVER_CAPTURE,
    Tolerance,
    read_over_capture,
    rows_of_rule,
    rule_version,
)
from include.reconciliation.toml_tables import TableReader, flag

LEDGER_STATEMENT = "ledger_statement"
_UNEXPLAINED = "payout_unexplained"
_NO_PAYOUT = "deposit_without_payout"


@dataclass(frozen=True, slots=True)
class Leg:
    """One leg: its sides, and which kinds it has in place of those of `ledger_statement`."""

    name: str
    left: str
    right: str
    kinds: Mapping[str, str] = field(default_factory=dict, hash=False)


AUTHORISATION = Leg(
    "authorisation",
    "takings",
    "authorisations",
    {
        "amount_mismatch": "capture_exceeds_authorisation",
        "missing_in_ledger": "capture_exceeds_authorisation",
        "duplicate_settlement": "capture_exceeds_authorisation",
    },
)
GATEWAY_LEDGER = Leg(
    "gateway_ledger",
    "gateway",
    "ledger",
    {
        "missing_in_statement": "missing_in_gateway",
        "duplicate_settlement": "duplicate_in_gateway",
    },
)
GATEWAY_STATEMENT = Leg(
    "gateway_statement",
    "statement",
    "gateway",
    {
        "missing_in_ledger": "missing_in_gateway",
        "chargeback_not_in_ledger": "missing_in_gateway",
        "reversed_after_settlement": "missing_in_gateway",
        "duplicate_in_ledger": "duplicate_in_gateway",
    },
)
# Of each batch and currency what its lines add up to, against what was paid out of it.
STATEMENT_PAYOUT = Leg(
    "statement_payout",
    "lines",
    "payouts",
    dict.fromkeys(("amount_mismatch", "missing_in_ledger", "missing_in_statement"), _UNEXPLAINED),
)
# Lines of the bank that a rule claims, against the payouts that they should be.
PAYOUT_BANK = Leg(
    "payout_bank",
    "bank",
    "payouts",
    {
        "amount_mismatch": "payout_amount_mismatch",
        "missing_in_ledger": _NO_PAYOUT,
        "duplicate_settlement": _NO_PAYOUT,
        "status_mismatch": _NO_PAYOUT,
        "missing_in_statement": "payout_missing_at_bank",
        "duplicate_in_ledger": "payout_missing_at_bank",
    },
)
# The order in which money passes them: what is wrong is shown under the first leg that it breaks.
GATEWAY_LEGS = (AUTHORISATION, GATEWAY_LEDGER, GATEWAY_STATEMENT)
PAYOUT_LEGS = (STATEMENT_PAYOUT, PAYOUT_BANK)
ORDER = (
    *(leg.name for leg in GATEWAY_LEGS),
    LEDGER_STATEMENT,
    *(leg.name for leg in PAYOUT_LEGS),
)


def side_name(leg: str, side: str) -> str:
    """What a side of a leg is called: `statement` is its left side, `ledger` its right one."""
    for known in (*GATEWAY_LEGS, *PAYOUT_LEGS):
        if known.name == leg:
            return known.left if side == "statement" else known.right
    return side


def further_legs(psp: Any) -> tuple[Leg, ...]:
    """The legs that a PSP's entry asks for beside `ledger_statement`, as money passes them."""
    gateway_legs = () if psp.gateway is None else GATEWAY_LEGS
    if psp.payouts is None:
        return gateway_legs
    return (*gateway_legs, *(PAYOUT_LEGS if psp.payouts.bank else (STATEMENT_PAYOUT,)))


# On which leg a book is on the right: there its changes after a match are told.
LEG_OF_BOOK = {"ledger": LEDGER_STATEMENT, "gateway": GATEWAY_STATEMENT.name}


@dataclass(frozen=True, slots=True)
class Gateway:
    """A PSP whose payments go through a gateway that the company keeps books of."""

    knows_disputes: bool = False
    # By currency, how far captures may exceed what was authorised.
    over_capture: Mapping[str, Tolerance] = field(default_factory=dict, hash=False)

    @property
    def money_types(self) -> tuple[str, ...]:
        """The economic types that the gateway is expected to know."""
        disputes = ("chargeback", "reversal") if self.knows_disputes else ()
        return ("payment", "refund", *disputes)

    def over_capture_versions(self, matcher_version: str) -> dict[str, str]:
        """The version of the rule that takes a declared over-capture; empty without one."""
        if not self.over_capture:
            return {}
        return {OVER_CAPTURE: rule_version(self.over_capture, matcher_version)}

    def over_capture_rows(self, matcher_version: str) -> list[dict[str, str | int | None]]:
        """One row per currency, for the SQL that takes it."""
        return rows_of_rule(OVER_CAPTURE, self.over_capture, matcher_version)


def gateway(entry: Any, place: str, currencies: Collection[str]) -> Gateway | None:
    """The table `gateway` of a PSP's entry; None where it has none."""
    if entry is None:
        return None
    reader = TableReader(entry, place)
    found = Gateway(
        knows_disputes=reader.take("knows_disputes", flag, False),
        over_capture=read_over_capture(
            reader.take("over_capture", dict, {}), f"{place}.over_capture", currencies
        ),
    )
    reader.finish()
    return found
