"""A paused PSP: who is stopped, what is written down, and that doubt counts as a pause."""

from __future__ import annotations

import threading
from contextvars import copy_context
from datetime import UTC, datetime

import pytest

from include.reconciliation.edges import pause_variable
from include.reconciliation.errors import Paused
from include.reconciliation.steps import pauses
from include.reconciliation.steps.deliver_alerts import watch
from tests.operations.conftest import BRAZIL, PSP, Books, Variables


def stopped(attempt_id: int, where: str = "matching") -> str | None:
    """What a run that may not go on is told; None when it may."""
    try:
        pauses.check_pause(attempt_id, where)
    except Paused as pause:
        return str(pause)
    return None


def events(books: Books) -> list[str]:
    """What was written down about pauses, in order."""
    query = "select event from reconciliation.pauses order by pause_id"
    return [row["event"] for row in books.rows(query)]


def test_without_a_variable_a_run_goes_on_and_nothing_is_written(
    books: Books, variables: Variables
) -> None:
    attempt_id = books.attempt()

    assert None is stopped(attempt_id)
    assert [] == events(books)


@pytest.mark.parametrize("trigger", ["scheduled", "backfill", "asset", "manual"])
def test_a_pause_stops_a_run_however_it_was_started(
    books: Books, variables: Variables, trigger: str
) -> None:
    variables.pause(PSP, by="ana", reason="wrong totals", since="2026-11-20T09:00:00+00:00")
    attempt_id = books.attempt(trigger=trigger)

    expected = "adyen is paused by ana since 2026-11-20T09:00:00+00:00: wrong totals"
    assert expected == stopped(attempt_id)
    assert ["paused", "skipped"] == events(books)


def test_a_skipped_run_is_one_row_with_the_exposure_of_its_account(
    books: Books, variables: Variables
) -> None:
    books.publish(open_minor={"EUR": 700, "BRL": 300})
    books.publish(BRAZIL, open_minor={"BRL": 50})
    variables.pause(PSP)
    attempt_id = books.attempt(BRAZIL)
    for where in ("matching", "publishing", "matching"):
        stopped(attempt_id, where)

    query = """
        select event, account, paused_by, exposure from reconciliation.pauses order by pause_id
    """
    expected = [
        {
            "event": "paused",
            "account": None,
            "paused_by": "ana",
            "exposure": {"EUR": 700, "BRL": 350},
        },
        {
            "event": "skipped",
            "account": BRAZIL,
            "paused_by": "ana",
            "exposure": {"BRL": 50},
        },
    ]
    assert expected == books.rows(query)


def test_a_run_by_hand_that_includes_paused_psps_goes_on_and_says_who_and_why(
    books: Books, variables: Variables
) -> None:
    variables.pause(PSP)
    attempt_id = books.attempt(
        trigger="manual", include_paused=True, requested_by="bruno", note="ticket 4711"
    )
    answers = [stopped(attempt_id, where) for where in ("matching", "publishing")]

    query = """
        select event, paused_by, requested_by, reason from reconciliation.pauses
        order by pause_id desc limit 1
    """
    expected = {
        "event": "proceeded",
        "paused_by": "ana",
        "requested_by": "bruno",
        "reason": "ticket 4711",
    }
    assert [None, None] == answers
    assert ["paused", "proceeded"] == events(books)
    assert [expected] == books.rows(query)


def test_a_schedule_can_not_ask_to_include_paused_psps(books: Books, variables: Variables) -> None:
    variables.pause(PSP)
    attempt_id = books.attempt(trigger="backfill", include_paused=True)

    assert stopped(attempt_id) is not None
    assert ["paused", "skipped"] == events(books)


def test_another_psp_goes_on(books: Books, variables: Variables) -> None:
    variables.pause("adyen_test")
    variables.pause("stripe")

    assert None is stopped(books.attempt(psp=PSP))


def test_every_change_of_a_pause_is_a_row_and_nothing_else_is(
    books: Books, variables: Variables
) -> None:
    def look() -> None:
        for _ in range(2):
            stopped(attempt_id)

    attempt_id = books.attempt()
    look()
    variables.pause(PSP, since="2026-11-20T09:00:00+00:00")
    look()
    variables.pause(PSP, since="2026-11-20T10:00:00+01:00")
    look()
    variables.pause(PSP, since="2026-11-20T09:00:00+00:00", by="bruno")
    look()
    variables.values[f"reconciliation_pause_{PSP}"] = "{"
    look()
    variables.pause(PSP)
    look()
    variables.resume(PSP)
    look()

    # The third pause writes the same moment in another zone: no change.
    expected = ["paused", "skipped", "changed", "unreadable", "paused", "resumed"]
    assert expected == events(books)


