"""Four eyes: who may approve what, when, and how often; the database says it last."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from include.reconciliation.edges import approvals, warehouse
from include.reconciliation.errors import RequestError
from include.reconciliation.steps import answer_request
from include.reconciliation.steps.correct_discrepancy import propose_correction
from tests.conftest import Databases
from tests.scenarios.conftest import Desk
from tests.scenarios.corrections.conftest import People

Missing = Callable[..., str]


def waits_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests that are asked for from now on expire after a tenth of a second."""
    short = replace(approvals.rules(), expire_after=timedelta(milliseconds=100))
    monkeypatch.setattr(approvals, "rules", lambda: short)


def test_a_correction_is_asked_for_approved_by_another_and_applied_once(
    desk: Desk, people: People, missing: Missing
) -> None:
    request = people.ask(missing())

    assert ("waiting", 10000, "EUR", 1) == (
        request["state"], request["amount_minor"], request["currency"],
        request["approvals_needed"],
    )
    assert [] == people.log()
    assert "approved" == people.answer("bea")
    assert 1 == people.apply()
    assert [("applied", "compensating_entry", "bea")] == people.log()
    with pytest.raises(RequestError, match="it is applied once"):
        with warehouse.transaction() as cursor:
            approvals.apply(cursor, request["request_id"])
    assert 1 == len(people.log())


def test_a_task_that_died_after_its_commit_finds_that_it_is_done(
    people: People, missing: Missing
) -> None:
    people.ask(missing())
    people.answer("bea")

    assert [1, 1] == [people.apply(), people.apply()]
    assert [("applied", "compensating_entry", "bea")] == people.log()


@pytest.mark.parametrize("approver", ["ana", "Ana", " ana "])
def test_who_asks_can_not_approve(people: People, missing: Missing, approver: str) -> None:
    people.ask(missing(), by="ana")

    with pytest.raises(RequestError, match="somebody else must answer"):
        people.answer(approver)
    with pytest.raises(RequestError, match="0 of 1 approvals"):
        people.apply()
    assert [("answer_refused", "compensating_entry", None)] == people.log()
    # The request waits on for somebody else.
    assert "approved" == people.answer("bea")
    assert 2 == people.apply()


def test_nor_can_the_one_in_whose_name_it_is_asked(people: People, missing: Missing) -> None:
    people.ask(missing(), by="ana", requester="bea")

    with pytest.raises(RequestError, match="bea asked for it"):
        people.answer("bea")
    assert "approved" == people.answer("carl")


def test_a_rejected_request_is_logged_and_never_applied(people: People, missing: Missing) -> None:
    people.ask(missing())

    assert "ended" == people.answer("bea", "Reject", note="the PSP will send it again")
    with pytest.raises(RequestError, match="has ended"):
        people.apply()
    assert [("rejected", "compensating_entry", None)] == people.log()


def test_without_an_answer_nothing_is_approved(people: People, missing: Missing) -> None:
    people.ask(missing())

    assert "waiting" == answer_request.standing(people.asked[-1])
    with pytest.raises(RequestError, match=r"not approved: .* 0 of 1 approvals"):
        answer_request.standing(people.asked[-1], ["approved", "ended"])
    with pytest.raises(RequestError, match="0 of 1 approvals"):
        people.apply()
    assert [("answer_refused", "compensating_entry", None)] == people.log()


def test_a_run_whose_id_somebody_else_has_used_asks_for_nothing(
    people: People, missing: Missing
) -> None:
    """A run is deleted in Airflow, and another one gets its id: each may show only its own form."""
    found = missing()
    people.ask(found, by="ana")
    form = {"action": "compensating_entry", "reason_code": "ledger_error"}

    for by, reason in (("bea", "the capture was lost on the way to the ledger"), ("ana", "else")):
        with pytest.raises(RequestError, match="has asked for something already, by ana"):
            propose_correction(
                found, reason=reason, asked_in=people.asked[-1], changed_by=by, **form
            )
    assert "approved" == people.answer("bea")


