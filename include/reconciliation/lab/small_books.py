"""Random small books for the second opinion: rows of one payment that agree in no planned way.

Few references, few amounts and few types, so that rows often share one of them and not another.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from include.reconciliation.demo.desk import Desk, Story
from include.reconciliation.demo.labels import Label
from include.reconciliation.demo.movements import LedgerRow, StatementLine, ledger_row
from include.reconciliation.demo.streams import stream
from include.reconciliation.lab.catalogue import ADYEN
from include.reconciliation.lab.history import PACKED, Place, profile
from include.reconciliation.lab.scene import Draft, Scene
from include.reconciliation.lab.second_opinion import LEDGER, STATEMENT, Row, opinions
from include.reconciliation.lab.weeks import SPRING, WED

PLACE = Place(ADYEN, SPRING, PACKED)
SECOND_OPINION = "second_opinion"
_AMOUNTS = (2_000, 3_000, 5_000, 5_001)
# Type and economic type by the word of a line.
_WORDS = {
    "Settled": ("payment", "payment"),
    "Refunded": ("refund", "refund"),
    "RefundedReversed": ("reversal", "refund"),
    "Chargeback": ("chargeback", "chargeback"),
    "ChargebackReversed": ("reversal", "reversal"),
    "LoyaltyPayback": ("unknown", "unknown"),
}
_SIGNS = {"Refunded": -1, "Chargeback": -1}
_LEDGER_TYPES = ("payment", "refund", "chargeback", "reversal")
_STATUSES = {"settled": True, "failed": False, "pending": False, "lost_in_space": None}


@dataclass(frozen=True, slots=True)
class SmallBook:
    """One payment of a random book: its two projections, and what the second opinion says."""

    seed: int
    story: Story
    rows: tuple[Row, ...]


def small_book(seed: int) -> SmallBook:
    """The book of that seed, all of it due and covered when the last run looks."""
    numbers = stream(seed, "small book")
    story = Story()
    desk = Desk(story, profile(PLACE, f"B{seed}_"), numbers)
    scene = Scene(desk, SPRING, "EUR")
    truth = Draft.of(scene, scene.sale(WED))
    story.movements.clear()
    # Of equal rows nothing tells which one is meant: their fees are one.
    fee_minor = numbers.choice((0, 7))
    booked_fee_minor = numbers.choice((None, 7))
    rows: list[tuple[Row, StatementLine | LedgerRow]] = [
        _line(truth, numbers, number, fee_minor) for number in range(numbers.randrange(4))
    ]
    rows += [
        _entry(truth, numbers, number, booked_fee_minor) for number in range(numbers.randrange(4))
    ]
    for _, written in rows:
        if isinstance(written, StatementLine):
            desk.state_line(written)
        else:
            desk.book_row(written)
    said = tuple(row for row, _ in rows)
    for opinion, count in sorted(opinions(said).items()):
        story.labels += [
            Label(
                fault=SECOND_OPINION, psp=PLACE.psp, account=PLACE.account,
                aspect=opinion.aspect, kind=opinion.kind, currency=opinion.currency,
                delta_minor=opinion.delta_minor, exposure_minor=opinion.exposure_minor,
                psp_reference=truth.sale.psp_reference, event="",
            )
        ] * count
    return SmallBook(seed, story, said)


def _event(truth: Draft, numbers: Random) -> str | None:
    name = numbers.choice(("a", "a", "b", None))
    return None if name is None else f"{truth.sale.event_reference}{name}"


def _currency(numbers: Random) -> str:
    return "USD" if numbers.randrange(10) == 0 else "EUR"


def _line(
    truth: Draft, numbers: Random, number: int, fee_minor: int
) -> tuple[Row, StatementLine]:
    word = numbers.choice(("Settled", "Settled", "Settled", *_WORDS))
    amount_minor = _SIGNS.get(word, 1) * numbers.choice(_AMOUNTS)
    currency = _currency(numbers)
    line = replace(
        truth.line,
        line_id=f"{truth.line.line_id}{number}",
        provider_type=word,
        event_reference=_event(truth, numbers),
        gross_minor=amount_minor,
        currency=currency,
        net_currency=currency,
        fee_minor=fee_minor,
        net_minor=amount_minor - fee_minor,
    )
    type_, economic_type = _WORDS[word]
    row = Row(
        STATEMENT, line.line_id, type_, economic_type, line.event_reference, amount_minor,
        currency, fee_minor=fee_minor,
    )
    return row, line


def _entry(
    truth: Draft, numbers: Random, number: int, fee_minor: int | None
) -> tuple[Row, LedgerRow]:
    type_ = numbers.choice(("payment", "payment", "payment", *_LEDGER_TYPES))
    sign = -1 if type_ in ("refund", "chargeback") else 1
    status = numbers.choice(("settled", "settled", "settled", "settled", *_STATUSES))
    entry = replace(
        ledger_row(truth.sale, ledger_id=f"{truth.row.ledger_id}_{number}"),
        type=type_,
        status=status,
        event_reference=_event(truth, numbers),
        amount_minor=sign * numbers.choice(_AMOUNTS),
        currency=_currency(numbers),
        fee_minor=fee_minor,
        tax_minor=None,
    )
    row = Row(
        LEDGER, entry.ledger_id, type_, type_, entry.event_reference, entry.amount_minor,
        entry.currency, _STATUSES[status], entry.fee_minor,
    )
    return row, entry
