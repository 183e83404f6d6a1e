"""Runs of the past decided again: what each was given is staged, the rest is what a run does.

Works in a database of its own (databases.py), through the steps' own functions and SQL. Nothing is
fetched, gated or extracted, no alert is raised and no file written.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg.types.json import Jsonb

from include.reconciliation import config
from include.reconciliation.edges import attempts, ledger_source, warehouse
from include.reconciliation.edges.code_version import code_version
from include.reconciliation.edges.warehouse import Cursor
from include.reconciliation.errors import ConfigurationError, ReconciliationError
from include.reconciliation.identifiers import content_id
from include.reconciliation.legs import GATEWAY_LEDGER, GATEWAY_LEGS, LEDGER_STATEMENT
from include.reconciliation.notifications import Notifications
from include.reconciliation.recorded_rules import restored
from include.reconciliation.steps.check_identities import prove
from include.reconciliation.steps.match_transactions import decide
from include.reconciliation.steps.publish_run import store

_DISTANT_PAST = datetime(1, 1, 1, tzinfo=UTC)
# A table of the history, and where its rows are in force.
_BOOKS = {"ledger": "ledger_transactions", "gateway": "gateway_transactions"}


class NotReplayed(ReconciliationError):
    """A run can't be decided again; says which, and why."""


@dataclass(frozen=True, slots=True)
class PastRun:
    """A published run: the row of `backtest/runs.sql`."""

    run_number: int
    run_id: str
    account_id: int
    psp: str
    account: str
    attempt_id: int
    as_of: datetime
    matched_at: datetime
    code_version: str
    rules: dict[str, Any]
    rules_sha256: str
    is_start: bool
    # Its account's corrections are history too, and are not replayed.
    knows_corrections: bool

    def configuration(self) -> config.Configuration:
        """The rules that the run was made by, as far as one account needs them."""
        if self.knows_corrections:
            raise NotReplayed(
                f"run {self.run_id[:12]} of {self.psp} / {self.account} knows corrections, which "
                "no backtest replays; end the span before it"
            )
        try:
            psp = without_payouts(restored(config.Psp, self.rules["psp"]))
        except (TypeError, ValueError, KeyError) as error:
            raise NotReplayed(
                f"run {self.run_id[:12]} of {self.psp} / {self.account} was made by rules that "
                f"this code does not know ({error}); begin with a later run"
            ) from None
        return config.Configuration(
            cycle=timedelta(minutes=self.rules["cycle_minutes"]),
            look_back=timedelta(hours=self.rules["look_back_hours"]),
            ledger_change_detection=self.rules["ledger_change_detection"],
            psps=(psp,),
            declared_formats={},
            notifications=Notifications(),
            source_path=config.PROJECT_ROOT / "the rules of the run",
        )


def without_payouts(psp: config.Psp) -> config.Psp:
    """The PSP as a backtest decides it: its payouts, and what the bank had of them, are left out.

    What the bank's account had told at each run is history of another chain.
    """
    return replace(psp, payouts=None)


@dataclass(frozen=True, slots=True)
class Chain:
    """The runs of one account in the span, in order, and the head before them."""

    start: PastRun | None
    runs: tuple[PastRun, ...]

    @property
    def account_id(self) -> int:
        """Whose chain it is."""
        return self.runs[0].account_id

    @property
    def name(self) -> str:
        """The account for people."""
        return f"{self.runs[0].psp} / {self.runs[0].account}"

    @property
    def values(self) -> dict[str, Any]:
        """What the SQL of a backtest is told of it."""
        return {
            "account_id": self.account_id,
            "start_run_number": 0 if self.start is None else self.start.run_number,
            "last_run_number": self.runs[-1].run_number,
            "matched_at": _DISTANT_PAST if self.start is None else self.start.matched_at,
        }


def chains_of(runs: Sequence[PastRun]) -> list[Chain]:
    """The runs by account, in the order of the accounts."""
    accounts = dict.fromkeys(run.account_id for run in runs)
    return [
        Chain(
            start=next((run for run in runs if run.account_id == account and run.is_start), None),
            runs=tuple(run for run in runs if run.account_id == account and not run.is_start),
        )
        for account in accounts
    ]


