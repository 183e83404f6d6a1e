"""What other rules would have made of published history: `bin/reconciliation backtest`."""

import itertools
import json
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from include.reconciliation.backtest.comparison import changes
from include.reconciliation.backtest.printing import lines_of
from include.reconciliation.backtest.run import main
from include.reconciliation.local.bootstrap import SUPERUSER
from include.reconciliation.local.server import Server
from tests.conftest import Databases
from tests.scenarios.absorbed import Tolerate
from tests.scenarios.backtests import (
    Backtest,
    at_risk,
    backtest_databases,
    backtests,
    discrepancies,
    files,
    matches,
    whole,
)
from tests.scenarios.conftest import CONFIGURATION, Desk, a_line

MONDAY = ("2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z")
TUESDAY = ("2026-03-03T00:00:00Z", "2026-03-05T00:00:00Z")
WEDNESDAY = ("2026-03-05T00:00:00Z", "2026-03-06T00:00:00Z")
ONE_PER_CENT = '[psp.tolerances]\nEUR = { amount = { percent = "1" } }\n'

READS_LIKE_THIS = """\
changed.toml over the runs whose windows end after 2026-03-01 00:00:00 UTC, up to 2026-03-05 00:00:00 UTC
By the rules that they had, 1 of 1 runs come out as they were published. Nothing is published now.

adyen / Shop: 1 runs, up to 2026-03-05 00:00:00 UTC

money at risk  end before  end after  most before  most after  runs above limit before  after
EUR                  0.10       0.00         0.10        0.00                        0      0

leg               currency  change                           count  amount  absorbed  exposure
ledger_statement  EUR       newly matched                        1    9.90     -0.10
ledger_statement  EUR       no longer open: amount_mismatch      1                        0.10

tolerances let pass  measure  currency  count before  after  amount before  after
ledger_statement     gross    EUR                  0      1           0.00  -0.10

match          leg               currency  left  right  absorbed  rule                     payment  rows
newly matched  ledger_statement  EUR       9.90  10.00  -0.10     amount_within_tolerance  P1       statement settled|P1|C1|EUR, ledger L1

discrepancy     leg               kind             currency  delta before  after  exposure before  after  payment  id
no longer open  ledger_statement  amount_mismatch  EUR       -0.10                0.10                    P1       DISCREPANCY
"""  # noqa: E501


@pytest.fixture
def replayed(test_server: Server, tmp_path: Path) -> Backtest:
    return backtests(test_server, tmp_path)


@pytest.fixture
def configure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """The configuration from the next run on."""
    numbers = itertools.count()

    def write(text: str) -> None:
        path = tmp_path / f"rules_{next(numbers)}.toml"
        path.write_text(text)
        monkeypatch.setenv("RECONCILIATION_CONFIG", str(path))

    return write


def test_a_tolerance_of_one_per_cent_makes_a_match_and_absorbs_ten(
    desk: Desk, replayed: Backtest
) -> None:
    desk.ledger("L1", 1000)
    desk.batch(1, a_line(amount="9.90"))
    desk.run(*TUESDAY)

    found = replayed(CONFIGURATION + ONE_PER_CENT)

    assert [] == found["differences"]
    assert [("gained", "ledger_statement", "EUR", 990, 1000, -10)] == matches(found)
    assert [("closed", "amount_mismatch", None, "EUR", 10, None)] == discrepancies(found)
    assert [("EUR", 10, 0, 10, 0)] == at_risk(found)


def test_a_day_more_to_settle_makes_what_was_missing_pending_again(
    desk: Desk, replayed: Backtest, configure: Callable[[str], None]
) -> None:
    same_day = CONFIGURATION.replace("days = 1\n", "days = 1\ncompare_dates = false\n")
    configure(same_day)
    desk.ledger("L1", 10000)
    desk.run(*MONDAY)
    desk.batch(1, a_line(payment="P9", event="C9"))
    desk.ledger("L9", 10000, payment="P9", event="C9")
    desk.run(*TUESDAY)

    found = replayed(same_day.replace("days = 1\n", "days = 2\n"))

    assert [("closed", "missing_in_statement", None, "EUR", 10000, None)] == discrepancies(found)
    assert [
        ("pending", "ledger", 10000, "discrepancy", "not_due"),
    ] == [
        (
            row["change"], row["side"], row["amount_minor"], row["standing_before"],
            row["standing_after"],
        )
        for row in found["accounts"][0]["pending"]
    ]  # fmt: skip
    assert [("EUR", 10000, 0, 10000, 0)] == at_risk(found)
    assert [] == matches(found)


