"""The heartbeat over books: which check was not made, which operation did not end well in time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from include.reconciliation.cadence import Cadence
from include.reconciliation.edges.invariant_files import books as known_books
from include.reconciliation.edges.invariant_files import invariants_of
from include.reconciliation.scheduled_operations import SCHEDULED_OPERATIONS
from include.reconciliation.steps import heartbeat
from tests.operations.conftest import BRAZIL, EUROPE, PSP, Books

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
SUMS = ("marketplace", "every_transaction_sums_to_zero")
ORPHANS = ("marketplace", "every_entry_has_a_transaction")
FAILURES = ("marketplace", "few_payments_fail_in_a_day")
PULL, REPAIR = "payout_reconcile_pull", "payout_stuck_repair"
REPLAY, WALLETS = "payment_replay_verification", "wallet_balance_reconciliation"
ALL_WALLETS = "wallet_balance_reconciliation over all wallets"
Ago = timedelta
Said = Callable[[], dict[str, str]]


class Schedule:
    """What was done when, as the warehouse has it; each moment is so long ago."""

    def __init__(self, books: Books) -> None:
        self.session = books.session

    def know(self, ago: Ago) -> datetime:
        """The books, known for so long."""
        moment = self._before(ago)
        for book in known_books():
            self._insert("books", book=book, known_since=moment)
        return moment

    def check(
        self, book: str, name: str, ago: Ago, *, whole: bool = True, outcome: str = "holds"
    ) -> datetime:
        """A check that was made."""
        moment = self._before(ago)
        self._insert(
            "check_runs",
            airflow_run_id=f"run {ago} {whole}",
            repeat=0,
            book=book,
            check_name=name,
            window_start=None if whole else NOW,
            window_end=NOW,
            outcome=outcome,
            problem="it is away" if outcome == "could_not_check" else None,
            query_sha256="",
            started_at=NOW,
            finished_at=moment,
        )
        return moment

    def replay(self, ago: Ago, *, payment_id: str | None = None, ended: bool = True) -> None:
        """A replay of payments."""
        moment = self._before(ago)
        self._insert(
            "payment_replays",
            airflow_run_id="run",
            payment_id=payment_id,
            read_at=moment,
            started_at=moment,
            ended_at=moment if ended else None,
        )

    def payouts(self, operation: str, ago: Ago, problem: str | None = None) -> datetime:
        """A round of a payout operation; with a problem it was stopped."""
        moment = self._before(ago)
        self._insert(
            "payout_rounds",
            operation=operation.removeprefix("payout_"),
            outcome="done" if problem is None else "stopped",
            problem=problem,
            ended_at=moment,
        )
        return moment

    def wallets(
        self, ago: Ago, scope: str = "full", *, dry_run: bool = False, outcome: str | None = "done"
    ) -> None:
        """A run of the wallets' reconciliation."""
        self._insert(
            "wallet_reconciliations",
            airflow_run_id=f"run {scope} {ago} {dry_run} {outcome}",
            scope=scope,
            wallet_id="W1" if scope == "one" else None,
            dry_run=dry_run,
            reason="the schedule",
            outcome=outcome,
            started_at=self._before(ago),
            finished_at=None if outcome is None else self._before(ago),
        )

    def ask_for_stop(self, variable: str, ago: Ago, *, is_carried_out: bool = False) -> None:
        """A stop that waits, or is carried out."""
        self._insert(
            "stop_requests",
            variable=variable,
            reason="replay 1",
            requested_by="payment_replay_verification",
            requested_at=self._before(ago),
            set_at=NOW if is_carried_out else None,
        )

    def done(self, operation: str, ago: Ago) -> None:
        """The operation, ended well."""
        if operation == REPLAY:
            self.replay(ago)
        elif operation in (WALLETS, ALL_WALLETS):
            self.wallets(ago, "full" if operation == ALL_WALLETS else "recent")
        else:
            self.payouts(operation, ago)

    def _before(self, ago: Ago) -> datetime:
        row = self.session.execute("select clock_timestamp() as now").fetchone()
        assert row is not None
        moment: datetime = row["now"] - ago
        return moment

    def _insert(self, table: str, **values: object) -> None:
        columns, marks = ", ".join(values), ", ".join(["%s"] * len(values))
        query = f"insert into internal.{table} ({columns}) values ({marks})"  # noqa: S608
        self.session.execute(query, list(values.values()))  # type: ignore[arg-type]
        self.session.commit()