def rebuild_position(chain: Chain) -> None:
    """Decides which rows were open at the head before the span; NotReplayed if it can't be told.

    The warehouse keeps the open items of its heads alone. What is open is a function of the rows
    in force, the as-of and the coverage (docs/decisions/002): it is found as that head's run did.
    """
    run = chain.start
    if run is None:
        return
    with config.using(run.configuration()), warehouse.attempt(run.attempt_id) as cursor:
        attempt = _take_up(cursor, run, run.rules_sha256)
        _stage(cursor, attempt, run, known_at=run.matched_at, is_brought=False)
        values = {"account_id": run.account_id, "run_number": run.run_number}
        legs = [] if attempt.psp.gateway is None else [leg.name for leg in GATEWAY_LEGS]
        warehouse.run(cursor, "backtest/start/open_rows", {**values, "leg": LEDGER_STATEMENT})
        decide(cursor, attempt)
        if legs:
            # The views of a leg are there by now, so that its rows can be opened as well.
            for leg in legs:
                with warehouse.inside(cursor, attempt.attempt_id, leg):
                    warehouse.run(cursor, "backtest/start/open_rows", {**values, "leg": leg})
            decide(cursor, attempt)
            _keep_payments(cursor, attempt, legs, values)
        warehouse.run(cursor, "publish/035_open_ledger_payments", values)
        warehouse.run(cursor, "backtest/start/forget_open_rows", values)
        warehouse.run(cursor, "publish/064_add_open_items", values)
        differing = warehouse.run(
            cursor, "backtest/start/position_differs", chain.values
        ).fetchone()
        attempts.note(cursor, run.attempt_id, state="published", published_run_id=run.run_id)
        warehouse.run(cursor, "reports/drop_workspace", {"attempt_id": run.attempt_id})
    if differing is not None:
        raise NotReplayed(
            f"the position of {chain.name} at run {run.run_id[:12]}, before the span, can't be "
            f"told any more: {differing['what']}: published {differing['expected']}, decided now "
            f"{differing['found']}. Begin with an earlier or a later run"
        )


def replay(
    chain: Chain,
    configuration: Callable[[PastRun], config.Configuration],
    numbering: Callable[[], AbstractContextManager[Cursor]],
) -> None:
    """Decides every run of the chain again, each on top of the one before, by the rules given.

    `numbering` opens a session that may say which number a run gets.
    """
    known_at = chain.values["matched_at"]
    for run in chain.runs:
        with numbering() as owner:
            warehouse.run(owner, "backtest/run/number", {"run_number": run.run_number})
        with config.using(configuration(run)):
            _decide_again(run, known_at)
        known_at = run.matched_at


def _decide_again(run: PastRun, known_at: datetime) -> None:
    psp = config.load().psp(run.psp)
    with warehouse.attempt(run.attempt_id) as cursor:
        same_rules = psp.rules() == {**run.rules["psp"], "payouts": None}
        rules_sha256 = run.rules_sha256 if same_rules else content_id(psp.rules(), code_version())
        attempt = _take_up(cursor, run, rules_sha256)
        _stage(cursor, attempt, run, known_at=known_at, is_brought=True)
        decide(cursor, attempt)
        attempt = attempts.load(cursor, run.attempt_id)
        prove(cursor, attempt)
        verdict = cursor.execute("select * from work_verdict").fetchone()
        assert verdict is not None
        if verdict["broken"]:
            raise NotReplayed(
                f"run {run.run_id[:12]} of {run.psp} / {run.account} up to {run.as_of.isoformat()} "
                f"does not add up when it is decided again: {verdict['broken'][0]}"
            )
        if store(cursor, attempt, verdict) != run.run_number:
            raise NotReplayed(f"run {run.run_id[:12]} of {run.psp} / {run.account} came out twice")
        attempts.note(
            cursor, run.attempt_id, state="published", published_run_id=attempt.run_id
        )
        warehouse.run(cursor, "reports/drop_workspace", {"attempt_id": run.attempt_id})


