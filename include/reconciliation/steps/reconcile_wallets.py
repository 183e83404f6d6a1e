"""Rebuilds projected and cached balances from the ledger, where they are not what it adds up to.

In batches, each relation of a batch in a transaction of its own that logs before and after: a run
that dies leaves each balance either rebuilt and logged, or as it was. A ledger row never changes.
Each drift is an alert before it is mended, so that nothing is mended in silence.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from include.reconciliation.edges import emergency_stop, wallet_balances, warehouse
from include.reconciliation.edges.wallet_balances import Batch, Drift
from include.reconciliation.errors import Paused, RequestError, SourceError
from include.reconciliation.steps.incidents import close_alert, open_alert

BOOK = "wallet_balances"
DRIFT = "wallet_balances-drift"
FAILING = "wallet_balances-reconciliation-failing"
# Rounding may leave one minor unit; more than that is somebody's mistake.
DRIFT_MINOR_MAX = 1
FAILURES_IN_A_ROW_MAX = 2
# What "recent" looks back to: longer than the schedule, so that a late commit is seen too.
LOOK_BACK = timedelta(days=2)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Request:
    """What a run was asked; `wallet_id` is there with the scope `one` alone."""

    airflow_run_id: str
    scope: str
    dry_run: bool
    reason: str
    as_of: datetime
    wallet_id: str | None = None
    requested_by: str | None = None
    in_spite_of_stop: bool = False
    batch_size: int = 50

    @property
    def counts(self) -> bool:
        """Whether it says something of the reconciliation itself, as scheduled runs do."""
        return not self.dry_run and self.scope != "one"


@dataclass(slots=True)
class Found:
    """What a run has found so far; drift by currency, in minor units without a sign."""

    wallets: int = 0
    repaired: int = 0
    drifting: int = 0
    unreadable: list[str] = field(default_factory=list)
    by_currency: dict[str, dict[str, int]] = field(default_factory=dict)

    def add(self, batch: Batch) -> None:
        """Counts a batch."""
        self.wallets += len(batch.wallets)
        self.drifting += len(batch.drifts)
        self.unreadable += batch.unreadable
        for wallet in batch.wallets:
            if wallet["wallet_id"] not in batch.unreadable and wallet["currency"] is not None:
                self._of(wallet["currency"])["wallets"] += 1
        self._add_drifts(batch.drifts)

    def add_repaired_before(self, drifts: Sequence[Drift]) -> None:
        """Counts what an earlier try of the same run found and rebuilt before it died."""
        self.drifting += len(drifts)
        self.repaired += len(drifts)
        self._add_drifts(drifts)

    def _add_drifts(self, drifts: Iterable[Drift]) -> None:
        for drift in _of_projections(drifts):
            total = self._of(drift.currency)
            total["wallets_drifting"] += 1
            total["drift_minor"] += abs(drift.drift_minor)

    def _of(self, currency: str) -> dict[str, int]:
        empty = {"wallets": 0, "wallets_drifting": 0, "drift_minor": 0}
        return self.by_currency.setdefault(currency, empty)


def reconcile_wallets(request: Request) -> dict[str, int]:
    """How many wallets were looked at, how many balances drifted, and how many were rebuilt.

    Raises Paused when the emergency stop holds it, RequestError for a wallet that is not there,
    SourceError at the end when there are wallets that nobody can add up, Transient when the book
    can't be reached.
    """
    _begin(request)
    found = Found()
    try:
        found.add_repaired_before(wallet_balances.repaired_by(request.airflow_run_id))
        for batch in _batches(request):
            found.add(batch)
            _tell_drift(request, batch, found)
            found.repaired += _repair(request, batch.drifts)
        _end(request, found)
    except Paused as stop:
        _close(request, found, "stopped", str(stop))
        raise
    except Exception as error:
        _close(request, found, "failed", f"{type(error).__name__}: {error}")
        raise
    _close(request, found, "done", None)
    return {
        "wallets": found.wallets,
        "drifting": found.drifting,
        "repaired": found.repaired,
    }


def _batches(request: Request) -> Iterator[Batch]:
    values = {
        "after": "",
        "wallet_id": request.wallet_id,
        "since": request.as_of - LOOK_BACK if request.scope == "recent" else None,
        "batch_size": request.batch_size,
    }
    while (batch := wallet_balances.next_batch(values)).wallets:
        yield batch
        values["after"] = batch.wallets[-1]["wallet_id"]
    if request.wallet_id is not None and values["after"] == "":
        raise RequestError(f"wallet_id: there is no wallet {request.wallet_id!r}")


def _repair(request: Request, drifts: Sequence[Drift]) -> int:
    """Rebuilds what drifts, or says what would be; how many balances were rebuilt."""
    repaired = 0
    for relation in wallet_balances.RELATIONS:
        wrong = [drift for drift in drifts if drift.relation == relation]
        if request.dry_run:
            for drift in wrong:
                log.info("would repair: %s", drift.sentence())
        elif wrong:
            _ask_the_stop(request)
            done = wallet_balances.rebuild(
                relation,
                wrong,
                reason=request.reason,
                repaired_by=request.requested_by or "the schedule",
                run_id=request.airflow_run_id,
            )
            for drift in done:
                log.warning("repaired: %s", drift.sentence())
            repaired += len(done)
    return repaired


def _ask_the_stop(request: Request) -> None:
    """Raises Paused while payments are stopped, unless one wallet was asked for in spite of it."""
    try:
        emergency_stop.check(emergency_stop.PAYMENTS)
    except Paused as stop:
        if not request.in_spite_of_stop:
            raise
        log.warning("goes on by the word of %s: %s", request.requested_by, stop)


def _begin(request: Request) -> None:
    with warehouse.transaction() as cursor:
        warehouse.run(
            cursor,
            "wallets/begin_run",
            {
                "airflow_run_id": request.airflow_run_id,
                "scope": request.scope,
                "wallet_id": request.wallet_id,
                "dry_run": request.dry_run,
                "reason": request.reason,
                "requested_by": request.requested_by,
            },
        )
        # A run that was killed could not say so itself.
        _weigh_failures(cursor, running=request.airflow_run_id)


def _end(request: Request, found: Found) -> None:
    """Keeps what was measured, and says what could not be."""
    if request.counts:
        _ask_the_stop(request)
        values = {
            "run_id": request.airflow_run_id,
            "scope": request.scope,
            "measured_at": request.as_of,
        }
        drifts = [
            {"currency": currency, **total} for currency, total in sorted(found.by_currency.items())
        ]
        wallet_balances.keep_measurement(values, drifts)
    if found.unreadable:
        raise SourceError(
            f"{len(found.unreadable)} wallets have ledger rows without amount or currency, so that "
            f"nobody knows their balance; they are as they were: {', '.join(found.unreadable[:5])}"
        )


def _close(request: Request, found: Found, outcome: str, problem: str | None) -> None:
    with warehouse.transaction() as cursor:
        warehouse.run(
            cursor,
            "wallets/end_run",
            {
                "airflow_run_id": request.airflow_run_id,
                "outcome": outcome,
                "problem": problem,
                "wallets": found.wallets,
                "drifting": found.drifting,
                "repaired": found.repaired,
            },
        )
        if outcome == "failed":
            _weigh_failures(cursor, running=None)
        elif outcome == "done" and request.counts:
            close_alert(cursor, _failing(), "the wallets' reconciliation ended well again")


def _weigh_failures(cursor: warehouse.Cursor, *, running: str | None) -> None:
    """The third failure in a row goes to somebody at once; `running` has not failed yet."""
    row = warehouse.run(cursor, "wallets/failures_in_a_row", {"running": running}).fetchone()
    assert row is not None
    if row["failures"] <= FAILURES_IN_A_ROW_MAX:
        return
    text = (
        f"the reconciliation of the wallets has failed or died {row['failures']} times in a row: "
        "no balance is held against the ledger; see reconciliation.wallet_reconciliations"
    )
    open_alert(
        cursor, _failing(), FAILING, "critical", None, None, text, {"failures": True}, book=BOOK,
        escalate_after=timedelta(0), escalate_to="the engineering team",
    )  # fmt: skip


def _tell_drift(request: Request, batch: Batch, found: Found) -> None:
    """An alert about what is more than a rounding, before it is mended; a person resolves it."""
    large = [
        drift for drift in _of_projections(batch.drifts) if abs(drift.drift_minor) > DRIFT_MINOR_MAX
    ]
    if not large or request.dry_run:
        return
    amounts = ", ".join(
        f"{currency} {total['drift_minor']} minor units in {total['wallets_drifting']} wallets"
        for currency, total in sorted(found.by_currency.items())
        if total["wallets_drifting"]
    )
    text = (
        f"projections drift from the ledger: {amounts}, such as {large[0].object}; run "
        f"{request.airflow_run_id} rebuilds them and logs it in balance_repairs: find the cause"
    )
    reasons = {
        currency: dict(total)
        for currency, total in found.by_currency.items()
        if total["wallets_drifting"]
    }
    with warehouse.transaction() as cursor:
        open_alert(
            cursor, f"{BOOK}:drift", DRIFT, "critical", None, None, text, reasons, book=BOOK,
            escalate_after=timedelta(minutes=15), escalate_to="the engineering team",
        )  # fmt: skip


def _of_projections(drifts: Iterable[Drift]) -> Iterator[Drift]:
    return (drift for drift in drifts if drift.relation == "projections")


def _failing() -> str:
    return f"{BOOK}:reconciliation-failing"
