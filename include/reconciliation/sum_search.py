"""Which sums there are: every way in which rows of one side add up to one row of the other.

Rows that may take each other's part have one *shape*, and a sum says how many rows of each shape it
takes. The selections of a side are summed in two halves that meet in the middle, so that a side of
23 rows costs some thousand additions instead of eight million.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, islice, pairwise

# So many selections of equal distance are looked at for the shortest.
NEAREST_TIES_MAX = 64
Parts = tuple[tuple["Shape", int], ...]


class Side(StrEnum):
    """On which side of the leg a row stands."""

    STATEMENT = "statement"
    LEDGER = "ledger"


class PastBoundError(Exception):
    """More work than a component is worth."""


@dataclass(slots=True)
class Budget:
    """How many more steps may be made; PastBoundError when none is left."""

    left: int

    def spend(self) -> None:
        """Pays for one step."""
        self.left -= 1
        if self.left < 0:
            raise PastBoundError


@dataclass(frozen=True, slots=True, order=True)
class Shape:
    """What decides in which sums a row may be; rows of one shape may take each other's part."""

    side: Side
    amount_minor: int
    type: str
    names_payment: bool
    order: str

    def contradicts(self, other: Shape) -> bool:
        """Whether the two can't be of one event, by what their references say."""
        has_other_order = bool(self.order and other.order) and self.order != other.order
        return (self.names_payment and other.names_payment) or has_other_order


@dataclass(frozen=True, slots=True)
class Sum:
    """A target and the parts that add up to it, as a number of rows of each shape."""

    target: Shape
    parts: Parts

    @property
    def needs(self) -> Parts:
        """All shapes of the sum, with their numbers."""
        return ((self.target, 1), *self.parts)


@dataclass(frozen=True, slots=True)
class NearSum:
    """Parts that nearly add up to a target; the difference is parts minus target."""

    target: Shape
    parts: Parts
    difference_minor: int


@dataclass(frozen=True, slots=True)
class _Half:
    """All selections of some shapes, by their sums; the place of a sum says what it selects."""

    shapes: Parts
    sums: list[int]
    distinct: frozenset[int]

    @classmethod
    def of(cls, shapes: Iterable[tuple[Shape, int]]) -> _Half:
        chosen = tuple(shapes)
        sums = [0]
        for shape, count in chosen:
            sums = [known + shape.amount_minor * n for n in range(count + 1) for known in sums]
        return cls(chosen, sums, frozenset(sums))

    def selected(self, place: int) -> Iterator[tuple[Shape, int]]:
        """What the selection at that place takes."""
        for shape, count in self.shapes:
            place, number = divmod(place, count + 1)
            if number:
                yield shape, number

    def places(self, wanted: Collection[int]) -> dict[int, list[int]]:
        """Where each of the wanted sums stands."""
        found: dict[int, list[int]] = {}
        for place, total in enumerate(self.sums):
            if total in wanted:
                found.setdefault(total, []).append(place)
        return found


@dataclass(frozen=True, slots=True)
class _Halves:
    """The selections of one side, as those of two halves."""

    first: _Half
    second: _Half

    @classmethod
    def of(cls, counts: Mapping[Shape, int], candidates: Iterable[Shape]) -> _Halves:
        """The candidates in two halves of about as many selections each."""
        halves: tuple[list[tuple[Shape, int]], list[tuple[Shape, int]]] = ([], [])
        sizes = [1, 1]
        for shape in sorted(candidates, key=lambda shape: (-counts[shape], shape)):
            smaller = 0 if sizes[0] <= sizes[1] else 1
            halves[smaller].append((shape, counts[shape]))
            sizes[smaller] *= counts[shape] + 1
        return cls(_Half.of(halves[0]), _Half.of(halves[1]))

    def equal_to(self, amount_minor: int) -> Iterator[Parts]:
        """Every selection of that sum."""
        shared = self._complements(amount_minor) & self.second.distinct
        if shared:
            others = self.second.places(shared)
            for place, part in enumerate(self.first.sums):
                for other in others.get(amount_minor - part, ()):
                    yield self._parts(place, other)

    def distance_to(self, amount_minor: int) -> int | None:
        """How far the closest sum is off: less than half; None where none is, or one is equal."""
        complements = self._complements(amount_minor)
        if complements & self.second.distinct:
            return None
        # In one row, odd and even by half: the closest of two halves are neighbours.
        ordered = sorted(
            chain(
                (2 * part for part in complements), (2 * part + 1 for part in self.second.distinct)
            )
        )
        distances = (
            (above >> 1) - (below >> 1) for below, above in pairwise(ordered) if (below ^ above) & 1
        )
        distance = min(distances)
        return distance if 2 * distance < abs(amount_minor) else None

    def _complements(self, amount_minor: int) -> set[int]:
        return {amount_minor - part for part in self.first.distinct}

    def _parts(self, place: int, other: int) -> Parts:
        return tuple(sorted(chain(self.first.selected(place), self.second.selected(other))))


def parts_size(parts: Parts) -> int:
    """How many rows the parts take."""
    return sum(count for _, count in parts)


def all_sums(counts: Mapping[Shape, int], budget: Budget) -> list[Sum]:
    """Every sum that holds no smaller one, in a fixed order; each selection is a step."""
    found = []
    for target, halves in _targets(counts):
        selections = []
        for parts in halves.equal_to(target.amount_minor):
            budget.spend()
            selections.append(parts)
        found += [Sum(target, parts) for parts in _smallest(selections) if _stands(target, parts)]
    return found


def nearest_sum(counts: Mapping[Shape, int]) -> NearSum | None:
    """The sum that comes nearest, by difference, then number of parts, then order."""
    distances = [
        (target, halves, distance)
        for target, halves in _targets(counts)
        if (distance := halves.distance_to(target.amount_minor)) is not None
    ]
    nearest_minor = min((distance for _, _, distance in distances), default=None)
    found = []
    for target, halves, distance in distances:
        if distance == nearest_minor:
            for difference in (-distance, distance):
                ties = halves.equal_to(target.amount_minor + difference)
                found += [
                    (parts_size(parts), target, parts, difference)
                    for parts in islice(ties, NEAREST_TIES_MAX)
                ]
    return NearSum(*min(found)[1:]) if found else None


def _targets(counts: Mapping[Shape, int]) -> Iterator[tuple[Shape, _Halves]]:
    """Every shape, with the selections of the other side that its references allow."""
    known: dict[tuple[Shape, ...], _Halves] = {}
    for target in sorted(counts):
        candidates = tuple(
            shape
            for shape in sorted(counts)
            if shape.side != target.side and not shape.contradicts(target)
        )
        if candidates:
            if candidates not in known:
                known[candidates] = _Halves.of(counts, candidates)
            yield target, known[candidates]


def _smallest(selections: Iterable[Parts]) -> Iterator[Parts]:
    """Those that hold no other."""
    kept: list[Parts] = []
    for parts in sorted(selections, key=lambda parts: (parts_size(parts), parts)):
        numbers = dict(parts)
        if not any(_holds(numbers, smaller) for smaller in kept):
            kept.append(parts)
            yield parts


def _holds(numbers: Mapping[Shape, int], smaller: Parts) -> bool:
    return all(numbers.get(shape, 0) >= count for shape, count in smaller)


def _stands(target: Shape, parts: Parts) -> bool:
    """A pair is of one type, and is found from its line."""
    if parts_size(parts) > 1:
        return True
    return target.side is Side.STATEMENT and parts[0][0].type == target.type
