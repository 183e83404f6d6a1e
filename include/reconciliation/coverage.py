"""What the accepted statements prove, and which statements are missing.

A day is covered when an accepted, proved statement says what happened on it and no statement before
it is missing. An item may only be called missing on a covered day (SEMANTICS, section 4).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from include.reconciliation.config import Psp
from include.reconciliation.money import format_minor

# Up to so many missing numbers in a row are named one by one.
_NUMBERS_NAMED = 10


@dataclass(frozen=True, slots=True)
class KnownStatement:
    """One statement as the gate left it; `is_good` when accepted or in force."""

    key: str
    sequence_number: int | None
    is_good: bool
    covers_from: date | None
    covers_to: date | None
    covers_until: datetime | None
    file: str
    problem: str | None = None
    # Balances by currency, in minor units, where the format has them.
    opening: Mapping[str, int] = field(default_factory=dict)
    closing: Mapping[str, int] = field(default_factory=dict)
    # How many decimals a currency has; two where nothing is said.
    exponents: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Gap:
    """A statement that is missing or was refused, and the days that it should cover."""

    keys: tuple[str, ...]
    days: tuple[date, ...]
    detail: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """Up to where statements prove what happened, and what is missing."""

    through: date | None
    until: datetime | None
    gaps: tuple[Gap, ...]


def coverage(
    psp: Psp,
    statements: Sequence[KnownStatement],
    *,
    as_of: datetime,
    first_day: date,
    holidays: Collection[date],
) -> Coverage:
    """The coverage of an account at `as_of`; `first_day` is the first that anything is due for."""
    zone = ZoneInfo(psp.zone)
    if psp.statements.every_run:
        return _of_reads(statements, as_of, zone)
    good = sorted(
        (known for known in statements if known.is_good and known.covers_to is not None),
        key=_place,
    )
    refused = [known for known in statements if not known.is_good]
    holes = [
        *_missing_numbers(good, refused),
        *_missing_days(psp, good, holidays),
        *_broken_chains(psp, good, holidays),
    ]
    in_order = _consecutive(psp, good, holidays)
    through = max((known.covers_to for known in in_order if known.covers_to), default=None)
    last_day = max((known.covers_to for known in good if known.covers_to), default=None)

    uncovered = _due_days(psp, last_day, first_day, as_of, zone, holidays)
    numbered = {known.key for known in refused if _is_between(known, good)}
    gaps: list[Gap] = []
    for known in refused:
        if known.key in numbered:
            continue
        said = f"statement {known.key} was refused: {known.problem}"
        if any(other.key == known.key for other in good):
            gaps.append(Gap((f"statement {known.key}",), (), said))
        elif (hole := _hole_of(known, holes)) is not None:
            # It is what is missing there, and must not be missed twice.
            holes.remove(hole)
            gaps.append(Gap((f"statement {known.key}", *hole.keys), hole.days, said))
        else:
            day = known.covers_from or (
                uncovered[0] if uncovered else _next_day(psp, last_day, first_day, holidays)
            )
            if day in uncovered:
                uncovered.remove(day)
            gaps.append(Gap((f"statement {known.key}", f"day {day}"), (day,), said))
    gaps = _each_once([*holes, *gaps])
    gaps += _missing_at_the_end(uncovered)
    # Up to the last covered day, and over days on which no statement is ever due.
    through_and_quiet = _with_quiet_days(psp, through, holidays) if not gaps else through
    return Coverage(through_and_quiet, _end_of(through_and_quiet, zone), tuple(gaps))


def _hole_of(refused: KnownStatement, holes: Sequence[Gap]) -> Gap | None:
    """What a refused statement leaves open between good ones; its days may not be known."""
    return next(
        (
            hole
            for hole in holes
            if hole.days and (refused.covers_from is None or refused.covers_from in hole.days)
        ),
        None,
    )


def _each_once(gaps: Sequence[Gap]) -> list[Gap]:
    """One gap for each day or statement, whatever number of refused files it has."""
    merged: dict[str, Gap] = {}
    for gap in gaps:
        before = merged.get(gap.keys[-1])
        merged[gap.keys[-1]] = gap if before is None else Gap(
            keys=tuple(dict.fromkeys((*before.keys[:-1], *gap.keys))),
            days=tuple(dict.fromkeys((*before.days, *gap.days))),
            detail=f"{before.detail}; {gap.detail}",
        )
    return list(merged.values())


def in_order(statements: Sequence[KnownStatement]) -> list[KnownStatement]:
    """The statements of an account as they follow each other."""
    return sorted(statements, key=_place)


def breaks(before: KnownStatement, after: KnownStatement) -> list[str]:
    """How a statement does not follow the one before it, by its number or its balances.

    Which days statements are due on is not asked.
    """
    missing = _missing_numbers((before, after), ())
    return [gap.detail for gap in missing or _broken_chain(before, after)]


def _missing_at_the_end(days: Sequence[date]) -> list[Gap]:
    """A gap for each day, and one for all that follow where the silence is long."""
    gaps = [
        Gap((f"day {day}",), (day,), f"the statement of {day} was due and is not there")
        for day in days[:_NUMBERS_NAMED]
    ]
    rest = tuple(days[_NUMBERS_NAMED:])
    if rest:
        detail = f"{len(rest)} more statements were due, from {rest[0]} to {rest[-1]}"
        gaps.append(Gap((f"day {rest[0]}",), rest, detail))
    return gaps


def _of_reads(statements: Sequence[KnownStatement], as_of: datetime, zone: ZoneInfo) -> Coverage:
    """An API covers every instant up to the end of its last complete read."""
    until = max(
        (known.covers_until for known in statements if known.is_good and known.covers_until),
        default=None,
    )
    through = None
    if until is not None:
        local = until.astimezone(zone)
        through = local.date() - timedelta(days=1)
    gaps = tuple(
        Gap(("reads",), (), f"the read {known.key} was refused: {known.problem}")
        for known in statements
        if not known.is_good and (until is None or until < as_of)
    )[-1:]
    if not gaps and (until is None or until < as_of):
        gaps = (Gap(("reads",), (), f"there is no complete read up to {as_of.isoformat()}"),)
    return Coverage(through, until, gaps)


def _consecutive(
    psp: Psp, good: Sequence[KnownStatement], holidays: Collection[date]
) -> list[KnownStatement]:
    """The statements from the first on, up to the first missing number (or day, unnumbered)."""
    taken: list[KnownStatement] = []
    for known in good:
        if taken and (
            _numbers_between(taken[-1], known)
            or _days_without(psp, taken[-1], known, holidays)
            or _breaks(taken[-1], known)
        ):
            break
        taken.append(known)
    return taken


def _place(known: KnownStatement) -> tuple[date, int, date, str]:
    """Where a statement stands: by its number, and by its day where balances make a chain.

    The numbers of a bank begin anew each year.
    """
    day = known.covers_to or date.min
    first = day if known.opening else date.min
    return (first, known.sequence_number or 0, day, known.key)


def _breaks(before: KnownStatement, after: KnownStatement) -> list[str]:
    """The currencies in which a statement does not open as the one before it closed."""
    return [
        currency
        for currency, opening_minor in after.opening.items()
        if before.closing.get(currency, opening_minor) != opening_minor
    ]


def _broken_chains(
    psp: Psp, good: Sequence[KnownStatement], holidays: Collection[date]
) -> list[Gap]:
    """Statements that do not open as the one before them closed, where none is known to miss."""
    gaps = []
    for before, after in pairwise(good):
        if _numbers_between(before, after) or _days_without(psp, before, after, holidays):
            continue
        gaps += _broken_chain(before, after)
    return gaps


def _broken_chain(before: KnownStatement, after: KnownStatement) -> list[Gap]:
    return [
        Gap(
            (f"before {after.key}",),
            _days_between(before.covers_to, after.covers_from),
            f"statement {_name(after, before)} opens {_distance(before, after, currency)} away from"
            f" where {_name(before, after)} closed: one between them is missing, or they overlap",
        )
        for currency in _breaks(before, after)
    ]


def _name(known: KnownStatement, beside: KnownStatement) -> str:
    """A statement's key, and its file where the one beside it has the same key."""
    return f"{known.key} (file {known.file})" if known.key == beside.key else known.key


