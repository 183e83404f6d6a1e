"""The demo's books on real databases: what was planted is found, and nothing else."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

import psycopg
import pytest

from include.reconciliation.demo import book_runs, timeline
from include.reconciliation.demo.book_printing import answers
from include.reconciliation.demo.book_runs import AirflowBooks, Asked, StepBooks
from include.reconciliation.demo.books import Story, compare, make_story
from include.reconciliation.demo.history import make_history
from include.reconciliation.demo.labels import BookLabel
from include.reconciliation.demo.place import RunFailed
from include.reconciliation.demo.run import EXPONENTS
from include.reconciliation.edges.invariant_files import books
from include.reconciliation.edges.warehouse import statement
from tests.conftest import Databases

LABEL = BookLabel("payouts", "every_success_is_finalised", "pp-1", "BRL", 500)


def asked(databases: Databases, seed: int = 2) -> Asked:
    """The books of a seed, filled and asked."""
    history = make_history(seed)
    with (
        psycopg.connect(databases.conninfo("billing_gateway", "source_writer")) as session,
        session.cursor() as cursor,
    ):
        cursor.executemany(statement("demo/write_intent"), map(asdict, history.intents))
        made = map(asdict, history.transactions)
        cursor.executemany(statement("demo/write_gateway_transaction"), made)
    story = make_story(history, timeline.END)
    book_runs.fill(databases.conninfo, story)
    return book_runs.ask(databases.conninfo, story, StepBooks())


def test_all_that_was_planted_in_the_books_is_found_rebuilt_and_replayed_and_nothing_else(
    databases: Databases,
) -> None:
    found = asked(databases)

    assert ((), (), ()) == (
        found.comparison.missed, found.comparison.not_planted, found.problems,
    )  # fmt: skip
    assert set(books()) == {label.book for label in found.story.labels}
    assert (3, 2) == (len(found.repairs), len(found.story.replayed))
    assert found.is_mended and found.is_replayed and found.is_exact
    lines = list(answers(found, EXPONENTS))
    assert all(len(line) <= 100 for line in lines)
    assert "planted 18   found 18   missed 0   reported but not planted 0" in lines


@pytest.mark.parametrize("seed", [1, 3, 4])
def test_a_story_of_another_seed_has_as_many_violations_of_other_objects(seed: int) -> None:
    def objects(story: Story) -> set[str]:
        return {label.object for label in story.labels if label.book == "billing_gateway"}

    story, other = (make_story(make_history(each), timeline.END) for each in (seed, 2))

    assert len(other.labels) == len(story.labels)
    assert not objects(story) & objects(other)
    assert story == make_story(make_history(seed), timeline.END)


@pytest.fixture(scope="module")
def exact() -> Asked:
    """What is to be found, made up from a story without asking anybody."""
    story = make_story(make_history(1), timeline.END)
    broken = {(label.book, label.check) for label in story.labels}
    outcomes = {
        (book, check.name): "broken" if (book, check.name) in broken else "holds"
        for book in books()
        for check in book_runs.invariants_of(book)
    }
    repairs = tuple(
        dict(zip(("relation", "object", "currency"), each, strict=True)) for each in story.repairs
    )
    replay = {"different": list(story.replayed), "payments": 9, "not_checked": 0}
    comparison = compare(story.labels, story.labels)
    return Asked(story, outcomes, (), comparison, repairs, replay | {"is_stopped": True})


def less_than(exact: Asked) -> dict[str, Asked]:
    first, *others = exact.comparison.found
    held = {**exact.outcomes, (first.book, first.check): "holds"}
    return {
        "a label is missed": replace(
            exact, comparison=replace(exact.comparison, found=tuple(others), missed=(first,))
        ),
        "a row is not planted": replace(
            exact, comparison=replace(exact.comparison, not_planted=(LABEL,))
        ),
        "a broken sentence holds": replace(exact, outcomes=held),
        "a check was not asked": replace(exact, outcomes=dict([*exact.outcomes.items()][1:])),
        "a balance is not rebuilt": replace(exact, repairs=exact.repairs[1:]),
        "a balance is rebuilt twice": replace(exact, repairs=(*exact.repairs, exact.repairs[0])),
        "a payment is not replayed": replace(exact, replay={**exact.replay, "different": []}),
        "payments go on": replace(exact, replay={**exact.replay, "is_stopped": False}),
        "a payment is unknown": replace(exact, replay={**exact.replay, "not_checked": 1}),
    }


def test_only_all_of_it_is_exact(exact: Asked) -> None:
    assert exact.is_exact

    assert {} == {name: each for name, each in less_than(exact).items() if each.is_exact}


def test_what_is_wrong_is_seen_in_what_is_printed(exact: Asked) -> None:
    printed = {name: list(answers(each, EXPONENTS)) for name, each in less_than(exact).items()}

    assert "  MISSED" in printed["a label is missed"][1]
    (line,) = (line for line in printed["a row is not planted"] if "NOT PLANTED" in line)
    assert "  NOT PLANTED  payouts every_success_is_finalised: pp-1 BRL 5.00" == line
    assert printed["a balance is rebuilt twice"][-2].endswith("NOT AS PLANTED")
    assert printed["payments go on"][-1].endswith("NOT AS PLANTED")


@pytest.mark.parametrize(
    "row",
    [
        replace(LABEL, book="marketplace"),
        replace(LABEL, check="every_ledger_group_balances"),
        replace(LABEL, object="pp-2"),
        replace(LABEL, currency="EUR"),
        replace(LABEL, amount_minor=501),
    ],
)
def test_a_row_that_differs_from_its_label_is_both_missed_and_not_planted(row: BookLabel) -> None:
    wrong = compare([LABEL], [row])

    assert ((), (LABEL,), (row,)) == (wrong.found, wrong.missed, wrong.not_planted)


def test_a_row_that_is_reported_twice_is_planted_once() -> None:
    twice = compare([LABEL], [LABEL, LABEL])

    assert ((LABEL,), (), (LABEL,)) == (twice.found, twice.missed, twice.not_planted)


def test_a_task_that_is_skipped_or_red_where_nothing_is_broken_ends_the_demo() -> None:
    def ending(state: str) -> AirflowBooks:
        def run(dag_id: str, conf: Mapping[str, Any]) -> dict[str, str]:
            return {"look": "success", "reconcile": state}

        return AirflowBooks(run)

    ending("success").reconcile_wallets()
    for state in ("failed", "skipped", "upstream_failed"):
        with pytest.raises(RunFailed, match=f"reconcile is {state}"):
            ending(state).reconcile_wallets()
