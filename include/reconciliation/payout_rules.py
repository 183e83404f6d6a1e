"""How the payouts of a PSP are explained, and which lines of a bank are them: tables of psps.toml.

`[psp.payouts]` asks for the leg `statement_payout`; with `[psp.payouts.bank]` there is the leg
`payout_bank` as well, against a bank account that a `[[bank]]` of the same file describes.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from include.reconciliation.errors import ConfigurationError
from include.reconciliation.toml_tables import TableReader, duration, flag
from include.reconciliation.toml_values import printed

_DAYS_MAX = 366
_GRACE_MAX = timedelta(days=31)
_REPEATS_MAX = 255
# What PostgreSQL and Python read in different ways, or not at all.
_OTHER_READING = re.compile(r"\(\?(?!:)|\\[A-Za-z0-9]|\[[:.=]")
_ESCAPED_OR_SET = re.compile(r"\\.|\[\^?\]?(?:\\.|[^]\\])*\]")
_POSSESSIVE = re.compile(r"[*+?}]\+")
_BRACE = re.compile(r"\{(?:([0-9]+)(?:,([0-9]*))?\})?")
# Whoever matches one of these matches nearly every line of a bank.
_SAYS_NOTHING = (*map(chr, range(33, 127)), " " * 8, "~" * 8)


@dataclass(frozen=True, slots=True)
class ClaimRule:
    """Which lines of a bank account are payouts of a PSP account: all criteria that it has hold.

    `reference` is a regular expression that one of the line's references matches in part; its
    group, where it has one, is the reference of the payout. `counterparty_account` and
    `counterparty_name` are told by one of the line's references too, whatever its case and spaces.
    `exact_amount`: an expected payout has the line's very amount.
    """

    bank: str
    bank_account: str
    days: int = 1
    deposit_grace: timedelta = timedelta(days=3)
    reference: str | None = None
    counterparty_account: str | None = None
    counterparty_name: str | None = None
    exact_amount: bool = False

    @property
    def names_payouts(self) -> bool:
        """Whether what the reference matches is the payout's own reference."""
        return self.reference is not None and re.compile(self.reference).groups > 0


@dataclass(frozen=True, slots=True)
class PayoutRules:
    """What is to be known of a PSP's payouts."""

    # How long a reserve may be held; NULL where the contract does not say.
    reserve_days: int | None = None
    bank: ClaimRule | None = None


def read_payouts(entry: Any, place: str) -> PayoutRules | None:
    """The table `payouts` of a PSP's entry; None where it has none."""
    if entry is None:
        return None
    reader = TableReader(entry, place)
    rules = PayoutRules(
        reserve_days=reader.take("reserve_days", _days, None),
        bank=_claim_rule(reader.take("bank", dict, None), f"{place}.bank"),
    )
    reader.finish()
    return rules


def bank_entry(entry: Any, place: str) -> dict[str, Any]:
    """An entry `[[bank]]` in the form of a PSP's: whatever is wrong in its currencies alerts."""
    if not isinstance(entry, dict) or not isinstance(entry.get("currencies"), list):
        raise ConfigurationError(
            f"{place}: the key 'currencies' is missing: a list of those that the accounts are in"
        )
    if not entry["currencies"]:
        raise ConfigurationError(
            f"{place}: currencies = []: expected the codes that the accounts are in, found none; "
            'give one at least, such as ["EUR"]'
        )
    if refused := sorted(entry.keys() & {"limits", "gateway", "payouts", "tolerances"}):
        raise ConfigurationError(f"{place}: {', '.join(refused)} are of PSPs")
    limits = {
        str(currency): {"alert_above_minor": 0, "recovered_below_minor": 0}
        for currency in entry["currencies"]
    }
    described = {key: value for key, value in entry.items() if key != "currencies"}
    return {**described, "limits": limits}


def refuse_unknown_banks(psps: Collection[Any], banks: Collection[Any], place: str) -> None:
    """ConfigurationError where a rule names a bank account that no `[[bank]]` describes."""
    known = {(bank.name, account) for bank in banks for account in bank.accounts}
    for psp in psps:
        rule = psp.payouts.bank if psp.payouts else None
        if rule is not None and (rule.bank, rule.bank_account) not in known:
            said = ", ".join(f"{name}/{account}" for name, account in sorted(known)) or "none"
            raise ConfigurationError(
                f"{place}, psp {psp.name}, payouts.bank: there is no bank account "
                f"{rule.bank}/{rule.bank_account}; known: {said}"
            )


def _claim_rule(entry: Any, place: str) -> ClaimRule | None:
    if entry is None:
        return None
    reader = TableReader(entry, place)
    bank, _, bank_account = reader.take("account", str).partition("/")
    rule = ClaimRule(
        bank=bank,
        bank_account=bank_account,
        days=reader.take("days", _days, 1),
        deposit_grace=reader.take("deposit_grace", _grace, timedelta(days=3)),
        reference=reader.take("reference", _expression, None),
        counterparty_account=reader.take("counterparty_account", _words, None),
        counterparty_name=reader.take("counterparty_name", _words, None),
        exact_amount=reader.take("exact_amount", flag, False),
    )
    reader.finish()
    if not (
        rule.reference or rule.counterparty_account or rule.counterparty_name or rule.exact_amount
    ):
        raise ConfigurationError(
            f"{place}: it has no criterion, so it would claim every line of the bank: give "
            "reference, counterparty_account, counterparty_name or exact_amount"
        )
    return rule


def _days(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _DAYS_MAX:
        raise ValueError(f"must be a whole number of days, 0 or more, up to {_DAYS_MAX}")
    return value


def _grace(value: str) -> timedelta:
    grace = duration(value)
    if grace > _GRACE_MAX:
        raise ValueError(
            f"must be {_GRACE_MAX.days} days or less: so long nobody would be told of a deposit "
            "that no payout explains; give the days that the PSP's statement comes after the "
            "money, such as 3d"
        )
    return grace


def _words(value: object) -> str:
    if not isinstance(value, str) or len("".join(value.split())) < 3:
        raise ValueError("must be a text of three characters or more")
    return printed(value)


def _expression(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("must be a regular expression")
    printed(value)
    if _OTHER_READING.search(value):
        raise ValueError("may hold characters, [...], (...), |, *, +, ?, {n}, escaped marks only")
    _refuse_repeats(_ESCAPED_OR_SET.sub("x", value))
    try:
        compiled = re.compile(value)
    except (re.error, RecursionError, OverflowError) as error:
        raise ValueError(f"is no regular expression: {error}") from None
    if compiled.groups > 1:
        raise ValueError("may have one group, the reference of the payout")
    if compiled.search("") is not None:
        raise ValueError("matches an empty text, so it would claim every line")
    if any(compiled.search(text) for text in _SAYS_NOTHING):
        raise ValueError(
            "matches a text that says nothing, so it would claim nearly every line: give a part of"
            " the reference that only payouts have"
        )
    return value


def _refuse_repeats(expression: str) -> None:
    """ValueError for a repetition that PostgreSQL does not know; sets are single letters here."""
    if _POSSESSIVE.search(expression):
        raise ValueError("has a + after a repetition, which PostgreSQL does not know")
    braces = list(_BRACE.finditer(expression))
    for brace in braces:
        bounds = [int(number) for number in brace.groups() if number]
        if not bounds or max(bounds) > _REPEATS_MAX:
            raise ValueError(f"may repeat as {{n}}, {{n,}} or {{n,m}}, up to {_REPEATS_MAX} times")
    if "){" in expression and len(braces) > 1:
        raise ValueError("may not repeat a group by {n} beside another {n}: it grows too large")
