"""A paused PSP: who is stopped, what is written down, and that doubt counts as a pause."""

from __future__ import annotations

import pytest

from include.reconciliation.steps import pauses
from tests.operations.conftest import BRAZIL, PSP, Books, Variables


def events(books: Books) -> list[str]:
    """What was written down about pauses, in order."""
    query = "select event from reconciliation.pauses order by pause_id"
    return [row["event"] for row in books.rows(query)]


def test_without_a_variable_a_run_goes_on_and_nothing_is_written(
    books: Books, variables: Variables
) -> None:
    attempt_id = books.attempt()

    assert None is pauses.check_pause(attempt_id, "matching")
    assert [] == events(books)


@pytest.mark.parametrize("trigger", ["scheduled", "backfill", "asset", "manual"])
def test_a_pause_stops_a_run_however_it_was_started(
    books: Books, variables: Variables, trigger: str
) -> None:
    variables.pause(PSP, by="ana", reason="wrong totals", since="2026-11-20T09:00:00+00:00")
    attempt_id = books.attempt(trigger=trigger)

    pause = pauses.check_pause(attempt_id, "matching")

    assert pause is not None
    assert (
        "adyen is paused by ana since 2026-11-20T09:00:00+00:00: wrong totals" == pause.sentence()
    )
    assert ["paused", "skipped"] == events(books)


def test_a_skipped_run_is_one_row_with_the_exposure_of_its_account(
    books: Books, variables: Variables
) -> None:
    books.publish(open_minor={"EUR": 700, "BRL": 300})
    books.publish(BRAZIL, open_minor={"BRL": 50})
    variables.pause(PSP)
    attempt_id = books.attempt(BRAZIL)
    for where in ("matching", "publishing", "matching"):
        pauses.check_pause(attempt_id, where)

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