def _distance(before: KnownStatement, after: KnownStatement, currency: str) -> str:
    minor = after.opening[currency] - before.closing[currency]
    amount = format_minor(minor, after.exponents.get(currency, 2))
    return f"{'+' if minor > 0 else ''}{amount} {currency}"


def _numbers_between(before: KnownStatement, after: KnownStatement) -> range:
    if before.sequence_number is None or after.sequence_number is None:
        return range(0)
    return range(before.sequence_number + 1, after.sequence_number)


def _days_without(
    psp: Psp, before: KnownStatement, after: KnownStatement, holidays: Collection[date]
) -> tuple[date, ...]:
    """Statement days between two statements; where they are numbered, the numbers speak instead."""
    if before.sequence_number is not None and after.sequence_number is not None:
        return ()
    days = _days_between(before.covers_to, after.covers_from)
    return tuple(day for day in days if _is_statement_day(psp, day, holidays))


def _missing_days(
    psp: Psp, good: Sequence[KnownStatement], holidays: Collection[date]
) -> list[Gap]:
    return [
        Gap((f"day {day}",), (day,), f"the statement of {day} was due and is not there")
        for before, after in pairwise(good)
        for day in _days_without(psp, before, after, holidays)
    ]


def _missing_numbers(
    good: Sequence[KnownStatement], refused: Sequence[KnownStatement]
) -> list[Gap]:
    gaps = []
    problems = {known.sequence_number: known.problem for known in refused}
    for before, after in pairwise(good):
        missing = _numbers_between(before, after)
        if len(missing) > _NUMBERS_NAMED:
            # A jump, perhaps a wrong number: one finding says so, not thousands.
            first, last = (_key_of(number, before, after) for number in (missing[0], missing[-1]))
            days = _days_between(before.covers_to, after.covers_from)
            gaps.append(
                Gap(
                    (f"statement {first}",),
                    days,
                    f"statements {first} to {last} ({len(missing)}) are missing between "
                    f"{before.key} and {after.key}; is the number of {after.key} right?",
                )
            )
            continue
        for number in missing:
            key = _key_of(number, before, after)
            days = _days_between(before.covers_to, after.covers_from)
            problem = problems.get(number)
            detail = (
                f"statement {key} was refused: {problem}"
                if problem
                else f"statement {key} is missing between {before.key} and {after.key}"
            )
            gaps.append(Gap((f"statement {key}", *(f"day {day}" for day in days)), days, detail))
    return gaps


