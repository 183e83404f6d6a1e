"""Statements that are tried together: whether those of an account follow each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from include.reconciliation import coverage
from include.reconciliation.coverage import KnownStatement
from include.reconciliation.money import format_minor
from include.reconciliation.statement_check.trial import Verdict
from include.reconciliation.statements.amounts import EXPONENTS

Account = tuple[str, str]


class Chains:
    """The accepted statements of a call, by format and account."""

    def __init__(self) -> None:
        self._known: dict[Account, list[KnownStatement]] = {}

    def add(self, verdict: Verdict) -> dict[str, object] | None:
        """Takes a statement up; tells which one of those before it follows, and how it does not.

        None where none is before it, or nothing places it.
        """
        known = _known(verdict)
        if known is None:
            return None
        own = self._known.setdefault((verdict.format or "", verdict.account or ""), [])
        own.append(known)
        ordered = coverage.in_order(own)
        place = ordered.index(known)
        if place == 0:
            return None
        before = ordered[place - 1]
        return {
            "after": before.key,
            "after_file": before.file,
            "breaks": coverage.breaks(before, known),
        }

    def lines(self) -> Iterator[str]:
        """A line for each account of which several statements came, in one file or more."""
        for (format_name, account), own in self._known.items():
            if len(own) < 2:
                continue
            ordered = coverage.in_order(own)
            broken = [text for pair in pairwise(ordered) for text in coverage.breaks(*pair)]
            yield " | ".join(
                [
                    "continuity",
                    format_name,
                    f"account {account or '-'}",
                    f"{ordered[0].covers_from} to {ordered[-1].covers_to}",
                    f"{len(ordered)} statements",
                    f"opening {_balances(ordered[0].opening)}",
                    f"closing {_balances(ordered[-1].closing)}",
                    *(broken or [_sound(ordered)]),
                ]
            )


def _known(verdict: Verdict) -> KnownStatement | None:
    if verdict.error is not None or verdict.statement_key is None or verdict.covers_to is None:
        return None
    balances = [balance for balance in verdict.balances if balance.currency]
    return KnownStatement(
        # Without a configuration the key names the account as well.
        key=verdict.statement_key.removeprefix(f"{verdict.account} "),
        sequence_number=verdict.sequence_number,
        is_good=True,
        covers_from=verdict.covers_from,
        covers_to=verdict.covers_to,
        covers_until=None,
        file=verdict.file,
        opening={
            str(each.currency): each.opening_minor
            for each in balances
            if each.opening_minor is not None
        },
        closing={
            str(each.currency): each.closing_minor
            for each in balances
            if each.closing_minor is not None
        },
        exponents=EXPONENTS,
    )


def _sound(ordered: list[KnownStatement]) -> str:
    if all(before.closing and after.opening for before, after in pairwise(ordered)):
        return "each opens as the one before it closed"
    if all(known.sequence_number is not None for known in ordered):
        return "no number is missing between them"
    return "neither balances nor numbers: nothing says whether one is missing between them"


def _balances(by_currency: Mapping[str, int]) -> str:
    return (
        ", ".join(
            f"{format_minor(minor, EXPONENTS.get(currency, 2))} {currency}"
            for currency, minor in by_currency.items()
        )
        or "-"
    )
