"""Where a case happens: an account of its own, and for a bank the account that is paid out to it.

Three statements follow each other; that of the second day goes wrong. The first window ends when
all three should be there, the second when what went wrong has been put right.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from include.reconciliation.config import PROJECT_ROOT
from include.reconciliation.demo import timeline
from include.reconciliation.demo.timeline import StoryWindow
from include.reconciliation.lab.history import Place
from include.reconciliation.lab.statement_files.writers import WRITERS
from include.reconciliation.lab.weeks import FRI, MON, SPRING, THU, TUE, WED

ADYEN = "adyen_settlement_details"
CHECKOUT = "checkout_financial_actions"
STRIPE_PAYOUTS = "stripe_payouts"
# The bank of a PSP that is no bank itself.
CAMT = "camt"
CURRENCIES = {0: "JPY", 2: "EUR", 3: "KWD", 4: "CLF"}
DAYS = tuple(SPRING.day(number) for number in (WED, THU, FRI))
# A payout is at the bank on the next business day.
BANK_DAYS = tuple(SPRING.day(number) for number in (WED, THU, FRI, MON))
WINDOWS = (
    StoryWindow(SPRING.at(WED, 8), SPRING.at(TUE, 9)),
    StoryWindow(SPRING.at(TUE, 9), SPRING.at(TUE, 9, 45)),
)
# Before Monday's statement is due, also in India.
PUT_RIGHT = SPRING.at(TUE, 9, 20)


def delivered(day: date) -> datetime:
    """When the statement of a day comes, if nothing goes wrong."""
    return timeline.delivered(day)


@dataclass(frozen=True, slots=True)
class FormatPlace(Place):
    """An account of an entry of its own name.

    `paid_out_to` is the bank that it is followed to, `payer` the format of who is paid out to it.
    """

    entry: str = ""
    currency: str = ""
    is_bank: bool = False
    paid_out_to: str | None = None
    payer: str | None = None

    @property
    def psp(self) -> str:
        """The name of the entry."""
        return self.entry

    @property
    def family(self) -> str:
        """Everything is read from files."""
        return "files"

    @property
    def switched_on(self) -> str | None:
        """Nothing that the packs of seeds know."""
        return None

    @property
    def explains_payouts(self) -> bool:
        """Whether waterfalls are counted: the packs of seeds do that."""
        return False

    @property
    def zone(self) -> str:
        """That of the format's days, where it has one."""
        return WRITERS[self.format].carries.zone or timeline.ZONE.key

    @property
    def windows(self) -> tuple[StoryWindow, ...]:
        """Two."""
        return WINDOWS


_HEAD = """
cycle = "1h"
look_back = "30d"
ledger_change_detection = "hash"
"""
_ENTRY = """
[[{word}]]
name = "{name}"
format = "{format}"
zone = "{zone}"
accounts = [{accounts}]
{currencies}
[{word}.statements]
due = "daily"
weekdays = ["mon", "tue", "wed", "thu", "fri"]
deadline = 20:00:00
deadline_days = 1
grace = "2h"
[{word}.settlement]
days = 0
ledger_grace = "1h"
statement_grace = "1h"
"""
_LIMITS = "[psp.limits]\n" + "".join(
    f"{currency} = {{ alert_above_minor = 100000, recovered_below_minor = 10000 }}\n"
    for currency in (*CURRENCIES.values(), "BRL")
)
_CLAIM = """[psp.payouts.bank]
account = "{bank}"
reference = "((?:po_)?TX[0-9A-Z]+XT)"
"""


def configuration_text(places: Iterable[Place], endpoints: Mapping[str, str]) -> str:
    """The entries of these accounts."""
    del endpoints
    of_entry: dict[str, list[FormatPlace]] = defaultdict(list)
    for place in places:
        assert isinstance(place, FormatPlace)
        of_entry[place.entry].append(place)
    return "\n".join([_HEAD, *map(_entry, of_entry.values()), _narrow()])


def _entry(places: Sequence[FormatPlace]) -> str:
    place = places[0]
    text = _ENTRY.format(
        word="bank" if place.is_bank else "psp",
        name=place.entry,
        format=place.format,
        zone=place.zone,
        accounts=", ".join(f'"{its.account}"' for its in places),
        currencies=f'currencies = ["{place.currency}"]' if place.is_bank else "",
    )
    if place.is_bank:
        return text
    claim = _CLAIM.format(bank=place.paid_out_to) if place.paid_out_to else ""
    return f"{text}{_LIMITS}{claim}"


def _narrow() -> str:
    """The format that the benchmark declares."""
    file = PROJECT_ROOT / "include/reconciliation/bench/psps.toml"
    return "".join(file.read_text(encoding="utf-8").partition("[[format]]")[1:])
