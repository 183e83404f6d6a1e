"""Mutants: what is changed, and what is left alone."""

from __future__ import annotations

from include.reconciliation.config import PROJECT_ROOT
from include.reconciliation.lab.mutation.mutants import Mutant, mutants
from include.reconciliation.lab.mutation.run import areas, reasons


def _changed(file: str, text: str) -> list[str]:
    return [mutant.applied(text) for mutant in mutants(file, text)]


def test_operators_words_and_numbers_of_python_are_changed_one_at_a_time() -> None:
    assert ["a <= 1 and b", "a < 2 and b", "a < 1 or b"] == _changed("x.py", "a < 1 and b")


def test_comments_texts_signs_and_imports_of_python_are_left_alone() -> None:
    text = '"""1 < 2 and 3."""\nfrom a import b  # not 1\nc = -d\n*e, f = g\n'

    assert [] == _changed("x.py", text)


def test_operators_words_and_numbers_of_sql_are_changed_one_at_a_time() -> None:
    assert [
        "select max(a) where b = c",
        "select sum(a) where b <> c",
    ] == _changed("x.sql", "select sum(a) where b = c")


def test_comments_texts_casts_and_bound_values_of_sql_are_left_alone() -> None:
    assert [] == _changed("x.sql", "-- a = 1\nselect '1 < 2', b::text, %(is_not)s, c -> 'd'")


def test_a_change_that_leaves_no_python_is_no_mutant() -> None:
    assert ["a is  None"] == _changed("x.py", "a is not None")


def test_a_change_that_leaves_no_statement_of_sql_is_no_mutant() -> None:
    assert [] == _changed("x.sql", "select left(a, b), coalesce(a, b, c), make_interval(days => n)")
    assert ["select a between b and c or d"] == _changed("x.sql", "select a between b and c and d")
    assert [
        "update t set a = b, c = (d <> e) from f where g = h",
        "update t set a = b, c = (d = e) from f where g <> h",
    ] == _changed("x.sql", "update t set a = b, c = (d = e) from f where g = h")


def test_the_same_seed_chooses_the_same_mutants_of_every_area() -> None:
    for area in areas():
        names = [change.name for change in area.sample(5, seed=7)]

        assert len(names) == 5
        assert names == [change.name for change in area.sample(5, seed=7)]


def test_what_is_said_of_a_survivor_is_of_a_mutant_that_there_is() -> None:
    there_are = {
        (f"{mutant.file} `{mutant.before}` → `{mutant.after or 'nothing'}`", line)
        for area in areas()
        for mutant in area.all_mutants()
        for line in [_line_of(mutant)]
    }

    assert reasons()
    assert set() == set(reasons()) - there_are


def _line_of(mutant: Mutant) -> str:
    text = (PROJECT_ROOT / mutant.file).read_text(encoding="utf-8")
    return text.splitlines()[mutant.line - 1].strip()
