"""Group sums: which lines add up to which ledger rows, where no reference says so.

A *component* is a handful of rows of one account, currency and settlement day that the references
have left over. A *group* is one line and the ledger rows that add up to it, or one ledger row and
the lines that add up to it; refunds and chargebacks are negative parts. A group that holds a
smaller one is none, nor is one whose rows name different payments or orders, nor a pair of two
types.

A *solution* is a set of disjoint groups to which none can be added. Where all solutions leave the
same rows open, what they clear is matched; where two leave rows open that can be told apart, the
groups are ambiguous and nothing is matched. Twins (equal in side, amount, type and references)
can't be told apart: the first in place are taken.

All bounds count work, never time. Past one the answer says so, and holds no match.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice, product
from math import prod
from operator import attrgetter

from include.reconciliation.sum_search import (
    Budget,
    PastBoundError,
    Shape,
    Side,
    Sum,
    all_sums,
    nearest_sum,
)

ITEMS_MAX = 24
SUMS_MAX = 256
STATES_MAX = 20_000
SHOWN_MAX = 8


@dataclass(frozen=True, slots=True)
class Item:
    """One row of a component; its place is unique there, and orders twins."""

    place: int
    side: Side
    amount_minor: int
    type: str = "payment"
    payment: str | None = None
    order: str | None = None
    event: str | None = None

    @property
    def shape(self) -> Shape:
        """What decides in which sums the row may be."""
        names_payment = self.payment is not None
        return Shape(self.side, self.amount_minor, self.type, names_payment, self.order or "")


@dataclass(frozen=True, slots=True)
class Group:
    """Lines and ledger rows of the same sum, each in the order of their places."""

    lines: tuple[Item, ...]
    ledger_rows: tuple[Item, ...]

    @property
    def items(self) -> tuple[Item, ...]:
        """The members, lines first."""
        return self.lines + self.ledger_rows


@dataclass(frozen=True, slots=True)
class Ambiguity:
    """Groups that can't all be true: the first of them, how many there are, and all members."""

    groups: tuple[Group, ...]
    groups_count: int
    members: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class NearMiss:
    """The group that comes nearest; its difference is statement minus ledger, in minor units."""

    group: Group
    difference_minor: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What the rows of one component add up to; the nearest miss only where nothing does."""

    matches: tuple[Group, ...] = ()
    ambiguities: tuple[Ambiguity, ...] = ()
    nearest: NearMiss | None = None
    is_past_bound: bool = False


_Shelves = Mapping[Shape, Sequence[Item]]
_State = tuple[int, ...]


def decide(items: Iterable[Item]) -> Answer:
    """The only solution, the ambiguous groups, or the nearest miss; in whatever order they come."""
    ordered = sorted((item for item in items if item.amount_minor), key=attrgetter("place"))
    if len(ordered) > ITEMS_MAX:
        return Answer(is_past_bound=True)
    shelves: dict[Shape, list[Item]] = {}
    for item in ordered:
        shelves.setdefault(item.shape, []).append(item)
    counts = {shape: len(shelf) for shape, shelf in shelves.items()}
    try:
        sums = all_sums(counts, Budget(SUMS_MAX))
        states = Budget(STATES_MAX)
        decided = [_decide_cluster(cluster, shelves, states) for cluster in _clusters(sums)]
    except PastBoundError:
        return Answer(is_past_bound=True)
    ambiguities = [found for found in decided if isinstance(found, Ambiguity)]
    groups = chain.from_iterable(found for found in decided if not isinstance(found, Ambiguity))
    return Answer(
        matches=tuple(sorted(groups, key=lambda group: group.items[0].place)),
        ambiguities=tuple(sorted(ambiguities, key=lambda found: found.members[0].place)),
        nearest=None if sums else _near_miss(counts, shelves),
    )


def _near_miss(counts: Mapping[Shape, int], shelves: _Shelves) -> NearMiss | None:
    nearest = nearest_sum(counts)
    if nearest is None:
        return None
    needs = ((nearest.target, 1), *nearest.parts)
    is_line = nearest.target.side is Side.STATEMENT
    return NearMiss(
        _group(chain.from_iterable(shelves[shape][:count] for shape, count in needs)),
        -nearest.difference_minor if is_line else nearest.difference_minor,
    )


def _clusters(sums: Iterable[Sum]) -> list[list[Sum]]:
    """Sums that compete for the same shapes, directly or through others."""
    clusters: list[tuple[set[Shape], list[Sum]]] = []
    for one in sums:
        shapes, members = {shape for shape, _ in one.needs}, [one]
        apart = []
        for cluster in clusters:
            if cluster[0] & shapes:
                shapes |= cluster[0]
                members = cluster[1] + members
            else:
                apart.append(cluster)
        clusters = [*apart, (shapes, members)]
    return [members for _, members in clusters]


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What the solutions from some state on leave open, one of them, and whether it is alone."""

    left_open: frozenset[_State] = frozenset()
    uses: tuple[int, ...] = ()
    is_alone: bool = True


