"""The story of the demo on real databases: what was planted is reported, and nothing else."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from include.reconciliation import config
from include.reconciliation.demo import place, timeline
from include.reconciliation.demo.compare import Comparison, Finding, compare
from include.reconciliation.demo.drive import reconcile_all
from include.reconciliation.demo.history import History, make_history
from include.reconciliation.demo.outside import Outside, play
from include.reconciliation.demo.stripe_server import StripeServer
from include.reconciliation.demo.timeline import StoryWindow
from include.reconciliation.edges.warehouse import statement
from include.reconciliation.verify import verify
from tests.conftest import Databases, Sources

MakeOutside = Callable[[History], Outside]


@pytest.fixture
def make_outside(
    databases: Databases, sources: Sources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[MakeOutside]:
    """A world on fresh databases, with a drop folder and a Stripe of its own."""
    visible: list[dict[str, Any]] = []
    with StripeServer(visible, key=place.STRIPE_KEY) as stripe:
        configuration = tmp_path / "psps.toml"
        configuration.write_text(place.configuration_text(stripe.url), encoding="utf-8")
        folder = json.dumps({"conn_type": "fs", "extra": {"path": str(tmp_path / "drop")}})
        key = json.dumps({"conn_type": "http", "password": place.STRIPE_KEY})
        monkeypatch.setenv("RECONCILIATION_CONFIG", str(configuration))
        monkeypatch.setenv("AIRFLOW_CONN_ADYEN", folder)
        monkeypatch.setenv("AIRFLOW_CONN_STRIPE", key)
        yield lambda history: Outside(
            history,
            ledger=sources.payments_ledger,
            gateway=sources.billing_gateway,
            drop_folder=tmp_path / "drop",
            balance_transactions=visible,
            balance_transactions_file=tmp_path / "balance_transactions.json",
        )


def compared(databases: Databases, history: History) -> Comparison:
    address = databases.conninfo("reconciliation", "reconciliation_ro")
    with psycopg.connect(address, row_factory=dict_row) as session:
        rows = session.execute(statement("demo/findings")).fetchall()
    return compare(history.labels, [Finding(**row) for row in rows])


def test_every_planted_fault_is_reported_as_labelled_and_nothing_else(
    databases: Databases, make_outside: MakeOutside
) -> None:
    # Another seed than the demo's own, so that the two together are two stories.
    history = make_history(20260226)
    for _ in play(make_outside(history), reconcile_all):
        pass
    result = compared(databases, history)
    assert (result.missed, result.not_planted, result.wrong_events) == ((), (), ())
    assert len(result.found) == len(history.labels)
    assert place.published_runs(_OwnServer(databases)) == (36, 0)  # type: ignore[arg-type]
    folders = [manifest.parent for manifest in config.reports_folder().rglob("manifest.json")]
    assert [[], []] * 36 == [part for folder in folders for part in verify(folder)]


class _OwnServer:
    """The test's own warehouse in the place of the checkout's."""

    def __init__(self, databases: Databases) -> None:
        self.conninfo = databases.conninfo


def test_a_week_without_faults_is_reported_without_a_discrepancy(
    databases: Databases, make_outside: MakeOutside
) -> None:
    history = make_history(7, scenarios=frozenset())
    whole = StoryWindow(timeline.BEGIN, timeline.END)
    make_outside(history).advance(whole.end)
    reconcile_all(whole)
    result = compared(databases, history)
    assert (result.found, result.not_planted) == ((), ())
    with psycopg.connect(databases.conninfo("reconciliation", "reconciliation_ro")) as session:
        verdicts = session.execute(
            "select account, verdict from reconciliation.runs where is_head order by account"
        ).fetchall()
    # Sales of the last day and of the last minute wait for their statement or their ledger row.
    assert verdicts == [
        ("NorthwindBR", "reconciled_with_pending"),
        ("NorthwindEU", "reconciled_with_pending"),
        ("default", "reconciled_with_pending"),
    ]