def minute(moment: datetime) -> str:
    """As the heartbeat says it."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"


@pytest.fixture
def schedule(books: Books) -> Schedule:
    """Accounts that are in time, and nothing else."""
    for account, psp in ((EUROPE, PSP), (BRAZIL, PSP), ("default", "stripe")):
        books.publish(account, psp=psp)
    return Schedule(books)


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Said:
    """What the heartbeat says now, by what it is about; it ends as it says."""

    def run() -> dict[str, str]:
        code = heartbeat.main([])
        lines = capsys.readouterr().out.splitlines()
        is_well = lines == [
            "well: no account, check or operation is late, and no message waits too long"
        ]
        assert (heartbeat.WELL if is_well else heartbeat.AILING) == code
        told = [] if is_well else [line.split(": ", 2)[1:] for line in lines]
        return {what.split(", expected")[0].replace(", ", "."): rest for what, rest in told}

    return run


@pytest.mark.parametrize(
    ("cadence", "limit"),
    [
        (Cadence.FIVE_MINUTES, timedelta(minutes=15)),
        (Cadence.QUARTER_OF_AN_HOUR, timedelta(minutes=45)),
        (Cadence.HOUR, timedelta(hours=3)),
        (Cadence.DAY, timedelta(hours=26)),
        (Cadence.WEEK, timedelta(days=7, hours=2)),
    ],
)
def test_each_cadence_is_late_after_its_limit_and_not_at_it(
    cadence: Cadence, limit: timedelta
) -> None:
    assert [False, False, True] == [
        cadence.is_late(NOW - limit - beyond, NOW) for beyond in (-SECOND, 0 * SECOND, SECOND)
    ]


def test_when_all_checks_and_operations_are_in_time_all_is_well(
    schedule: Schedule, said: Said
) -> None:
    schedule.know(timedelta(days=30))
    for book in known_books():
        for check in invariants_of(book):
            schedule.check(book, check.name, timedelta(minutes=4))
    for each in SCHEDULED_OPERATIONS:
        schedule.done(each.name, timedelta(minutes=4))

    assert {} == said()


@pytest.mark.parametrize(
    ("check", "limit"),
    [
        (SUMS, timedelta(minutes=15)),
        (ORPHANS, timedelta(hours=3)),
        (FAILURES, timedelta(hours=26)),
    ],
)
@pytest.mark.parametrize(("beyond", "is_late"), [(-30 * SECOND, False), (SECOND, True)])
def test_a_check_is_late_by_its_own_cadence(
    schedule: Schedule,
    said: Said,
    check: tuple[str, str],
    limit: timedelta,
    beyond: timedelta,
    is_late: bool,
) -> None:
    schedule.know(timedelta(days=30))
    schedule.check(*check, limit + beyond)

    assert is_late is (".".join(check) in said())


def test_it_says_when_a_check_was_made_last_and_how_often_it_is_expected(
    schedule: Schedule, said: Said
) -> None:
    schedule.know(timedelta(hours=27))
    last = schedule.check(*SUMS, timedelta(hours=1))
    schedule.check(*ORPHANS, timedelta(hours=1), outcome="could_not_check")

    told = said()

    assert f"last {minute(last)}, expected every 5 minutes" == told[".".join(SUMS)]
    assert "never, expected every hour" == told[".".join(ORPHANS)]


def test_a_book_that_was_only_looked_at_in_parts_since_yesterday_is_a_complaint(
    schedule: Schedule, said: Said
) -> None:
    schedule.know(timedelta(days=30))
    schedule.check(*SUMS, timedelta(minutes=1), whole=False)
    last = schedule.check(*SUMS, timedelta(hours=26, seconds=1))
    schedule.check(*ORPHANS, timedelta(minutes=1), whole=False)
    schedule.check(*ORPHANS, timedelta(hours=25))

    told = said()

    name = ".".join(SUMS)
    assert f"last {minute(last)}, expected every day" == told[f"{name}.all of the book"]
    assert [] == [each for each in told if each.startswith(".".join(ORPHANS))]
    assert name not in told


OPERATIONS = [
    (REPLAY, timedelta(hours=26)),
    (PULL, timedelta(minutes=15)),
    (REPAIR, timedelta(minutes=45)),
    (WALLETS, timedelta(hours=3)),
    (ALL_WALLETS, timedelta(days=7, hours=2)),
]


@pytest.mark.parametrize(("operation", "limit"), OPERATIONS)
@pytest.mark.parametrize(("beyond", "is_late"), [(-30 * SECOND, False), (SECOND, True)])
def test_an_operation_is_late_by_its_own_cadence(
    schedule: Schedule,
    said: Said,
    operation: str,
    limit: timedelta,
    beyond: timedelta,
    is_late: bool,
) -> None:
    schedule.know(timedelta(days=30))
    schedule.done(operation, limit + beyond)

    assert is_late is (operation in said())


@pytest.mark.parametrize(("operation", "limit"), OPERATIONS)
@pytest.mark.parametrize(("beyond", "is_late"), [(-30 * SECOND, False), (SECOND, True)])
def test_an_operation_that_never_ran_is_late_from_when_its_book_is_known_on(
    schedule: Schedule,
    said: Said,
    operation: str,
    limit: timedelta,
    beyond: timedelta,
    is_late: bool,
) -> None:
    known_since = schedule.know(limit + beyond)

    told = said()

    assert is_late is (operation in told)
    if is_late:
        assert f"ended well never, due by {minute(known_since + limit)}" == told[operation]


def test_it_says_when_an_operation_ended_well_and_why_its_last_round_did_not(
    schedule: Schedule, said: Said
) -> None:
    schedule.know(timedelta(days=30))
    last = schedule.payouts(PULL, timedelta(hours=2))
    stop = "Paused: PAYMENTS_ENABLED is false: stopped by ana"
    schedule.payouts(PULL, timedelta(minutes=1), stop)

    told = said()

    assert (
        f"ended well last {minute(last)}, due by {minute(last + timedelta(minutes=15))}; "
        "the last one: stopped: Paused: PAYMENTS_ENABLED is false: stopped by ana"
    ) == told[PULL]


def test_what_was_done_by_hand_in_part_or_dry_or_did_not_end_well_is_not_the_schedule(
    schedule: Schedule, said: Said
) -> None:
    schedule.know(timedelta(days=30))
    soon = timedelta(minutes=1)
    schedule.replay(soon, payment_id="pay_4711")
    schedule.replay(soon, ended=False)
    schedule.wallets(soon, "one")
    schedule.wallets(soon, dry_run=True)
    schedule.wallets(soon, outcome="stopped")
    schedule.wallets(soon, outcome="failed")
    schedule.wallets(soon, outcome=None)

    told = said()

    assert {REPLAY, WALLETS, ALL_WALLETS, PULL, REPAIR} <= told.keys()
    assert told[REPLAY].endswith("the last one: has not ended")


@pytest.mark.parametrize(("scope", "late"), [("recent", {ALL_WALLETS}), ("full", set())])
def test_the_hourly_run_says_nothing_of_the_weekly_one_which_takes_the_place_of_both(
    schedule: Schedule, said: Said, scope: str, late: set[str]
) -> None:
    schedule.know(timedelta(days=30))
    schedule.wallets(timedelta(minutes=1), scope)

    assert late == said().keys() & {WALLETS, ALL_WALLETS}


def test_a_stop_that_nobody_has_carried_out_is_a_complaint(
    schedule: Schedule, capsys: pytest.CaptureFixture[str]
) -> None:
    schedule.ask_for_stop("PAYMENTS_ENABLED", timedelta(minutes=16))
    schedule.ask_for_stop("REFUNDS_ENABLED", timedelta(minutes=14))
    schedule.ask_for_stop("PAYMENTS_ENABLED", timedelta(days=1), is_carried_out=True)

    assert heartbeat.AILING == heartbeat.main([])
    told = [
        line for line in capsys.readouterr().out.splitlines() if line.startswith("not stopped")
    ]
    assert [
        "not stopped: PAYMENTS_ENABLED, as payment_replay_verification asked 0:16:00 ago; "
        "stop it by hand where it is made"
    ] == told
