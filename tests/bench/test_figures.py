"""The figures of the benchmark: what a ratio is, and when a run counts as exact."""

from collections import Counter

from include.reconciliation.bench.figures import Round, Score, as_lines, figures, score, tasks
from include.reconciliation.bench.pipeline import TaskCost


def cost(name: str, seconds: float, peak_mb: int = 50) -> TaskCost:
    return TaskCost(name=name, seconds=seconds, peak_mb=peak_mb, imported=(), result=None)


def a_round(floor_s: float, *task_s: float) -> Round:
    steps = tuple(cost("step", seconds) for seconds in task_s)
    return Round(cost("floor", floor_s), steps, sum(task_s))


def test_a_round_is_all_tasks_over_its_own_floor() -> None:
    assert a_round(2.0, 1.0, 4.0).ratio == 2.5


def test_the_ratio_is_median_over_median_with_its_range() -> None:
    rounds = [a_round(2.0, 5.0), a_round(4.0, 6.0), a_round(12.0, 9.0)]
    named = figures(rounds, lines=600, scores=[Score(1, 1, 0)], postgres="18", sizes={})
    assert {name: named[name] for name in ("floor_s", "pipeline_s", "ratio")} == {
        "floor_s": "4.00", "pipeline_s": "6.00", "ratio": "1.50"
    }
    assert (named["ratio_min"], named["ratio_max"]) == ("0.75", "2.50")
    assert named["lines_per_s"] == "100"


def test_the_largest_memory_of_any_process_is_shown() -> None:
    peaks = (cost("a", 1.0, 40), cost("b", 1.0, 180))
    entry = Round(cost("floor", 1.0, 60), peaks, 3.0)
    named = figures([entry], lines=1, scores=[Score(1, 1, 0)], postgres="18", sizes={})
    assert named["peak_mb"] == "180"


def test_the_worst_round_decides_what_was_found() -> None:
    named = figures(
        [a_round(1.0, 1.0)], lines=1, scores=[Score(9, 9, 0), Score(9, 8, 2)], postgres="18",
        sizes={},
    )
    assert (named["planted"], named["found"], named["false"]) == ("9", "8", "2")


def test_one_name_and_one_value_stand_on_a_line() -> None:
    assert as_lines({"floor_s": "1.00", "ratio": "2.50"}) == "floor_s 1.00\nratio 2.50"


def test_a_fault_reported_twice_is_found_once_and_false_once() -> None:
    fact = ("amount_mismatch", "EUR", 100, 100, "88")
    assert score(Counter([fact]), Counter([fact, fact])) == Score(planted=1, found=1, false=1)


def test_a_fault_with_another_amount_is_missed_and_false() -> None:
    planted = Counter([("amount_mismatch", "EUR", 100, 100, "88")])
    reported = Counter([("amount_mismatch", "EUR", 101, 101, "88")])
    wrong = score(planted, reported)
    assert (wrong, wrong.is_exact) == (Score(planted=1, found=0, false=1), False)
    assert score(planted, planted).is_exact


def test_a_task_has_its_median_seconds_and_its_largest_memory() -> None:
    rounds = [
        Round(cost("floor", 1.0), (cost("publish_run", seconds, peak_mb),), seconds)
        for seconds, peak_mb in ((1.0, 40), (9.0, 41), (2.0, 43))
    ]

    assert [{"name": "publish_run", "s": "2.00", "peak_mb": "43"}] == tasks(rounds)