@dataclass(slots=True)
class _Solutions:
    """All solutions of a cluster, as how often each uses each sum; a state met is a step."""

    sums: Sequence[Sum]
    shapes: Sequence[Shape]
    budget: Budget
    known: dict[tuple[int, _State], _Outcome] = field(default_factory=dict)

    def outcome(self, place: int, state: _State) -> _Outcome:
        """What can come of a state with the sums from `place` on, each used any number of times."""
        if (place, state) not in self.known:
            self.budget.spend()
            self.known[place, state] = self._outcome(place, state)
        return self.known[place, state]

    def _outcome(self, place: int, state: _State) -> _Outcome:
        if place == len(self.sums):
            can_add = any(self._after(one, state) is not None for one in self.sums)
            return _Outcome() if can_add else _Outcome(frozenset([state]))
        left_open: frozenset[_State] = frozenset()
        uses: tuple[int, ...] = ()
        solutions, times = 0, 0
        after: _State | None = state
        # Two different rests are as good as many.
        while after is not None and len(left_open) < 2:
            found = self.outcome(place + 1, after)
            if found.left_open:
                left_open |= found.left_open
                uses = (times, *found.uses)
                solutions += 1 if found.is_alone else 2
            after, times = self._after(self.sums[place], after), times + 1
        return _Outcome(left_open, uses, solutions == 1)

    def _after(self, one: Sum, state: _State) -> _State | None:
        """What is left when the sum is used once; None where there is not enough of a shape."""
        needs = dict(one.needs)
        after = tuple(
            count - needs.get(shape, 0) for shape, count in zip(self.shapes, state, strict=True)
        )
        return after if min(after) >= 0 else None


def _decide_cluster(
    sums: Sequence[Sum], shelves: _Shelves, budget: Budget
) -> list[Group] | Ambiguity:
    shapes = sorted({shape for one in sums for shape, _ in one.needs})
    whole = tuple(len(shelves[shape]) for shape in shapes)
    outcome = _Solutions(sums, shapes, budget).outcome(0, whole)
    rest, *others = outcome.left_open
    left = dict(zip(shapes, rest, strict=True))
    if others or any(
        0 < count < len(shelves[shape]) and _has_distinct(shelves[shape])
        for shape, count in left.items()
    ):
        return _ambiguity(sums, shapes, shelves)
    if outcome.is_alone and _is_pairing_certain(sums, outcome.uses, shelves):
        return _groups(sums, outcome.uses, shelves)
    return [
        _group(
            chain.from_iterable(
                shelves[shape][: len(shelves[shape]) - left[shape]] for shape in left
            )
        )
    ]


def _likeness(item: Item) -> tuple[str, str]:
    """By what rows of one shape can be told apart."""
    return item.payment or "", item.event or ""


def _has_distinct(items: Iterable[Item]) -> bool:
    return len({_likeness(item) for item in items}) > 1


def _is_pairing_certain(sums: Sequence[Sum], uses: Sequence[int], shelves: _Shelves) -> bool:
    """Whether the rows can go together in one way alone, as far as they can be told apart."""
    used = [(one, times) for one, times in zip(sums, uses, strict=True) if times]
    sharing = Counter(shape for one, _ in used for shape, _ in one.needs)
    for one, times in used:
        distinct = [need for need in one.needs if _has_distinct(shelves[need[0]])]
        if any(sharing[shape] > 1 for shape, _ in distinct):
            return False
        if times > 1 and (len(distinct) > 1 or any(count > 1 for _, count in distinct)):
            return False
    return True


def _groups(sums: Sequence[Sum], uses: Sequence[int], shelves: _Shelves) -> list[Group]:
    """The groups of the one solution; of each shape the first in place are taken."""
    waiting = {shape: iter(items) for shape, items in shelves.items()}
    return [
        _group(item for shape, count in one.needs for item in islice(waiting[shape], count))
        for one, times in zip(sums, uses, strict=True)
        for _ in range(times)
    ]


def _group(items: Iterable[Item]) -> Group:
    ordered = sorted(items, key=attrgetter("place"))
    return Group(
        tuple(item for item in ordered if item.side is Side.STATEMENT),
        tuple(item for item in ordered if item.side is Side.LEDGER),
    )


def _ambiguity(sums: Sequence[Sum], shapes: Iterable[Shape], shelves: _Shelves) -> Ambiguity:
    choices = (
        _group(chain.from_iterable(chosen))
        for one in sums
        for chosen in product(
            *(
                list(islice(_choices(_twins(shelves[shape]), count), SHOWN_MAX))
                for shape, count in one.needs
            )
        )
    )
    members = chain.from_iterable(shelves[shape] for shape in shapes)
    return Ambiguity(
        groups=tuple(islice(choices, SHOWN_MAX)),
        groups_count=sum(
            prod(_choices_count(_twins(shelves[shape]), count) for shape, count in one.needs)
            for one in sums
        ),
        members=tuple(sorted(members, key=attrgetter("place"))),
    )


def _twins(items: Iterable[Item]) -> list[list[Item]]:
    found: dict[tuple[str, str], list[Item]] = {}
    for item in items:
        found.setdefault(_likeness(item), []).append(item)
    return list(found.values())


def _choices(twins: Sequence[Sequence[Item]], count: int) -> Iterator[list[Item]]:
    """Every choice of so many rows that can be told from the others."""
    if not count:
        yield []
    elif count <= sum(len(alike) for alike in twins):
        for taken in range(min(count, len(twins[0])), -1, -1):
            for rest in _choices(twins[1:], count - taken):
                yield [*twins[0][:taken], *rest]


def _choices_count(twins: Iterable[Sequence[Item]], count: int) -> int:
    ways = [1] + [0] * count
    for alike in twins:
        ways = [sum(ways[max(0, n - len(alike)) : n + 1]) for n in range(count + 1)]
    return ways[count]
