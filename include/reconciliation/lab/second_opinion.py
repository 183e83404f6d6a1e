"""A second opinion: a slow, obvious matcher in plain Python, written from the semantics alone.

It knows no SQL and no label. It decides one payment of which every row is due and covered, by
sections 5 to 9: the event's own reference, equal amounts per type, totals per economic type; what
is left over is missing, or a duplicate. Where it and the SQL differ, one of them is wrong.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

STATEMENT, LEDGER = "statement", "ledger"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of one side: a statement line, or a ledger row; amounts signed, in minor units.

    `type` is unknown where the mapping does not know it; `moves_money` is None where it does not
    know the status. A fee of None is one that the side does not book.
    """

    side: str
    name: str
    type: str
    economic_type: str
    event: str | None
    amount_minor: int
    currency: str
    moves_money: bool | None = True
    fee_minor: int | None = None


@dataclass(frozen=True, slots=True, order=True)
class Opinion:
    """One discrepancy that must be open; amounts in minor units."""

    kind: str
    aspect: str
    currency: str
    delta_minor: int
    exposure_minor: int


def opinions(rows: Iterable[Row]) -> Counter[Opinion]:
    """What is wrong with one payment, all of whose rows are these."""
    return Counter(_payment(list(rows)))


def _payment(rows: list[Row]) -> Iterator[Opinion]:
    known = []
    for row in rows:
        if row.type == "unknown" or row.moves_money is None:
            yield _one_sided("unclassified_line", row)
        else:
            known.append(row)
    for _, group in groupby(sorted(known, key=_economic), key=_economic):
        yield from _economic_type(list(group))


def _economic(row: Row) -> str:
    return row.economic_type


def _economic_type(rows: list[Row]) -> Iterator[Opinion]:
    """Everything that counts with one economic type: its matches, and what they leave over."""
    rest = list(rows)
    equal = [*_take(rest, rest, _is_same_event_and_amount)]
    differing = [*_take(rest, _alone(rest), _is_same_event)]
    unnamed = [row for row in rest if not _is_named_by_the_other_side(row, rows)]
    equal += _take(rest, [row for row in unnamed if row.moves_money], _is_same_amount)
    differing += _take_unmoved(rest, rows)
    surplus = [row for row in rest if row.moves_money and _is_surplus(row, equal + differing)]
    for row in surplus:
        rest.remove(row)
        kind = "duplicate_settlement" if row.side == STATEMENT else "duplicate_in_ledger"
        yield Opinion(kind, "multiplicity", row.currency, _signed(row), abs(row.amount_minor))
    moving = [row for row in rest if row.moves_money]
    of_pairs = [row for pair in differing for row in pair]
    if moving and _is_one_match(moving, of_pairs):
        differing = []
    elif {row.side for row in moving} == {STATEMENT, LEDGER}:
        yield from _group(moving)
    elif of_pairs and (reversals := [row for row in moving if _is_reversal(row)]):
        # What takes back a part of an event that differs is of that event.
        yield from _group([*of_pairs, *reversals])
        differing = []
        for row in moving:
            if row not in reversals:
                yield _one_sided(_missing_kind(row), row)
    else:
        for row in moving:
            yield _one_sided(_missing_kind(row), row)
    for line, entry in [*equal, *differing]:
        yield from _differences(line, entry)


def _take(
    rest: list[Row], candidates: Sequence[Row], is_pair: Callable[[Row, Row], bool]
) -> list[tuple[Row, Row]]:
    """Takes out of the rest each line among the candidates with a ledger row that is its pair."""
    pairs = []
    entries = [row for row in candidates if row.side == LEDGER]
    for line in [row for row in candidates if row.side == STATEMENT]:
        entry = next((row for row in entries if is_pair(line, row)), None)
        if entry is not None:
            entries.remove(entry)
            rest.remove(line)
            rest.remove(entry)
            pairs.append((line, entry))
    return pairs


def _alone(rest: Sequence[Row]) -> list[Row]:
    """Rows that are alone with their event on their side, equal ones and failed tries apart."""
    found = []
    for row in dict.fromkeys(_said(row) for row in rest if row.event is not None):
        same = {_said(other) for other in rest if _said(other)[:2] == row[:2]}
        moving = {other for other in same if other[4]}
        if (row[4] and len(moving) == 1) or (not moving and len(same) == 1):
            found.append(next(other for other in rest if _said(other) == row))
    return found


def _take_unmoved(rest: list[Row], rows: Sequence[Row]) -> list[tuple[Row, Row]]:
    """Lines against rows that move no money: of one event, or of one amount and no two events."""
    pairs = []
    for is_shared in (True, False):
        left = [
            row
            for row in rest
            if _is_named_by_the_other_side(row, rows) == is_shared
            and (row.side == STATEMENT or not row.moves_money)
        ]
        left.sort(key=lambda row: row.event or "")
        pairs += _take(
            rest,
            left,
            _is_same_unmoved_event if is_shared else _is_same_amount_of_no_other_event,
        )
    return pairs


