"""An answer from Slack: refused there and then to those who asked, with the reason."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from include.reconciliation.edges import airflow_answers, warehouse
from include.reconciliation.edges.slack_requests import Signed, SlackRequest, Turn
from include.reconciliation.errors import RequestError
from include.reconciliation.slack_command import Answer
from include.reconciliation.slack_people import Person
from include.reconciliation.steps import slack_answers
from tests.scenarios.corrections.conftest import People

Missing = Callable[..., str]


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, str]]:
    """(run, verb, name) of each answer that reaches Airflow."""
    reached: list[tuple[str, str, str]] = []
    monkeypatch.setattr(
        airflow_answers,
        "answer",
        lambda asked_in, verb, note, name, begin: reached.append((asked_in, verb, name)),
    )
    return reached


def by_slack(name: str, beginning: str, verb: str = "approve") -> str:
    """What an approver of that name is answered."""
    sent_at = datetime.now(UTC)
    values = {
        "team": "T0NORTHWIND", "signature": f"v0={name}", "user_id": "U0BEA", "user_name": name,
        "asked": verb, "sent_at": sent_at,
    }  # fmt: skip
    with warehouse.transaction() as cursor:
        row = warehouse.run(cursor, "slack/remember_request", values).fetchone()
    assert row is not None
    signed = Signed("T0NORTHWIND", "U0BEA", sent_at, f"v0={name}", {}, None)
    person = Person("U0BEA", name, "approver")
    request = SlackRequest(row["request_id"], signed, person, Turn(seconds=30))
    return slack_answers.carry_out(request, Answer(verb, beginning, None))


@pytest.mark.parametrize("verb", ["approve", "reject"])
@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("ana", "ana asked for it"),
        ("Ana", "Ana asked for it"),
        ("carl", "carl is the one on whose behalf it is asked"),
        ("CARL", "CARL is the one on whose behalf it is asked"),
    ],
)
def test_those_who_asked_are_refused_before_airflow_hears_of_it(
    people: People,
    missing: Missing,
    answers: list[tuple[str, str, str]],
    name: str,
    why: str,
    verb: str,
) -> None:
    request = people.ask(missing(), requester="carl")

    with pytest.raises(RequestError) as refused:
        by_slack(name, request["request_id"][:12], verb)

    assert f"{why}: somebody else must answer" == str(refused.value)
    assert [] == answers
    assert "waiting" == people.request()["state"]


def test_somebody_else_is_heard(
    people: People, missing: Missing, answers: list[tuple[str, str, str]]
) -> None:
    request = people.ask(missing(), requester="carl")

    said = by_slack("bea", request["request_id"][:12])

    assert said.startswith("Done: compensating_entry of discrepancy ")
    assert [(people.asked[-1], "approve", "bea")] == answers