def _take_up(cursor: Cursor, run: PastRun, rules_sha256: str) -> attempts.Attempt:
    warehouse.run(
        cursor,
        "backtest/run/attempt",
        {
            "attempt_id": run.attempt_id,
            "code_version": code_version(),
            "rules_sha256": rules_sha256,
            "rules": Jsonb({**run.rules, "psp": config.load().psp(run.psp).rules()}),
        },
    )
    cursor.execute("select internal.open_workspace(%s)", [run.attempt_id])
    return attempts.load(cursor, run.attempt_id)


def _stage(
    cursor: Cursor, attempt: attempts.Attempt, run: PastRun, *, known_at: datetime, is_brought: bool
) -> None:
    """What the run was given: statements, lines, and what it found changed in the books."""
    values = {
        "account_id": run.account_id,
        # No run brought anything to a position that is only looked at again.
        "run_number": run.run_number if is_brought else None,
        "known_at": known_at,
        "matched_at": run.matched_at,
        "first_item_id": warehouse.first_item_id(cursor),
        "expected": list(attempt.psp.expected_in_ledger),
    }
    warehouse.run(cursor, "backtest/run/statements", values)
    warehouse.run(cursor, "statements/create_statement_lines")
    warehouse.run(cursor, "backtest/run/lines", values)
    warehouse.run(cursor, "statements/correct_refused", values)
    warehouse.run(cursor, "statements/note_staged", values)
    _stage_book(cursor, attempt, _BOOKS["ledger"], values)
    if attempt.psp.gateway is not None:
        part = {"attempt_id": attempt.attempt_id, "part": ledger_source.GATEWAY.name}
        warehouse.run(cursor, "legs/part", part)
        with warehouse.inside(cursor, attempt.attempt_id, ledger_source.GATEWAY.name):
            warehouse.run(cursor, "legs/gateway_extract")
            _stage_book(cursor, attempt, _BOOKS["gateway"], values)
    warehouse.run(cursor, "extract/make_posted_corrections")
    cursor.execute("analyze work_statement_lines")


def _stage_book(
    cursor: Cursor, attempt: attempts.Attempt, book: str, values: dict[str, Any]
) -> None:
    warehouse.run(cursor, "extract/make_extract_tables")
    warehouse.run(cursor, "extract/note_head", values)
    warehouse.run_over(cursor, "backtest/run/ledger_versions", values, book=book)
    currencies = {"currencies": sorted(attempt.psp.limits)}
    unknown = warehouse.run(cursor, "backtest/run/unknown_currencies", currencies).fetchone()
    if unknown is not None:
        raise ConfigurationError(
            f"{attempt.psp_name} / {attempt.account} has rows in {unknown['currency']} in the "
            f"span, and no limits.{unknown['currency']}: a run would be refused; add it"
        )
    warehouse.run_over(cursor, "backtest/run/vanished_rows", values, book=book)
    cursor.execute("analyze work_ledger_versions, work_ledger_vanished")
    warehouse.run(cursor, "extract/ledger_changes")
    warehouse.run(cursor, "extract/sum_up_ledger_changes")


def _keep_payments(
    cursor: Cursor, attempt: attempts.Attempt, legs: Sequence[str], values: dict[str, Any]
) -> None:
    warehouse.run(cursor, "legs/keep_own_payments", {**values, "leg": GATEWAY_LEDGER.name})
    for leg in legs:
        with warehouse.inside(cursor, attempt.attempt_id, leg):
            warehouse.run(cursor, "legs/keep_payments", {**values, "leg": leg})


def with_rules(given: config.Configuration) -> Callable[[PastRun], config.Configuration]:
    """The configuration of a file for every run; what can't be replayed stays as the run had it."""

    def of_run(run: PastRun) -> config.Configuration:
        had = run.configuration()
        psps = tuple(without_payouts(psp) for psp in given.psps)
        return replace(given, look_back=had.look_back, psps=psps)

    return of_run
