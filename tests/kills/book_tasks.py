"""The tasks that write because of a book, as a child process is asked to do them."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from include.reconciliation.edges.emergency_stop import writing_to
from include.reconciliation.edges.pause_variable import NothingPaused, reading_from
from include.reconciliation.errors import Broken, RequestError
from include.reconciliation.steps import alert_life
from include.reconciliation.steps.emergency_stop import carry_out_requests
from include.reconciliation.steps.payout_reconcile_pull import payout_reconcile_pull
from include.reconciliation.steps.payout_stuck_repair import payout_stuck_repair
from include.reconciliation.steps.reconcile_wallets import Request, reconcile_wallets
from include.reconciliation.steps.run_check import run_check
from include.reconciliation.steps.verify_payment_replay import verify_payment_replay
from tests.books.conftest import AS_OF

RUN = "scheduled__1"


def check(book: str, name: str) -> None:
    """A check of all of a book, whatever it finds."""
    with suppress(Broken):
        run_check(book, name, airflow_run_id=RUN, window_start=None, window_end=AS_OF)


def reconcile() -> None:
    """The wallets' reconciliation, two wallets at once; what drifts is rebuilt."""
    with reading_from(NothingPaused()):
        reconcile_wallets(Request(RUN, "full", False, "the schedule", AS_OF, batch_size=2))


class Files:
    """Airflow's Variables, as files that outlive a killed process."""

    def __init__(self, folder: str) -> None:
        self.folder = Path(folder)

    def names(self, prefix: str) -> list[str]:
        """The names that begin so."""
        return [path.name for path in self.folder.glob(f"{prefix}*")]

    def value(self, name: str) -> str:
        """The text of one."""
        return (self.folder / name).read_text(encoding="utf-8")

    def write(self, name: str, text: str, description: str) -> None:
        """Sets one, whole."""
        draft = self.folder / f".{name}"
        draft.write_text(text, encoding="utf-8")
        draft.replace(self.folder / name)


def verify_and_halt(folder: str) -> None:
    """The replay and the halt after it."""
    variables = Files(folder)
    with reading_from(variables), writing_to(variables.write):
        verify_payment_replay(airflow_run_id=RUN)
        carry_out_requests()


def pull() -> None:
    """A round that asks about what is SENT."""
    with reading_from(NothingPaused()):
        payout_reconcile_pull()


def repair() -> None:
    """A round that looks at what is stuck."""
    with reading_from(NothingPaused()):
        payout_stuck_repair()


def acknowledge(alert_id: int) -> None:
    """Somebody takes an alert on."""
    alert_life.acknowledge_alert(alert_id, changed_by="ana", note="ticket 4711")


def resolve(alert_id: int) -> None:
    """Somebody resolves an alert; that it is resolved already is told to who asks again."""
    with suppress(RequestError):
        alert_life.resolve_alert(alert_id, changed_by="ana", note="ticket 4711")
