"""A history that fails is told with its rows and amounts, so that it can be judged by hand."""

from __future__ import annotations

from typing import Any, cast

import pytest

from include.reconciliation.lab import run, trial
from include.reconciliation.lab.catalogue import ADYEN
from include.reconciliation.lab.outcome import Outcome
from include.reconciliation.lab.plan import Part, Plan, plan
from include.reconciliation.lab.told_history import tell
from include.reconciliation.lab.weeks import AUTUMN, SPRING, Week

OVERCHARGED = """\
  seed 7: adyen_settlement_details, autumn, KWD
    payment 1: one_minor_unit, missing_at_psp, unknown_chargeback
      ledger     2026-10-22 10:55:55Z  payment settled, 8819816314893273 S7P1_29502188: KWD 13.991
      ledger     2026-10-23 08:53:36Z  refund settled, 8819816314893273 S7P1_29502188: KWD -1.880
      statement  2026-10-23 21:50:00Z  Settled, 8819816314893273 S7P1_29502188: KWD 13.990, \
fee 0.144, tax 0.000, net KWD 13.846
      statement  2026-10-26 22:50:00Z  Chargeback, 8819816314893273 S7P1_29502188: KWD -13.990, \
fee 1.500, tax 0.000, net KWD -15.490
      to report  amount_mismatch (amount) of 8819816314893273: delta KWD -0.001
      to report  missing_in_statement (existence) of 8819816314893273: delta KWD 1.880
      to report  chargeback_not_in_ledger (existence) of 8819816314893273: delta KWD -13.990"""


NOT_FOUND = "planted and not found"


def history(seed: int, week: Week, currency: str, *parts: tuple[str, ...]) -> Plan:
    """A plan of our own: which seed plants what is decided anew when there is a kind more."""
    numbered = (Part(number, names, len(names) > 1) for number, names in enumerate(parts))
    return Plan(seed, ADYEN, week, currency, tuple(numbered))


SEVERAL = history(
    7, AUTUMN, "KWD", (), ("one_minor_unit", "missing_at_psp", "unknown_chargeback"), ()
)


def test_a_payment_is_told_with_both_its_sides_and_what_must_be_reported() -> None:
    alone = SEVERAL.without(SEVERAL.parts[0]).without(SEVERAL.parts[2])

    assert OVERCHARGED == "\n".join(tell([alone]))


def test_what_is_taken_back_is_told_and_what_is_in_order() -> None:
    deleted = list(tell([history(20, SPRING, "JPY", ("deleted_after_match",))]))
    amended = list(tell([history(90, AUTUMN, "JPY", ("statement_amended",))]))
    in_order = list(tell([history(12, AUTUMN, "EUR", ())]))

    assert [line for line in deleted if line.endswith(" is deleted")]
    assert [line for line in amended if line.endswith(", and later not any more")]
    assert "    payment 0: no fault" == in_order[1]
    assert not [line for line in in_order if "to report" in line]


def test_the_command_shows_a_seed_without_trying_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run, "borrowed_server", lambda: pytest.fail("a server was asked for"))

    assert 0 == run.main(["--seeds", "2", "--from", "7", "--show"])

    assert list(tell([plan(7), plan(8)])) == capsys.readouterr().out.splitlines()


@pytest.mark.parametrize(
    "arguments",
    [["--show", "--formats"], ["--show", "--second-opinion"], ["--formats", "--seeds", "5"],
     ["--formats", "--from", "0"]],
)
def test_what_does_not_go_together_is_refused(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        run.main(arguments)

    assert 2 == refused.value.code


def failing_with(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever holds at least so many payments with that fault fails."""

    def tried(_server: object, plans: tuple[Plan, ...]) -> Outcome:
        outcome = Outcome()
        if sum(each.faults.count("unknown_chargeback") for each in plans) >= count:
            outcome.note(plans[0].seed, f"{NOT_FOUND}: the chargeback")
        if plans[0].parts[0].number > 0:
            outcome.note(None, "an identity is not exact: of the others")
        return outcome

    monkeypatch.setattr(trial, "try_plans", tried)


def test_the_smallest_history_is_told_with_its_rows_and_what_is_wrong(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    failing_with(1, monkeypatch)

    run._tell_smallest(cast(Any, None), [SEVERAL], {NOT_FOUND}, "abc")

    said = capsys.readouterr().out
    assert said.startswith("\nMaking the history smaller that fails ....")
    assert "  seed 7: adyen_settlement_details, autumn, KWD\n    payment 1: unknown_charge" in said
    assert "Chargeback, 8819816314893273 S7P1_29502188: KWD" in said
    assert f"    {NOT_FOUND}: the chargeback\n" in said


def test_seeds_of_which_no_part_fails_alone_are_named_and_not_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    failing_with(99, monkeypatch)

    run._tell_smallest(cast(Any, None), [plan(seed) for seed in range(20)], {NOT_FOUND}, "abc")

    assert capsys.readouterr().out.endswith("\nNo part of the seeds 0 to 19 fails alone.\n")