def test_past_until_a_pause_is_over_by_the_clock_of_the_database(
    books: Books, variables: Variables
) -> None:
    attempt_id = books.attempt()
    variables.pause(PSP, until=books.moment(days_ago=-1))
    before = stopped(attempt_id)
    variables.pause(PSP, until=books.moment(days_ago=0))
    after = [stopped(attempt_id) for _ in range(2)]

    assert before is not None
    assert [None, None] == after
    assert ["paused", "skipped", "expired"] == events(books)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "true",
        "not JSON",
        "[]",
        "[" * 100_000,
        '{"by": "ana"}',
        '{"by": "ana", "reason": "r", "since": "yesterday"}',
        '{"by": "ana", "reason": "r", "since": "2026-11-20"}',
        '{"by": "ana", "reason": "r", "since": "2026-11-20T09:00:00"}',
        '{"by": "ana", "reason": "r", "since": 1}',
        '{"by": "ana", "reason": "r", "since": "0001-01-01T00:00:00+14:00"}',
        '{"by": "a", "reason": "r", "since": "2026-11-20T09Z", "until": "9999-12-31T23:59-14:00"}',
        '{"by": "", "reason": "r", "since": "2026-11-20T09:00:00Z"}',
        '{"by": "ana", "reason": ["r"], "since": "2026-11-20T09:00:00Z"}',
        '{"by": "ana", "reason": "r", "since": "2026-11-20T09:00:00Z", "until": "soon"}',
        '{"by": "ana", "reason": "r", "since": "2026-11-20T09:00:00Z", "until": ""}',
    ],
)
def test_a_variable_that_can_not_be_understood_is_a_pause(text: str) -> None:
    pause = pause_variable.parse(PSP, text)

    assert pause.problem is not None
    assert not pause.is_over(datetime(9999, 1, 1, tzinfo=UTC))


def test_characters_without_a_shape_hold_nobody_up(books: Books, variables: Variables) -> None:
    """The database takes neither a NUL nor half a character."""
    variables.pause(PSP, by="a\0na", reason="half \ud800, turned \u202e\n\tround")

    assert "by a?na since" in (stopped(books.attempt()) or "")
    assert ["half ?, turned ? round"] * 2 == [
        row["reason"] for row in books.rows("select reason from reconciliation.pauses")
    ]


@pytest.mark.parametrize("broken", ["error", "error_on_value"])
def test_a_pause_that_can_not_be_read_stops_the_run_and_raises_one_alert(
    books: Books, variables: Variables, broken: str
) -> None:
    variables.pause(PSP)
    setattr(variables, broken, ConnectionError("the API answers 500"))
    answers = [stopped(books.attempt()) for _ in range(2)]

    assert ["adyen counts as paused"] * 2 == [
        (answer or "").partition(":")[0] for answer in answers
    ]
    assert ["unreadable", "skipped", "skipped"] == events(books)
    assert [
        "[high] reconciliation-pause-unreadable: adyen counts as paused: could not check the "
        "pause: the Variable reconciliation_pause_adyen could not be read (ConnectionError)"
    ] == books.messages()


def test_the_alert_about_an_unreadable_pause_closes_when_it_is_readable(
    books: Books, variables: Variables
) -> None:
    variables.error = ConnectionError()
    stopped(books.attempt())
    variables.error = None

    assert None is stopped(books.attempt())
    assert [("closed", ["unreadable"])] == books.alerts(pauses.UNREADABLE)
    assert ["unreadable", "skipped", "resumed"] == events(books)


def test_outside_airflow_nobody_can_tell_and_so_the_psp_counts_as_paused(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a task there is no API to ask: the benchmark has to say that nothing is paused."""
    attempt_id = books.attempt()
    in_doubt = stopped(attempt_id)
    with pause_variable.reading_from(pause_variable.NothingPaused()):
        said = stopped(attempt_id)

    assert in_doubt is not None
    assert None is said


def test_a_pause_of_a_psp_that_nobody_knows_is_told_once_until_it_is_gone(
    books: Books, variables: Variables
) -> None:
    variables.pause("Adyen")
    variables.pause(PSP)
    for _ in range(2):
        watch()
    told = books.alerts(pauses.UNKNOWN_PSP)
    messages = [text for text in books.messages() if pauses.UNKNOWN_PSP in text]
    variables.resume("Adyen")
    watch()

    assert [("open", ["unknown"])] == told
    assert [("closed", ["unknown"])] == books.alerts(pauses.UNKNOWN_PSP)
    assert [
        "[high] reconciliation-pause-unknown-psp: the Variable reconciliation_pause_Adyen pauses "
        "nothing: no PSP has that name; known are stripe, adyen; rename it, or delete it"
    ] == messages


def test_while_variables_can_not_be_listed_an_unknown_pause_stays_told(
    books: Books, variables: Variables
) -> None:
    variables.pause("Adyen")
    watch()
    variables.error = ConnectionError()
    watch()

    assert [("open", ["unknown"])] == books.alerts(pauses.UNKNOWN_PSP)


def test_two_copies_of_a_run_write_one_row(books: Books, variables: Variables) -> None:
    variables.pause(PSP)
    attempt_id = books.attempt()
    copies = [
        threading.Thread(target=copy_context().run, args=(stopped, attempt_id)) for _ in range(4)
    ]
    for each in copies:
        each.start()
    for each in copies:
        each.join()

    assert ["paused", "skipped"] == events(books)
