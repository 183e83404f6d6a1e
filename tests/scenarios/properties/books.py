"""Random books: a ledger, batches and a gateway that agree mostly, and else in no way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from tests.scenarios.conftest import Line, a_line

MONDAY = "2026-03-02T10:00:00Z"
BOOKED = "2026-03-03 21:00:00"


@dataclass(frozen=True, slots=True)
class Entry:
    """A ledger row; amounts signed, in minor units."""

    id: str
    amount_minor: int
    type: str = "capture"
    payment: str | None = None
    event: str | None = None
    merchant: str | None = None
    currency: str = "EUR"
    status: str = "captured"
    fee_minor: int | None = None
    settles_on: str | None = None
    at: str = MONDAY


@dataclass(frozen=True, slots=True)
class Taking:
    """A transaction of the gateway, of an intent with the payment's name; amounts positive."""

    payment: str
    type: str
    amount_minor: int
    event: str
    status: str = "succeeded"
    currency: str = "EUR"


@dataclass(slots=True)
class Book:
    """What all sides say, in the order in which it was made up."""

    entries: list[Entry] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    takings: list[Taking] = field(default_factory=list)

    def plus(self, other: Book) -> Book:
        """This and the other one."""
        return Book(
            self.entries + other.entries, self.lines + other.lines, self.takings + other.takings
        )

    def shuffled(self, random: Random) -> Book:
        """The same in another order."""

        def anew(rows: Sequence[Any]) -> list[Any]:
            return random.sample(rows, len(rows))

        return Book(anew(self.entries), anew(self.lines), anew(self.takings))

    def mirrored(self) -> Book:
        """What the ledger says is on the statement, and the other way round."""
        types = {"capture": "Settled", "refund": "Refunded", "chargeback": "Chargeback"}
        back = {word: type for type, word in types.items()}
        lines = [
            a_line(
                type=types[entry.type],
                payment=entry.payment or "",
                event=entry.event or "",
                amount=major(entry.amount_minor),
                currency=entry.currency,
                merchant=entry.merchant,
            )
            for entry in self.entries
        ]
        entries = [
            Entry(
                id=f"M{number:03d}",
                amount_minor=minor(line.amount),
                type=back[line.type],
                payment=line.payment or None,
                event=line.event or None,
                merchant=line.merchant,
                currency=line.currency,
            )
            for number, line in enumerate(self.lines)
        ]
        return Book(entries, lines)


def major(amount_minor: int) -> str:
    """With two decimals."""
    sign = "-" if amount_minor < 0 else ""
    return f"{sign}{abs(amount_minor) // 100}.{abs(amount_minor) % 100:02d}"


def minor(amount: str) -> int:
    """The other way round."""
    return int(amount.replace(".", ""))


def agreed(payment: str, amount_minor: int, **changes: Any) -> Book:
    """A payment on which all sides agree."""
    event = f"C-{payment}"
    return Book(
        [replace(Entry(f"L-{payment}", amount_minor, payment=payment, event=event), **changes)],
        [a_line(payment=payment, event=event, amount=major(amount_minor))],
        [
            Taking(payment, "authorization", amount_minor, payment),
            Taking(payment, "capture", amount_minor, event),
        ],
    )


def _refund(payment: str, amount_minor: int, number: int = 1) -> Book:
    event = f"R{number}-{payment}"
    return Book(
        [Entry(f"L-{event}", -amount_minor, "refund", payment, event)],
        [a_line(type="Refunded", payment=payment, event=event, amount=major(-amount_minor))],
        [Taking(payment, "refund", amount_minor, event)],
    )


def _refunded(random: Random, payment: str, amount: int) -> Book:
    part = random.randint(1, amount - 2)
    return (
        agreed(payment, amount)
        .plus(_refund(payment, part))
        .plus(_refund(payment, random.randint(1, amount), 2))
    )


def _unbooked(random: Random, payment: str, amount: int) -> Book:
    book = agreed(payment, amount)
    return Book([], book.lines, book.takings)


def _unsettled(random: Random, payment: str, amount: int) -> Book:
    book = agreed(payment, amount)
    return Book(book.entries, [], book.takings)


def _settled_twice(random: Random, payment: str, amount: int) -> Book:
    book = agreed(payment, amount)
    return Book(book.entries, book.lines * 2, book.takings)


def _booked_twice(random: Random, payment: str, amount: int) -> Book:
    book = agreed(payment, amount)
    return book.plus(Book([replace(book.entries[0], id=f"L2-{payment}")]))


def _other_amount(random: Random, payment: str, amount: int) -> Book:
    book = agreed(payment, amount)
    return Book(
        [replace(book.entries[0], amount_minor=amount + random.choice((-7, 3, 500)))],
        book.lines,
        book.takings,
    )


def _other_currency(random: Random, payment: str, amount: int) -> Book:
    book = agreed(payment, amount)
    return Book([replace(book.entries[0], currency="USD")], book.lines, book.takings)