def test_a_narrower_tolerance_opens_what_it_let_pass(
    desk: Desk, replayed: Backtest, tolerate: Tolerate
) -> None:
    tolerate(EUR="{ amount = { minor = 50 } }")
    desk.ledger("L1", 1000)
    desk.ledger("L2", 5000, payment="P2", event="C2")
    desk.batch(1, a_line(amount="9.90"), a_line(payment="P2", event="C2", amount="49.99"))
    desk.run(*TUESDAY)

    found = replayed(CONFIGURATION + "[psp.tolerances]\nEUR = { amount = { minor = 5 } }\n")

    assert [("lost", "ledger_statement", "EUR", 990, 1000, -10)] == matches(found)
    assert [("opened", None, "amount_mismatch", "EUR", None, 10)] == discrepancies(found)
    assert [("gross", 2, -11, 1, -1)] == [
        (
            row["measure"], row["before_count"], row["before_minor"], row["after_count"],
            row["after_minor"],
        )
        for row in found["accounts"][0]["absorbed"]
    ]  # fmt: skip


def test_a_type_that_the_ledger_need_not_have_is_missing_no_longer(
    desk: Desk, replayed: Backtest
) -> None:
    desk.ledger("L1", 1000)
    desk.batch(1, a_line(amount="10.00"), a_line(type="Refunded", event="R1", amount="-4.00"))
    desk.run(*TUESDAY)

    found = replayed(
        CONFIGURATION.replace(
            "[psp.statements]", 'expected_in_ledger = ["payment", "chargeback"]\n[psp.statements]'
        )
    )

    assert [("closed", "missing_in_ledger", None, "EUR", 400, None)] == discrepancies(found)
    assert [("EUR", 400, 0, 400, 0)] == at_risk(found)


def test_the_span_begins_with_the_position_of_the_head_before_it(
    desk: Desk, replayed: Backtest
) -> None:
    desk.ledger("L1", 1000)
    desk.ledger("L2", 2000, payment="P2", event="C2")
    desk.ledger("L3", 3000, payment="P3", event="C3")
    desk.batch(1, a_line(amount="10.00"), a_line(payment="P2", event="C2", amount="19.90"))
    desk.run(*TUESDAY)
    desk.ledger("L4", 4000, payment="P4", event="C4", at="2026-03-05T10:00:00Z")
    desk.batch(2, a_line(payment="P3", event="C3", amount="29.80"), booked="2026-03-04 21:00:00")
    desk.run(*WEDNESDAY)

    found = replayed(CONFIGURATION + ONE_PER_CENT, datetime(2026, 3, 5, tzinfo=UTC))

    assert (1, []) == (found["accounts"][0]["runs"], found["differences"])
    # What was open is decided by the new rules from the first run of the span on.
    assert [
        ("gained", "ledger_statement", "EUR", 1990, 2000, -10),
        ("gained", "ledger_statement", "EUR", 2980, 3000, -20),
    ] == matches(found)
    assert [("EUR", 30, 0, 30, 0)] == at_risk(found)


def test_the_rules_that_the_runs_had_change_nothing(
    desk: Desk, replayed: Backtest, tolerate: Tolerate
) -> None:
    desk.ledger("L1", 1000)
    desk.batch(1, a_line(amount="9.90"))
    desk.run(*TUESDAY)
    desk.run(*WEDNESDAY)

    found = replayed(CONFIGURATION)

    assert not changes(found["accounts"][0])
    assert [("EUR", 10, 10, 10, 10)] == at_risk(found)


