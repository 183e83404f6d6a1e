"""What the demo prints of the books: every planted violation, the counts, repair and replay."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from include.reconciliation.demo.book_runs import Asked
from include.reconciliation.demo.labels import BookLabel
from include.reconciliation.money import format_minor


def answers(asked: Asked, exponents: Mapping[str, int]) -> Iterable[str]:
    """Every label with what became of it, what was reported beside them, and all counts."""
    yield f"  {'book':<17}{'the sentence that is broken':<54}{'amount':>15}"
    missed = Counter(asked.comparison.missed)
    for label in asked.story.labels:
        outcome = "MISSED" if missed[label] else "found"
        missed[label] -= 1
        sentence = label.check.replace("_", " ")
        yield f"  {label.book:<17}{sentence:<54}{_money(label, exponents):>15}  {outcome}"
    for row in asked.comparison.not_planted:
        yield f"  NOT PLANTED  {row.book} {row.check}: {row.object} {_money(row, exponents)}"
    for problem in asked.problems:
        yield f"  COULD NOT CHECK  {problem}"
    outcomes = Counter(asked.outcomes.values())
    yield ""
    names = {book for book, _ in asked.outcomes}
    yield (
        f"asked {len(asked.outcomes)} sentences of {len(names)} books   {outcomes['holds']} hold   "
        f"{outcomes['broken']} broken   {outcomes['could_not_check']} could not be checked"
    )
    yield (
        f"planted {len(asked.story.labels)}   found {len(asked.comparison.found)}   "
        f"missed {len(asked.comparison.missed)}   "
        f"reported but not planted {len(asked.comparison.not_planted)}"
    )
    yield ""
    yield (
        f"wallets     planted {len(asked.story.repairs)} balances that drift   "
        f"rebuilt from the ledger {len(asked.repairs)}   {_word(asked.is_mended)}"
    )
    different, payments = len(asked.replay["different"]), asked.replay["payments"]
    yield (
        f"payments    planted {len(asked.story.replayed)} that are not what their events say   "
        f"found {different} of {payments}   {_word(asked.is_replayed)}"
    )


def _word(is_right: bool) -> str:
    return "as planted" if is_right else "NOT AS PLANTED"


def _money(row: BookLabel, exponents: Mapping[str, int]) -> str:
    if row.amount_minor is None or row.currency is None:
        return ""
    return f"{row.currency} {format_minor(row.amount_minor, exponents[row.currency], group=',')}"
