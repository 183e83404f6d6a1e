"""The search for sums alone: made-up components of as many rows as are searched."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass

from include.reconciliation.chance import is_chance
from include.reconciliation.group_sums import ITEMS_MAX, Item, decide
from include.reconciliation.sum_search import Side

# Of each component; the other rows are the ledger's.
_LINES = (2, 4, 8, 12)
_PARTS = 3


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search of so many components took, and how many of them came to what."""

    components: int
    seconds: float
    matched: int
    ambiguous: int
    past_bound: int

    @property
    def figures(self) -> dict[str, str]:
        """By name, as they are printed."""
        return {
            "components": str(self.components),
            "rows": str(ITEMS_MAX),
            "seconds": f"{self.seconds:.2f}",
            "components_per_s": str(round(self.components / self.seconds)),
            "matched": str(self.matched),
            "ambiguous": str(self.ambiguous),
            "past_bound": str(self.past_bound),
        }


def search(components: int, seed: int) -> Searched:
    """Decides so many components, of amounts from whole fives to cents, one after the other."""
    numbers = random.Random(seed)
    made = [_component(number, numbers) for number in range(components)]
    matched, ambiguous, past_bound = 0, 0, 0
    began = time.perf_counter()
    for rows in made:
        answer = decide(rows)
        matched += any(not is_chance(group, rows) for group in answer.matches)
        ambiguous += bool(answer.ambiguities)
        past_bound += answer.is_past_bound
    seconds = time.perf_counter() - began
    return Searched(components, seconds, matched, ambiguous, past_bound)


def _component(number: int, numbers: random.Random) -> list[Item]:
    lines = _LINES[number % len(_LINES)]
    grain_minor = (1, 1, 10, 500)[number // len(_LINES) % 4]
    amounts = [numbers.randint(1, 100_000) * grain_minor for _ in range(ITEMS_MAX)]
    # One line is the sum of some ledger rows.
    amounts[0] = sum(amounts[lines : lines + _PARTS])
    return [
        Item(place, Side.STATEMENT, amount_minor, payment=f"P{place}")
        if place < lines
        else Item(place, Side.LEDGER, amount_minor)
        for place, amount_minor in enumerate(amounts)
    ]