def test_rules_that_changed_within_the_span_are_each_run_s_own(
    desk: Desk, replayed: Backtest, tolerate: Tolerate
) -> None:
    desk.ledger("L1", 1000)
    desk.batch(1, a_line(amount="9.90"))
    desk.run(*TUESDAY)
    tolerate(EUR='{ amount = { percent = "1" } }')
    desk.run(*WEDNESDAY)

    found = replayed(CONFIGURATION + ONE_PER_CENT)

    assert [] == found["differences"]
    # At the end nothing is another one; on the way there money was at risk for a run.
    assert ([], []) == (matches(found), discrepancies(found))
    assert [("EUR", 0, 0, 10, 0)] == at_risk(found)


def test_runs_that_were_dry_or_decided_again_are_replayed_as_what_they_were(
    desk: Desk, replayed: Backtest
) -> None:
    desk.ledger("L1", 1000)
    desk.batch(1, a_line(amount="9.90"))
    desk.run(*TUESDAY, dry_run=True)
    desk.run(*TUESDAY)
    desk.run(*WEDNESDAY)
    desk.ledger("L1", 1200)
    desk.run(*TUESDAY)

    found = replayed(CONFIGURATION + ONE_PER_CENT)

    # The dry run is no link of the chain; the last one kept the as-of of its head.
    assert (3, []) == (found["accounts"][0]["runs"], found["differences"])
    # By the tolerance it was matched when the ledger changed: all of it was put in question.
    assert [("EUR", 210, 1200, 210, 1200)] == at_risk(found)
    assert [("opened", None, "ledger_changed", "EUR", None, 1200)] == discrepancies(found)


def test_accounts_and_currencies_are_told_apart_and_never_added(
    desk: Desk, replayed: Backtest, configure: Callable[[str], None]
) -> None:
    two_accounts = CONFIGURATION.replace('accounts = ["Shop"]', 'accounts = ["Shop", "Store"]')
    configure(two_accounts)
    store = replace(desk, account="Store", folder=desk.folder.parent / "Store")
    store.folder.mkdir()
    desk.ledger("L1", 1000)
    desk.ledger("L2", 2000, payment="P2", event="C2", currency="USD")
    store.ledger("L3", 3000, payment="P3", event="C3")
    in_dollars = a_line(payment="P2", event="C2", amount="19.90", currency="USD")
    desk.batch(1, a_line(amount="9.90"), in_dollars)
    store.batch(1, a_line(payment="P3", event="C3", amount="29.90"), account="Store")
    desk.run(*TUESDAY)
    store.run(*TUESDAY)

    rules = two_accounts + ONE_PER_CENT
    both = replayed(rules)
    one = replayed(rules, psp="adyen", account="Store")

    assert ["Shop", "Store"] == [account["account"] for account in both["accounts"]]
    assert [("EUR", 10, 0, 10, 0), ("USD", 10, 10, 10, 10)] == at_risk(both)
    assert [("EUR", 10, 0, 10, 0)] == at_risk(both, 1)
    assert [both["accounts"][1]] == one["accounts"]