def test_one_approval_of_two_is_not_the_second(people: People, missing: Missing) -> None:
    """The task of the second approval, set to success by hand, is worth nothing."""
    people.ask(missing("10000.01"))
    assert "waiting" == people.answer("bea")

    assert "approved_once" == answer_request.standing(people.asked[-1])
    with pytest.raises(RequestError, match=r"not approved: .* 1 of 2 approvals"):
        answer_request.standing(people.asked[-1], ["approved", "ended"])
    assert "approved" == people.answer("carl")
    assert "approved" == answer_request.standing(people.asked[-1], ["approved", "ended"])


def test_an_expired_request_takes_no_answer(
    people: People, missing: Missing, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits_a_moment(monkeypatch)
    people.ask(missing())
    with warehouse.transaction() as cursor:
        cursor.execute("select pg_sleep(0.2)")

    assert "ended" == people.answer("bea")
    assert 0 == answer_request.end_expired_requests()
    assert [("expired", "compensating_entry", None)] == people.log()
    with pytest.raises(RequestError, match="has ended"):
        people.apply()


def test_what_nobody_answers_ends_by_the_databases_clock(
    people: People, missing: Missing, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = missing()
    people.ask(found, reason="this one waits for its answer")
    waits_a_moment(monkeypatch)
    people.ask(found)
    with warehouse.transaction() as cursor:
        cursor.execute("select pg_sleep(0.2)")

    assert [1, 0] == [answer_request.end_expired_requests() for _ in range(2)]
    assert [("expired", "compensating_entry", None)] == people.log()


def test_two_tabs_are_one_approval(people: People, missing: Missing) -> None:
    request = people.ask(missing())
    answer = {"answered_by": "bea", "channel": "airflow"}
    content = request["content_sha256"]
    approvals.answer(request["request_id"], "approved", content_sha256=content, **answer)

    with pytest.raises(RequestError, match="has its 1 approvals"):
        approvals.answer(request["request_id"], "approved", content_sha256=content, **answer)
    with pytest.raises(RequestError, match="has its 1 approvals"):
        approvals.answer(
            request["request_id"], "rejected", answered_by="carl", channel="slack",
            content_sha256=content,
        )


def test_an_approval_of_another_content_is_none(people: People, missing: Missing) -> None:
    request = people.ask(missing())

    with pytest.raises(RequestError, match="another content"):
        approvals.answer(
            request["request_id"], "approved", answered_by="bea", channel="airflow",
            content_sha256="0" * 64,
        )


def test_what_has_changed_since_the_preview_is_refused_and_logged(
    desk: Desk, people: People, missing: Missing
) -> None:
    desk.ledger("L1", 9000)
    people.ask(missing())
    people.answer("bea")
    # The difference is another one now: 10.00 when it was approved, 8.00 when it is applied.
    desk.ledger("L1", 9200)
    desk.run("2026-03-05T00:00:00Z", "2026-03-06T00:00:00Z")

    with pytest.raises(RequestError, match="has changed since it was previewed"):
        people.apply()
    assert [("refused", "compensating_entry", "bea")] == people.log()


def test_what_is_resolved_meanwhile_is_refused(
    desk: Desk, people: People, missing: Missing
) -> None:
    people.ask(missing())
    people.answer("bea")
    desk.ledger("L1", 10000)
    desk.run("2026-03-05T00:00:00Z", "2026-03-06T00:00:00Z")

    with pytest.raises(RequestError, match="is not open any more"):
        people.apply()


def test_a_run_that_changes_nothing_leaves_the_approval_good(
    desk: Desk, people: People, missing: Missing
) -> None:
    people.ask(missing())
    people.answer("bea")
    desk.run("2026-03-05T00:00:00Z", "2026-03-06T00:00:00Z")

    assert 1 == people.apply()


@pytest.mark.parametrize(
    ("amount", "approvers"),
    [("9999.99", 1), ("10000.00", 1), ("10000.01", 2)],
)
def test_above_the_limit_two_others_approve(
    people: People, missing: Missing, amount: str, approvers: int
) -> None:
    request = people.ask(missing(amount))

    assert approvers == request["approvals_needed"]
    if approvers == 1:
        assert "approved" == people.answer("bea")
        return
    assert "waiting" == people.answer("bea")
    with pytest.raises(RequestError, match="1 of 2 approvals"):
        people.apply()
    with pytest.raises(RequestError, match="bea has answered"):
        people.answer("bea")
    assert "approved" == people.answer("carl")
    people.apply()


def test_asking_twice_is_asking_once(people: People, missing: Missing) -> None:
    found = missing()
    first, second = people.ask(found), people.ask(found)

    assert first["request_id"] == second["request_id"]
    people.answer("bea", "Reject")
    assert first["request_id"] != people.ask(found)["request_id"]


def test_the_role_of_the_application_can_neither_approve_nor_log(
    databases: Databases, people: People, missing: Missing
) -> None:
    request = people.ask(missing())
    for forbidden in (
        "insert into internal.action_answers (request_id, answered_by, answer, channel,"
        " content_sha256) select request_id, 'bea', 'approved', 'sql', content_sha256"
        " from internal.action_requests",
        "insert into internal.correction_log select * from internal.correction_log",
        "update internal.action_requests set amount_minor = 1",
        "delete from internal.action_requests",
        "truncate internal.action_requests cascade",
        "update internal.correction_log set reason = 'x'",
        "delete from internal.correction_log",
        "update internal.approval_limits set second_approver_above_minor = 99999999999",
        "alter table internal.correction_log disable trigger all",
        "select internal.append_to_log('applied', r, null) from internal.action_requests as r",
        "set session_replication_role = replica",
        "set role reconciliation_approver",
    ):
        with (
            psycopg.connect(databases.conninfo("reconciliation", "reconciliation_rw")) as session,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            session.execute(forbidden)
    with (
        psycopg.connect(databases.conninfo("reconciliation", "reconciliation_rw")) as session,
        pytest.raises(psycopg.errors.CheckViolation),
    ):
        session.execute("select internal.apply_request(%s, null)", [request["request_id"]])


def test_the_role_of_the_approver_can_do_nothing_else(
    databases: Databases, people: People, missing: Missing
) -> None:
    request = people.ask(missing())
    for forbidden in (
        f"select internal.apply_request('{request['request_id']}', null)",
        f"select internal.end_request('{request['request_id']}', 'refused', 'x')",
        "select * from internal.match_members",
        "insert into internal.action_requests (request_id) values ('x')",
        "delete from internal.action_answers",
        "select * from reconciliation.runs",
    ):
        with (
            psycopg.connect(
                databases.conninfo("reconciliation", "reconciliation_approver")
            ) as session,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            session.execute(forbidden)


def test_even_the_owner_of_the_tables_changes_no_row(
    databases: Databases, people: People, missing: Missing
) -> None:
    people.ask(missing())
    people.answer("bea")
    people.apply()
    with psycopg.connect(
        databases.conninfo("reconciliation", "reconciliation_migrator"), autocommit=True
    ) as session:
        session.execute("set role reconciliation_owner")
        for table in ("action_requests", "action_answers", "correction_log", "action_request_runs"):
            for verb in ("delete from internal.{}", "truncate internal.{} cascade"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege, match="only added"):
                    session.execute(SQL(verb).format(Identifier(table)))


def test_an_approver_reads_which_of_many_it_is_and_who_may_not_answer(
    people: People, missing: Missing
) -> None:
    found = missing()
    request = people.ask(found, requester="carl")

    title, shown = (
        say(people.asked[-1]) for say in (answer_request.title_of, answer_request.preview_of)
    )

    assert f"compensating entry: adyen / Shop, discrepancy {found[:12]}" == title
    assert "**Needs one approver other than ana and carl, by " in shown
    assert f"- Content `{request['content_sha256']}`" in shown
    assert (
        "statement − ledger stays EUR 100.00: discrepancies change by EUR -100.00, "
        "corrections not in the ledger become EUR 100.00; residual EUR 0.00: holds"
    ) in shown
