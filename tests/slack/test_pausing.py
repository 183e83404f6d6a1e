"""Pause, resume and status from Slack: what Airflow and the warehouse show afterwards."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from include.reconciliation.edges import pause_variable
from include.reconciliation.edges.stored_variables import StoredVariables
from include.reconciliation.steps import pauses as steps
from include.reconciliation.steps.deliver_alerts import watch
from tests.operations.conftest import Books
from tests.slack.conftest import BRUNO, STRANGER, Airflow, Slack, pauses, requests


def look() -> None:
    """A round of operations, which reads the same Variables."""
    with pause_variable.reading_from(StoredVariables()):
        watch()


def test_a_pause_from_slack_is_the_variable_and_a_row_at_once_with_its_author(
    slack: Slack, airflow: Airflow, books
) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    answer = slack.command("reconciliation pause adyen 4h totals of another day")
    pause = airflow.pause()

    assert pause is not None
    since, until = (datetime.fromisoformat(pause.pop(key)) for key in ("since", "until"))
    assert {"by": "ana", "reason": "totals of another day"} == pause
    assert before <= since <= datetime.now(UTC)
    assert timedelta(hours=4) == until - since
    assert [("paused", "ana", "ana", "totals of another day")] == pauses(books)
    assert answer == (
        f"Done: adyen is paused by ana since {since.isoformat()} until {until.isoformat()}: "
        "totals of another day. Matching and publishing stop, fetching goes on. "
        "Divergence at the heads: none."
    )
    look()
    assert 1 == len(pauses(books)), "whoever reads the Variable sees the pause that was written"


def test_a_resume_from_slack_removes_the_variable_and_says_who_and_why(
    slack: Slack, airflow: Airflow, books
) -> None:
    airflow.set(json.dumps({"by": "carla", "reason": "r", "since": "2026-11-20T09:00:00Z"}))
    answer = slack.command("reconciliation resume adyen the provider has mended it")
    look()

    assert None is airflow.pause()
    assert [
        ("paused", "carla", None, "r"),
        ("resumed", "carla", "ana", "the provider has mended it"),
    ] == pauses(books)
    assert answer.startswith("Done: adyen goes on with its next run, which covers the gap.")


def test_the_status_tells_who_why_since_until_and_the_exposure(
    slack: Slack, airflow: Airflow, books
) -> None:
    Books(books).publish(open_minor={"EUR": 700_000, "BRL": 5})
    free = slack.command("reconciliation status adyen", BRUNO)
    until = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    pause = {"by": "carla", "reason": "r", "since": "2026-11-20T09:00:00+00:00", "until": until}
    airflow.set(json.dumps(pause))
    paused = slack.command("reconciliation status adyen", BRUNO)

    divergence = "Divergence at the heads: BRL 0.05, EUR 7,000.00."
    assert f"adyen is not paused. {divergence}" == free
    assert (
        f"adyen is paused by carla since 2026-11-20T09:00:00+00:00 until {until}: r. {divergence}"
        == paused
    )
    assert [("bruno", "/billing-gateway reconciliation status adyen", "told")] * 2 == requests(
        books
    )


def test_a_pause_keeps_the_exposure_of_its_moment(slack: Slack, books) -> None:
    Books(books).publish(open_minor={"EUR": 700})
    slack.command("reconciliation pause adyen ticket 4711")

    [row] = books.execute("select exposure from reconciliation.pauses").fetchall()
    assert {"EUR": 700} == row["exposure"]


def test_a_changed_end_makes_a_pause_no_younger(slack: Slack, airflow: Airflow, books) -> None:
    airflow.set(json.dumps({"by": "carla", "reason": "r", "since": "2026-11-20T09:00:00Z"}))
    slack.command("reconciliation pause adyen 30m the provider needs half an hour")
    pause = airflow.pause()

    assert pause is not None
    assert ("ana", "2026-11-20T09:00:00+00:00") == (pause["by"], pause["since"])
    assert ["paused", "changed"] == [row[0] for row in pauses(books)]


def test_the_same_pause_again_and_a_resume_of_nothing_change_nothing(
    slack: Slack, airflow: Airflow, books
) -> None:
    nothing = slack.command("reconciliation resume adyen")
    slack.command("reconciliation pause adyen ticket 4711")
    pause = airflow.pause()
    again = slack.command("reconciliation pause adyen ticket 4711")

    assert "adyen is not paused. Nothing had to be done." == nothing
    assert again.endswith("ticket 4711. Nothing had to be done.")
    assert pause == airflow.pause()
    assert ["paused"] == [row[0] for row in pauses(books)]
    assert ["told", "done", "told"] == [row[2] for row in requests(books)]


def test_a_pause_that_is_over_is_removed_and_nobody_has_resumed_it(
    slack: Slack, airflow: Airflow, books
) -> None:
    over = {"by": "c", "reason": "r", "since": "2026-11-20T09:00Z", "until": "2026-11-20T10:00Z"}
    airflow.set(json.dumps(over))
    status = slack.command("reconciliation status adyen")
    answer = slack.command("reconciliation resume adyen")

    ended = "adyen is not paused: the pause by c ended at 2026-11-20T10:00:00+00:00. "
    assert status.startswith(ended)
    assert answer.startswith("Done: the Variable of a pause that was over is gone")
    assert None is airflow.pause()
    assert [("expired", "c", None, "r")] == pauses(books)


def test_a_variable_that_nobody_understands_is_a_pause_that_can_be_resumed(
    slack: Slack, airflow: Airflow, books
) -> None:
    airflow.set("on")
    status = slack.command("reconciliation status adyen")
    slack.command("reconciliation resume adyen")

    assert status.startswith("adyen counts as paused: could not check the pause")
    assert None is airflow.pause()
    assert ["unreadable", "resumed"] == [row[0] for row in pauses(books)]


def test_a_reading_that_is_older_than_a_change_from_slack_adds_no_row(slack: Slack, books) -> None:
    """A run that has read "not paused", and waits for the lock while somebody pauses."""
    with pause_variable.reading_from(StoredVariables()), books.transaction():
        with books.cursor() as cursor:
            cursor.execute("set local search_path = internal, reconciliation, pg_catalog")
            newest = steps.newest_change(cursor, "adyen")
            found = pause_variable.read("adyen")
            slack.command("reconciliation pause adyen ticket 4711")
            steps.observe(cursor, "adyen", found, newest)

    assert ["paused"] == [row[0] for row in pauses(books)]


@pytest.mark.parametrize(
    ("text", "refusal"),
    {
        "": "expected reconciliation pause",
        "drop all": "expected reconciliation pause",
        "reconciliation": "expected one of pause, resume, status; found nothing",
        "reconciliation stop adyen": "expected one of pause, resume, status; found stop",
        "reconciliation pause": "expected a PSP, one of stripe, adyen; found nothing",
        "reconciliation pause paypal r": "expected a PSP, one of stripe, adyen; found paypal",
        "reconciliation pause Adyen r": "expected a PSP, one of stripe, adyen; found Adyen",
        "reconciliation pause adyen": "a pause needs its reason",
        "reconciliation pause adyen 4h": "a pause needs its reason",
        "reconciliation pause adyen 2020-01-01T09:00Z r": (
            "until: expected a moment to come; found 2020-01-01T09:00:00+00:00, and it is "
        ),
        "reconciliation pause adyen 9999-12-31T23:59Z r": "a pause may end within 366 days",
        "reconciliation pause adyen 0001-01-01T00:00+14:00 r": "lies outside of the calendar",
        "reconciliation pause adyen 400d r": "a pause may end within 366 days",
        "reconciliation pause adyen 4hours r": "expected the end of the pause as 30m, 4h, 2d",
        "reconciliation pause adyen 4 h r": "expected the end of the pause as 30m, 4h, 2d",
        "reconciliation pause adyen 2099-11-21 r": "expected the end of the pause as 30m, 4h, 2d",
        "reconciliation pause adyen 17:00 r": "expected the end of the pause as 30m, 4h, 2d",
        "reconciliation pause adyen " + "x" * 301: "a reason has up to 300 characters; found 301",
        "reconciliation status adyen now": "status takes a PSP and nothing else; found now",
    }.items(),
)
def test_what_can_not_be_is_refused_with_its_reason_and_nothing_is_done(
    slack: Slack, airflow: Airflow, books, text: str, refusal: str
) -> None:
    answer = slack.command(text)

    assert answer.startswith("Refused, and nothing was done: ")
    assert slack_text(refusal) in answer
    assert None is airflow.pause()
    assert [] == pauses(books)
    assert ["refused"] == [row[2] for row in requests(books)]


def slack_text(text: str) -> str:
    """As it is written for Slack."""
    return text.replace("<", "&lt;").replace(">", "&gt;")


@pytest.mark.parametrize("verb", ["pause adyen r", "resume adyen"])
def test_a_viewer_may_not_change_anything(
    slack: Slack, airflow: Airflow, books, verb: str
) -> None:
    airflow.set(json.dumps({"by": "carla", "reason": "r", "since": "2026-11-20T09:00:00Z"}))
    before = airflow.pause()
    answer = slack.command(f"reconciliation {verb}", BRUNO)

    refusal = f"the role viewer of bruno may not {verb.split()[0]}"
    assert f"Refused, and nothing was done: {refusal}" == answer
    assert before == airflow.pause()
    assert [] == pauses(books)


@pytest.mark.parametrize("others", [{"user": STRANGER}, {"team": "T0ELSEWHERE"}])
def test_somebody_who_is_not_listed_is_refused_even_a_status(
    slack: Slack, airflow: Airflow, books, others: dict[str, str]
) -> None:
    answers = [
        slack.command(f"reconciliation {verb}", **others)
        for verb in ("pause adyen r", "status adyen")
    ]

    assert all("Refused, and nothing was done: nobody here is known as" in each for each in answers)
    assert None is airflow.pause()
    assert [(None, "refused")] * 2 == [(row[0], row[2]) for row in requests(books)]


def test_who_is_taken_off_the_list_is_refused_from_then_on(
    slack: Slack, airflow: Airflow, people
) -> None:
    slack.command("reconciliation pause adyen r")
    people.write_text(people.read_text().replace("operator", "viewer"))
    answer = slack.command("reconciliation resume adyen")

    assert "Refused, and nothing was done: the role viewer of ana may not resume" == answer
    assert airflow.pause() is not None


def test_another_command_of_the_same_slack_app_pauses_nothing(
    slack: Slack, airflow: Airflow
) -> None:
    answer = slack.command("reconciliation pause adyen r", command="/other")

    assert answer.startswith("Refused, and nothing was done: expected /billing-gateway")
    assert None is airflow.pause()


def test_markup_in_a_reason_has_no_effect_and_nobody_is_mentioned(
    slack: Slack, airflow: Airflow, books
) -> None:
    reason = "<!channel> <@U0BOSS> *now* & <https://x.test|y> \u202e=1+1"
    answer = slack.command(f"reconciliation pause adyen {reason}")
    pause = airflow.pause()

    assert "&lt;!channel&gt; &lt;@U0BOSS&gt; *now* &amp; &lt;https://x.test|y&gt; ?=1+1" in answer
    assert "<" not in answer
    assert pause is not None
    assert "<!channel> <@U0BOSS> *now* & <https://x.test|y> ?=1+1" == pause["reason"]


def test_a_pause_in_airflows_environment_is_left_to_whoever_sets_that(
    slack: Slack, airflow: Airflow, monkeypatch: pytest.MonkeyPatch, books
) -> None:
    monkeypatch.setenv("AIRFLOW_VAR_RECONCILIATION_PAUSE_ADYEN", "{}")
    answer = slack.command("reconciliation resume adyen")

    assert "reconciliation_pause_adyen is set in Airflow's environment" in answer
    assert [] == pauses(books)