def test_nothing_is_written_and_nothing_is_left(
    desk: Desk,
    replayed: Backtest,
    databases: Databases,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("include.reconciliation.backtest.databases._PREFIX", "backtest_tested")
    desk.ledger("L1", 1000)
    desk.batch(1, a_line(amount="9.90"))
    desk.run(*TUESDAY)
    before = (whole(databases), files(tmp_path))

    replayed(CONFIGURATION + ONE_PER_CENT)

    assert before == (whole(databases), files(tmp_path))
    assert [] == backtest_databases(databases, "backtest_tested")
    assert before[0]["internal.runs"] and before[0]["internal.outbox"]


def test_what_a_killed_backtest_left_the_next_one_drops(
    desk: Desk, replayed: Backtest, databases: Databases
) -> None:
    desk.run(*TUESDAY)
    with psycopg.connect(
        databases.server.conninfo("postgres", SUPERUSER), autocommit=True
    ) as session:
        session.execute("create database backtest_dead0001_changed")
        session.execute("create database backtest_live0001")
        session.execute(
            "select pg_advisory_lock(hashtextextended('backtest_live0001', 0))"
        )

        replayed(CONFIGURATION)

        # One that lives holds a lock under its name, which ends with its process.
        assert ["backtest_live0001"] == backtest_databases(databases, "backtest_live")
        assert [] == backtest_databases(databases, "backtest_dead")
        session.execute("drop database backtest_live0001")


def test_where_the_replay_is_none_it_says_so_and_compares_nothing(
    desk: Desk, replayed: Backtest, databases: Databases
) -> None:
    desk.ledger("L1", 1000)
    desk.batch(1, a_line(amount="9.90"))
    desk.run(*TUESDAY)
    with psycopg.connect(databases.conninfo("reconciliation", SUPERUSER)) as session:
        session.execute("update internal.discrepancy_versions set exposure_minor = 11")

    found = replayed(CONFIGURATION + ONE_PER_CENT)

    [account] = found["differences"]
    assert [] == found["accounts"]
    assert [
        ("amount_mismatch new episode 1 EUR delta -10 exposure 11 under ledger_statement",
         "amount_mismatch new episode 1 EUR delta -10 exposure 10 under ledger_statement"),
    ] == [(row["expected"], row["found"]) for row in account["rows"]]  # fmt: skip
    told = "\n".join(lines_of(found))
    assert "a comparison with other rules would mean nothing" in told
    assert "money at risk" not in told


def test_long_lists_are_cut_and_say_by_how_much(desk: Desk, replayed: Backtest) -> None:
    lines = []
    for number in range(22):
        desk.ledger(f"L{number}", 1000, payment=f"P{number}", event=f"C{number}")
        lines.append(a_line(payment=f"P{number}", event=f"C{number}", amount="9.90"))
    desk.batch(1, *lines)
    desk.run(*TUESDAY)

    found = replayed(CONFIGURATION + ONE_PER_CENT)
    told = list(lines_of(found))

    assert 22 == len(found["accounts"][0]["matches"])
    assert 20 == sum(line.startswith("newly matched") for line in told)
    assert 2 == told.count("and 2 more; --format json has all of them")
    [summed] = [line for line in told if "newly matched    " in line and "EUR" in line.split()[:2]]
    assert ["22", "217.80", "-2.20"] == summed.split()[-3:]


def test_it_reads_like_this(
    desk: Desk,
    tmp_path: Path,
    test_server: Server,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    desk.ledger("L1", 1000)
    desk.batch(1, a_line(amount="9.90"))
    desk.run(*TUESDAY)
    monkeypatch.setattr(
        "include.reconciliation.backtest.run.borrowed_server", lambda: nullcontext(test_server)
    )
    rules = tmp_path / "changed.toml"
    rules.write_text(CONFIGURATION + ONE_PER_CENT)
    asked = ["--rules", str(rules), "--from", "2026-03-01", "--to", "2026-03-05T00:00Z"]

    assert 1 == main(asked)
    discrepancy = desk.rows("select discrepancy_id from reconciliation.discrepancies")[0]
    assert (
        READS_LIKE_THIS.replace("DISCREPANCY", discrepancy["discrepancy_id"][:12])
        == capsys.readouterr().out
    )
    assert 1 == main([*asked, "--format", "json"])
    assert json.loads(capsys.readouterr().out)["accounts"][0]["matches"][0]["absorbed_minor"] == -10
    same = tmp_path / "same.toml"
    same.write_text(CONFIGURATION)
    assert 0 == main(["--rules", str(same), *asked[2:]])
    assert "Nothing would have come out otherwise." in capsys.readouterr().out
    with pytest.raises(SystemExit, match="2"):
        main(["--rules", str(rules), "--from", "yesterday", "--to", "2026-03-05"])
    assert "'yesterday' is no day such as 2026-03-02" in capsys.readouterr().err
    assert 2 == main(["--rules", str(tmp_path / "absent.toml"), *asked[2:]])
    assert "absent.toml is not there" in capsys.readouterr().err