def _said(row: Row) -> tuple[str, str | None, str, int, bool | None]:
    return row.side, row.event, row.currency, row.amount_minor, row.moves_money


def _is_named_by_the_other_side(row: Row, rows: Sequence[Row]) -> bool:
    return row.event is not None and any(
        other.side != row.side and other.event == row.event for other in rows
    )


def _is_same_event(line: Row, entry: Row) -> bool:
    return line.event is not None and line.event == entry.event


def _is_same_amount(line: Row, entry: Row) -> bool:
    return (line.amount_minor, line.currency) == (entry.amount_minor, entry.currency)


def _is_same_event_and_amount(line: Row, entry: Row) -> bool:
    return _is_same_event(line, entry) and _is_same_amount(line, entry) and bool(entry.moves_money)


def _is_same_unmoved_event(line: Row, entry: Row) -> bool:
    return _is_same_event(line, entry) and _is_same_amount(line, entry)


def _is_same_amount_of_no_other_event(line: Row, entry: Row) -> bool:
    return _is_same_amount(line, entry) and None in (line.event, entry.event)


def _signed(row: Row) -> int:
    """What a row adds to statement less ledger."""
    if not row.moves_money:
        return 0
    return row.amount_minor if row.side == STATEMENT else -row.amount_minor


def _is_reversal(row: Row) -> bool:
    return row.side == STATEMENT and row.type != row.economic_type


def _is_one_match(moving: Sequence[Row], of_pairs: Sequence[Row]) -> bool:
    """Whether what is left adds up in every currency: to the ledger, or to its reversal."""
    rows = [*moving, *of_pairs]
    lines = [row for row in rows if row.side == STATEMENT]
    if not lines or any(
        sum(_signed(row) for row in rows if row.currency == currency)
        for currency in {row.currency for row in rows}
    ):
        return False
    has_reversed = len(lines) > 1 and any(_is_reversal(row) for row in moving)
    return len(lines) < len(rows) or has_reversed


def _group(rows: Sequence[Row]) -> Iterator[Opinion]:
    """One discrepancy for all that is left of a payment, in each of its currencies."""
    for currency in sorted({row.currency for row in rows}):
        delta_minor = sum(_signed(row) for row in rows if row.currency == currency)
        yield _other_amount(rows[0].economic_type, currency, delta_minor)


def _is_surplus(row: Row, pairs: Sequence[tuple[Row, Row]]) -> bool:
    """Whether a row of the same side, equal in all that it says, has found its other side."""
    return any(
        (*_said(row)[:4], row.type) == (*_said(taken)[:4], taken.type)
        for pair in pairs
        for taken in pair
    )


def _differences(line: Row, entry: Row) -> Iterator[Opinion]:
    """What is wrong with an event that both sides have (section 9)."""
    if not entry.moves_money:
        # The ledger's row counts 0, and is matched all the same.
        yield Opinion(
            "status_mismatch", "state", line.currency, line.amount_minor, abs(line.amount_minor)
        )
        return
    if line.currency != entry.currency:
        full_minor = abs(line.amount_minor)
        yield Opinion(
            "currency_mismatch", "currency", line.currency, line.amount_minor, full_minor
        )
        yield Opinion("currency_mismatch", "currency", entry.currency, -entry.amount_minor, 0)
        return
    if line.amount_minor != entry.amount_minor:
        yield _other_amount(
            line.economic_type, line.currency, line.amount_minor - entry.amount_minor
        )
    if None not in (line.fee_minor, entry.fee_minor) and line.fee_minor != entry.fee_minor:
        assert line.fee_minor is not None and entry.fee_minor is not None
        delta_minor = line.fee_minor - entry.fee_minor
        yield Opinion("fee_mismatch", "fee", line.currency, delta_minor, abs(delta_minor))


def _other_amount(economic_type: str, currency: str, delta_minor: int) -> Opinion:
    kind = "refund_mismatch" if economic_type == "refund" else "amount_mismatch"
    return Opinion(kind, "amount", currency, delta_minor, abs(delta_minor))


def _missing_kind(row: Row) -> str:
    if row.side == LEDGER:
        return "missing_in_statement"
    if row.type == "reversal" and row.economic_type in ("payment", "refund"):
        return "reversed_after_settlement"
    return "chargeback_not_in_ledger" if row.type == "chargeback" else "missing_in_ledger"


def _one_sided(kind: str, row: Row) -> Opinion:
    delta_minor = row.amount_minor if row.side == STATEMENT else -row.amount_minor
    return Opinion(kind, "existence", row.currency, delta_minor, abs(delta_minor))