def _key_of(number: int, before: KnownStatement, after: KnownStatement) -> str:
    """The key of a statement that nobody has seen; its number where keys hold more than that."""
    written = str(before.sequence_number)
    if before.key.replace(written, str(after.sequence_number)) == after.key:
        return before.key.replace(written, str(number))
    return f"number {number}"


def _is_between(known: KnownStatement, good: Sequence[KnownStatement]) -> bool:
    numbers = [other.sequence_number for other in good if other.sequence_number is not None]
    return (
        known.sequence_number is not None
        and known.sequence_number not in numbers
        and bool(numbers)
        and min(numbers) < known.sequence_number < max(numbers)
    )


def _days_between(first: date | None, last: date | None) -> tuple[date, ...]:
    if first is None or last is None:
        return ()
    return tuple(first + timedelta(days=n) for n in range(1, max(1, (last - first).days)))


def _due_days(
    psp: Psp,
    last_day: date | None,
    first_day: date,
    as_of: datetime,
    zone: ZoneInfo,
    holidays: Collection[date],
) -> list[date]:
    """Statement days after the last good one whose deadline and grace have passed."""
    day = last_day + timedelta(days=1) if last_day is not None else first_day
    due = []
    while _deadline(psp, day, zone) <= as_of:
        if _is_statement_day(psp, day, holidays):
            due.append(day)
        day += timedelta(days=1)
    return due


def _deadline(psp: Psp, day: date, zone: ZoneInfo) -> datetime:
    due = psp.statements
    local = datetime.combine(day + timedelta(days=due.deadline_days), due.deadline, tzinfo=zone)
    # In UTC, where an hour is an hour also over a change of the clocks.
    return local.astimezone(UTC) + due.grace


def _next_day(psp: Psp, last_day: date | None, first_day: date, holidays: Collection[date]) -> date:
    day = last_day + timedelta(days=1) if last_day is not None else first_day
    while not _is_statement_day(psp, day, holidays):
        day += timedelta(days=1)
    return day


def _with_quiet_days(psp: Psp, through: date | None, holidays: Collection[date]) -> date | None:
    """The day before the next one on which a statement is due: nothing can come in between."""
    if through is None:
        return None
    return _next_day(psp, through, through, holidays) - timedelta(days=1)


def _is_statement_day(psp: Psp, day: date, holidays: Collection[date]) -> bool:
    return day.weekday() in psp.statements.weekdays and day not in holidays


def _end_of(day: date | None, zone: ZoneInfo) -> datetime | None:
    if day is None:
        return None
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=zone)
