"""The lab sees what is wrong with what it is shown, and takes nothing for tried that was not."""

from __future__ import annotations

from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any, cast

import pytest

from include.reconciliation.demo.compare import Comparison
from include.reconciliation.lab import figures, plan, printing, run, trial
from include.reconciliation.lab.behaviours import run as behaviours
from include.reconciliation.lab.mutation import run as mutation
from include.reconciliation.lab.outcome import Outcome
from include.reconciliation.lab.planted_bugs import run as planted_bugs

PLACE = SimpleNamespace(psp="adyen", account="OurShop")


def _problems(kinds: list[str], verdict: str, refused: tuple[str, ...] = ()) -> list[str]:
    """What is said of a verdict where discrepancies of these kinds are open, as planted."""
    found = tuple((SimpleNamespace(kind=kind), SimpleNamespace(is_open=True)) for kind in kinds)
    account = SimpleNamespace(
        place=PLACE, refused=[SimpleNamespace(state=state) for state in refused]
    )
    counted = Outcome()
    comparison = Comparison(cast(Any, found), (), (), ())
    trial._hold_verdict(counted, cast(Any, account), comparison, verdict)
    return counted.problems.get(None, [])


@pytest.mark.parametrize(
    ("kinds", "refused", "verdict"),
    [
        (["statement_gap", "amount_mismatch"], (), "incomplete"),
        ([], ("quarantined",), "incomplete"),
        ([], ("corrected",), "reconciled"),
        (["amount_mismatch"], (), "discrepancies"),
        ([], (), "reconciled_with_pending"),
    ],
)
def test_a_verdict_is_the_worst_that_is_called_for(
    kinds: list[str], refused: tuple[str, ...], verdict: str
) -> None:
    every = {"incomplete", "discrepancies", "reconciled"} - {verdict}
    others = every - ({"reconciled"} if verdict.startswith("reconciled") else set())

    assert [] == _problems(kinds, verdict, refused)
    assert all(_problems(kinds, other, refused) for other in others)


def test_a_run_without_any_cause_is_silent_and_one_of_few_faults_is_not() -> None:
    silent = Outcome()
    silent.causes["sign_flipped", "none"] = 20
    told = Outcome()
    told.causes.update({("sign_flipped", "none"): 19, ("sign_flipped", "right"): 1})
    few = Outcome()
    few.causes["sign_flipped", "none"] = 19
    without = Outcome()
    without.causes["missing_in_ledger", "none"] = 500

    assert [True, False, False, False] == [
        printing.is_silent_on_causes(outcome) for outcome in (silent, told, few, without)
    ]


def test_of_packs_of_another_size_nothing_is_taken_up(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []

    class _Stopped(Exception):
        pass

    def state(question: dict[str, Any]) -> None:
        asked.append(question)
        raise _Stopped

    monkeypatch.setattr(run, "State", state)
    for arguments in (["--pack", "20"], ["--pack", "50"], ["--processes", "5"]):
        with pytest.raises(_Stopped):
            run.main(["--seeds", "100", "--processes", "1", *arguments])

    assert [20, 50, 20] == [question["pack"] for question in asked]


def _without_a_server(monkeypatch: pytest.MonkeyPatch, tried: Any) -> None:
    """The command without databases, whose packs end as `tried` says."""
    monkeypatch.setattr(run, "borrowed_server", nullcontext)
    monkeypatch.setattr(run.databases, "make_templates", lambda server: None)
    monkeypatch.setattr(run.databases, "drop_all", lambda server: None)
    monkeypatch.setattr(run, "_try_all", tried)


def test_a_run_that_is_broken_off_says_where_it_goes_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken_off(*_: Any) -> None:
        raise KeyboardInterrupt

    _without_a_server(monkeypatch, broken_off)

    assert 130 == run.main(["--seeds", "3"])
    assert "the same call goes on there" in capsys.readouterr().out


def test_a_run_in_which_no_cause_is_claimed_is_not_green(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    silent = Outcome()
    silent.causes["sign_flipped", "none"] = 20
    _without_a_server(monkeypatch, lambda *_: (silent, []))

    assert 1 == run.main(["--seeds", "3"])
    assert "of none it is claimed" in capsys.readouterr().out


def test_what_was_planted_is_counted_and_not_what_could_be() -> None:
    outcome = Outcome()
    outcome.planted["sign_flipped", "adyen_settlement_details"] = 3
    setting = {"date": "", "commit": "", "command": ""}

    made = figures.of_faults(outcome, setting, seeds=5, first_seed=5, seconds=1)["figures"]

    assert (1, 4) == (made["fault_kinds_planted"], len(plan.cases_of(range(5, 10))))
    assert f"4 of {len(plan.cases())}" == made["cases_of_all_pairs_of_kind_format_and_decimals"]
    assert made["kinds_of_the_programme_planted"].startswith("1 of ")


@pytest.mark.parametrize("command", [behaviours, mutation, planted_bugs])
def test_a_word_that_names_nothing_is_a_wrong_call(
    command: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        command.main(["--only", "zzz"])

    assert (2, True) == (ended.value.code, "'zzz'" in capsys.readouterr().err)


@pytest.mark.parametrize("given", [["--from", "-5"], ["--seeds", "0"], ["--seeds", "x"]])
def test_a_number_that_is_none_is_refused_in_words(
    given: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        run.main(given)

    assert 2 == ended.value.code
    assert f"'{given[1]}' is no whole number of" in capsys.readouterr().err
