"""The settings of approvals: how long a request waits, and above which amounts two must approve.

`read` refuses what it does not know. The limits reach the database with the migration, which the
application can't write to: it could not lower them for itself.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from include.reconciliation.errors import ConfigurationError
from include.reconciliation.money import CURRENCY
from include.reconciliation.toml_tables import TableReader, duration

FILE_NAME = "approvals.toml"
_LONGEST = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class ApprovalRules:
    """What `include/approvals.toml` says."""

    expire_after: timedelta
    post_within_days: int
    second_approver_above: Mapping[str, int]


def read(text: str) -> ApprovalRules:
    """The rules of a file's text; ConfigurationError says which key is wrong."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{FILE_NAME} is not valid TOML: {error}") from None
    reader = TableReader(document, FILE_NAME)
    expire_after = reader.take("expire_after", duration)
    post_within = reader.take("post_within", duration)
    limits = reader.take("second_approver_above", dict, {})
    reader.finish()
    for name, span in (("expire_after", expire_after), ("post_within", post_within)):
        if not timedelta(0) < span <= _LONGEST:
            raise ConfigurationError(f"{FILE_NAME}: {name} lies between 1m and 90d, not {span}")
    if post_within % timedelta(days=1):
        raise ConfigurationError(f"{FILE_NAME}: post_within is a number of whole days")
    for currency, minor in limits.items():
        if not CURRENCY.fullmatch(currency):
            raise ConfigurationError(
                f"{FILE_NAME}: second_approver_above.{currency} is not a currency code"
            )
        if isinstance(minor, bool) or not isinstance(minor, int) or minor < 0:
            raise ConfigurationError(
                f"{FILE_NAME}: second_approver_above.{currency} is a whole number of minor units, "
                f"not {minor!r}"
            )
    return ApprovalRules(expire_after, post_within // timedelta(days=1), dict(limits))
