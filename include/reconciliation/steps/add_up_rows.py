"""The pass after those by reference: what is left over, due and covered, and adds up in one way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

from include.reconciliation.chance import is_chance
from include.reconciliation.edges import warehouse
from include.reconciliation.group_sums import ITEMS_MAX, Group, Item, decide
from include.reconciliation.sum_search import Side

VIEWS = ("work_unanswered_ledger_rows",)
TABLES = (
    "work_left_over_rows",
    "work_left_over_references",
    "work_sum_rows",
    "work_sums",
    "work_sum_members",
    "work_sum_notes",
)


@dataclass(frozen=True, slots=True)
class _Sum:
    """What was found of some rows of a component; the answers are those of an ambiguous set."""

    outcome: str
    members: tuple[Item, ...]
    answers: tuple[Group, ...] = ()
    answers_count: int | None = None


def add_up_rows(
    cursor: warehouse.Cursor, values: dict[str, Any], left_over: str = "match/192_left_over_rows"
) -> None:
    """Matches what adds up in one way alone, and holds back what does in several.

    `left_over` names the file that says which rows are compared.
    """
    warehouse.run(cursor, "match/191_make_sums")
    if warehouse.run(cursor, left_over, values).rowcount == 0:
        return
    cursor.execute("analyze work_left_over_rows")
    warehouse.run(cursor, "match/193_left_over_references", values)
    cursor.execute("analyze work_left_over_references")
    warehouse.run(cursor, "match/194_rows_that_may_add_up", {"items_max": ITEMS_MAX})
    warehouse.run(cursor, "match/195_large_components")
    _write(cursor, warehouse.run(cursor, "match/196_components").fetchall())
    warehouse.run(cursor, "match/197_apply_sums")
    # Once more: what is equal to a row that a sum took up.
    warehouse.run(cursor, "match/170_mark_duplicates")


def _sums(items: Iterable[Item]) -> Iterator[_Sum]:
    members = tuple(items)
    answer = decide(members)
    if answer.is_past_bound:
        yield _Sum("past_bound", members)
    for group in answer.matches:
        yield _Sum("chance" if is_chance(group, members) else "match", group.items)
    for found in answer.ambiguities:
        yield _Sum("ambiguous", found.members, found.groups, found.groups_count)
    if answer.nearest is not None:
        yield _Sum("near", answer.nearest.group.items)


def _write(cursor: warehouse.Cursor, rows: list[dict[str, Any]]) -> None:
    """The sums of each component and their members, into their tables."""
    sums: list[tuple[int, str, int | None, int | None]] = []
    members: list[tuple[int, str, int]] = []

    def add(
        items: Iterable[Item], outcome: str, competes_in: int | None, answers: int | None
    ) -> int:
        number = len(sums) + 1
        sums.append((number, outcome, competes_in, answers))
        members.extend((number, item.side, item_ids[item.place]) for item in items)
        return number

    for _, component in groupby(rows, itemgetter("component")):
        own = list(component)
        item_ids = {row["place"]: row["item_id"] for row in own}
        for found in _sums(_item(row) for row in own):
            number = add(found.members, found.outcome, None, found.answers_count)
            for group in found.answers:
                add(group.items, "fits", number, None)
    _copy(cursor, "copy work_sums (sum_no, outcome, ambiguous_sum_no, answers) from stdin", sums)
    _copy(cursor, "copy work_sum_members (sum_no, side, item_id) from stdin", members)


def _item(row: dict[str, Any]) -> Item:
    return Item(
        place=row["place"],
        side=Side(row["side"]),
        amount_minor=row["amount_minor"],
        type=row["economic_type"],
        payment=row["psp_reference"],
        order=row["merchant_reference"],
        event=row["event_reference"],
    )


def _copy(cursor: warehouse.Cursor, statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
    with cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