def _in_parts(random: Random, payment: str, amount: int) -> Book:
    """One line, two ledger rows of other events: equal totals, or not."""
    part = random.randint(1, amount - 2)
    rest = amount - part + random.choice((0, 0, 11))
    return Book(
        [
            Entry(f"L1-{payment}", part, payment=payment, event=f"A-{payment}"),
            Entry(f"L2-{payment}", rest, payment=payment, event=f"B-{payment}"),
        ],
        agreed(payment, amount).lines,
        agreed(payment, amount).takings,
    )


def _without_events(random: Random, payment: str, amount: int) -> Book:
    """Two captures of one payment, of which the ledger names no event."""
    return Book(
        [
            Entry(f"L1-{payment}", amount, payment=payment),
            Entry(f"L2-{payment}", amount, payment=payment),
        ],
        [
            a_line(payment=payment, event=f"C{number}-{payment}", amount=major(amount))
            for number in (1, 2)
        ],
        [
            Taking(payment, "authorization", 2 * amount, payment),
            *(Taking(payment, "capture", amount, f"C{number}-{payment}") for number in (1, 2)),
        ],
    )


def _charged_back(random: Random, payment: str, amount: int) -> Book:
    book = agreed(payment, amount)
    event = f"D-{payment}"
    dispute = a_line(type="Chargeback", payment=payment, event=event, amount=major(-amount))
    booked = [Entry(f"L-{event}", -amount, "chargeback", payment, event)]
    return book.plus(Book(booked if random.random() < 0.5 else [], [dispute]))


def _of_an_order(random: Random, payment: str, amount: int) -> Book:
    """One ledger row for two payments of an order, or for all of it but a little."""
    part = random.randint(1, amount - 2)
    order = f"O-{payment}"
    return Book(
        [Entry(f"L-{payment}", amount, merchant=order)],
        [
            a_line(
                payment=f"{payment}a", event=f"Ca-{payment}", amount=major(part), merchant=order
            ),
            a_line(
                payment=f"{payment}b",
                event=f"Cb-{payment}",
                amount=major(amount - part),
                merchant=order,
            ),
        ],
    )


def _nameless(random: Random, payment: str, amount: int) -> Book:
    """Ledger rows without any reference, that are a line in one way, in two, or in none."""
    part = random.randint(1, amount - 2)
    amounts = [part, amount - part]
    amounts += random.choice(([], [part + 1], [part - 1, amount - part + 1]))
    return Book(
        [Entry(f"N{number}-{payment}", minor) for number, minor in enumerate(amounts) if minor],
        agreed(payment, amount).lines,
        agreed(payment, amount).takings,
    )


MIRRORED: tuple[Callable[[Random, str, int], Book], ...] = (
    lambda random, payment, amount: agreed(payment, amount),
    _refunded,
    _unbooked,
    _unsettled,
    _settled_twice,
    _booked_twice,
    _other_amount,
    _other_currency,
    _in_parts,
    _without_events,
)


def _failed(random: Random, payment: str, amount: int) -> Book:
    book = agreed(payment, amount)
    return Book([replace(book.entries[0], status="failed")], book.lines, book.takings)


def _odd(random: Random, payment: str, amount: int) -> Book:
    book = agreed(payment, amount)
    return Book(book.entries, [replace(book.lines[0], type="SomethingNew")], book.takings)


def _other_fee(random: Random, payment: str, amount: int) -> Book:
    book = agreed(payment, amount)
    return Book(
        [replace(book.entries[0], fee_minor=1)],
        [replace(book.lines[0], fee=random.choice(("0.01", "0.03")))],
        book.takings,
    )


def _refund_reversed(random: Random, payment: str, amount: int) -> Book:
    refund = _refund(payment, amount - 1)
    back = a_line(
        type="RefundedReversed", payment=payment, event=f"RR-{payment}", amount=major(amount - 1)
    )
    return agreed(payment, amount).plus(
        Book([replace(refund.entries[0], status="failed")], [*refund.lines, back])
    )


def _not_due(random: Random, payment: str, amount: int) -> Book:
    book = agreed(payment, amount, settles_on="2026-03-20")
    return Book(book.entries, [], book.takings)


SHAPES = (
    *MIRRORED,
    _charged_back,
    _failed,
    _odd,
    _other_fee,
    _refund_reversed,
    _not_due,
    _of_an_order,
)


def random_book(
    seed: int,
    shapes: Sequence[Callable[[Random, str, int], Book]] = SHAPES,
    *,
    nameless: bool = True,
) -> Book:
    """Each shape once, and some twice; amounts are odd, so that few are equal by chance."""
    random = Random(seed)
    book = Book()
    chosen = [*shapes, *random.sample(shapes, 4)]
    for number, shape in enumerate(chosen):
        book = book.plus(shape(random, f"P{number:02d}", random.randint(1000, 99999)))
    if nameless:
        book = book.plus(_nameless(random, "P99", random.randint(1000, 99999)))
    return book.shuffled(random)
