"""A desk whose ledger lacks a capture of EUR 100.00, and people who ask and answer."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from include.reconciliation.edges import approvals, warehouse
from include.reconciliation.steps import answer_request
from include.reconciliation.steps.correct_discrepancy import propose_correction
from tests.conftest import Databases
from tests.scenarios.conftest import Desk, a_line
from tests.scenarios.corrections.forging import Forger, Missing, Session

_runs = itertools.count(1)


@dataclass
class People:
    """Who asks and who answers, each in a run of Airflow of its own."""

    desk: Desk
    asked: list[str] = field(default_factory=list)

    def ask(self, discrepancy_id: str, by: str = "ana", **form: Any) -> dict[str, Any]:
        """Asks for a correction; the request as it waits."""
        asked_in = f"correct_discrepancy/manual__{next(_runs)}"
        self.asked.append(asked_in)
        given = {
            "action": "compensating_entry",
            "reason_code": "ledger_error",
            "reason": "the capture was lost on the way to the ledger",
            **form,
        }
        propose_correction(discrepancy_id, asked_in=asked_in, changed_by=by, **given)
        return self.request()

    def request(self) -> dict[str, Any]:
        """The last request that was asked for."""
        with warehouse.transaction() as cursor:
            found = approvals.asked(cursor, self.asked[-1])
        assert found is not None
        return found

    def answer(self, by: str = "bea", chosen: str = "Approve", note: str = "") -> str:
        """Answers the last request in Airflow."""
        response = {
            "chosen_options": [chosen],
            "params_input": {"note": note},
            "responded_by_user": {"id": by, "name": by},
        }
        return answer_request.record_answer(self.asked[-1], response)

    def apply(self) -> int:
        """Applies the last request."""
        return answer_request.apply_request(self.asked[-1])

    def log(self) -> list[tuple[str, str, str | None]]:
        """(event, action, approver) of each row of the log, in order."""
        return [
            (row["event"], row["action"], row["approved_by"])
            for row in self.desk.rows(
                "select * from reconciliation.correction_log order by sequence_number"
            )
        ]


@pytest.fixture
def people(desk: Desk) -> People:
    """Ana asks, Bea answers."""
    return People(desk)


@pytest.fixture
def missing(desk: Desk) -> Callable[..., str]:
    """Runs a day of which the ledger lacks captures; the id of the discrepancy of the first."""

    def run(*amounts: str) -> str:
        lines = [
            a_line(payment=f"P{number}", event=f"C{number}", amount=amount)
            for number, amount in enumerate(amounts or ("100.00",), 1)
        ]
        desk.batch(1, *lines)
        desk.run()
        found = desk.rows(
            "select discrepancy_id from reconciliation.discrepancies"
            " where psp_reference = 'P1' and change <> 'resolved'"
        )
        return str(found[0]["discrepancy_id"])

    return run


@pytest.fixture
def sessions(databases: Databases) -> Iterator[Callable[[str], Session]]:
    """Opens a session of a role."""
    opened: list[Session] = []

    def open_one(role: str) -> Session:
        conninfo = databases.conninfo("reconciliation", role)
        opened.append(psycopg.connect(conninfo, autocommit=True, row_factory=dict_row))
        return opened[-1]

    yield open_one
    for each in opened:
        each.close()


@pytest.fixture
def forger(
    people: People, missing: Missing, sessions: Callable[[str], Session]
) -> Forger:
    """Beside an honest request of EUR 1.00 out of 100.00 of P1."""
    request = people.ask(missing("100.00"), amount="1.00", reason="one euro of it")
    session = sessions("reconciliation_rw")
    query = "select * from internal.action_requests where request_id = %s"
    base = session.execute(query, [request["request_id"]]).fetchone()
    assert base is not None
    return Forger(session, base)
