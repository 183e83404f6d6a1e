"""Who has not published in time, by the database's clock, whether a run ever started or not."""

from __future__ import annotations

import time

import pytest

from include.reconciliation.steps import incidents
from include.reconciliation.steps.deliver_alerts import watch
from tests.operations.conftest import BRAZIL, EUROPE, PSP, Books, Variables

LATE = ("open", ["delay"])


@pytest.fixture(autouse=True)
def no_hour_ends_during_a_test() -> None:
    """Cycles end on the hour: a test that began just before it would see one more."""
    seconds_left = 3600 - time.time() % 3600
    if seconds_left < 20:
        time.sleep(seconds_left)


@pytest.mark.parametrize(("hours_ago", "expected"), [(2, []), (3, [LATE])])
def test_more_than_two_cycles_without_a_run_open_the_incident(
    books: Books, variables: Variables, hours_ago: int, expected: list[tuple[str, list[str]]]
) -> None:
    books.publish(hours_ago=hours_ago)
    watch()

    assert expected == books.alerts()


@pytest.mark.parametrize(("known_hours_ago", "expected"), [(1, []), (5, [LATE])])
def test_an_account_that_never_ran_is_late_from_when_it_became_known(
    books: Books, variables: Variables, known_hours_ago: int, expected: list[tuple[str, list[str]]]
) -> None:
    books.account(known_hours_ago=known_hours_ago)
    books.session.commit()
    watch()

    assert expected == books.alerts()


def test_the_first_round_makes_every_configured_account_known(
    books: Books, variables: Variables
) -> None:
    counts = watch()
    watch()

    query = "select psp, account from internal.accounts order by psp, account"
    expected = [("adyen", BRAZIL), ("adyen", EUROPE), ("stripe", "default")]
    assert expected == [(row["psp"], row["account"]) for row in books.rows(query)]
    assert {"psps": 2, "paused": 0, "incidents": 0} == counts


@pytest.mark.parametrize(
    "later_run",
    [{"verdict": "incomplete"}, {"verdict": "incomplete", "is_published": False}],
)
def test_a_run_that_is_incomplete_is_no_run_in_time(
    books: Books, variables: Variables, later_run: dict[str, object]
) -> None:
    books.publish(hours_ago=5)
    books.publish(hours_ago=1, **later_run)
    watch()

    assert [LATE] == books.alerts()


def test_one_late_account_among_punctual_ones_is_named_once(
    books: Books, variables: Variables
) -> None:
    books.publish(EUROPE)
    books.publish(BRAZIL, hours_ago=4)
    for _ in range(3):
        watch()

    query = "select reasons from reconciliation.alerts"
    assert [[BRAZIL]] == [list(row["reasons"]["delay"]) for row in books.rows(query)]
    assert 1 == len(books.messages())
    expected = "[high] billing_gateway-reconciliation: Adyen: NorthwindBR: 4 cycles without"
    assert books.messages()[0].startswith(expected)


def test_delay_and_divergence_are_reasons_of_one_incident(
    books: Books, variables: Variables
) -> None:
    books.publish(open_minor={"EUR": 100_001}, hours_ago=4)
    watch()
    watch()

    assert [("open", ["delay", "divergence"])] == books.alerts()
    assert 2 == len(books.messages())


def test_an_incident_of_delay_closes_after_two_good_cycles(
    books: Books, variables: Variables
) -> None:
    def publish() -> None:
        books.publish("default", psp="stripe")
        watch()

    books.publish("default", psp="stripe", hours_ago=4)
    watch()
    publish()
    after_one = books.alerts()
    publish()

    assert [LATE] == after_one
    assert [("closed", ["delay"])] == books.alerts()


def test_an_incident_does_not_close_while_an_account_is_late(
    books: Books, variables: Variables
) -> None:
    books.publish(BRAZIL, hours_ago=4)
    watch()
    for _ in range(2):
        books.publish(EUROPE)
    # Two good cycles of an interval that is long past: the account is as late as before.
    for _ in range(2):
        books.publish(BRAZIL, hours_ago=4)

    assert [LATE] == books.alerts()


def test_a_psp_that_can_not_be_weighed_does_not_hold_the_others(
    books: Books, variables: Variables, monkeypatch: pytest.MonkeyPatch
) -> None:
    books.account("default", psp="stripe", known_hours_ago=1000)
    books.session.commit()
    books.publish(hours_ago=4)
    weigh = incidents.assess_psp

    def fail_for_stripe(cursor: object, psp: object, **settings: object) -> None:
        if psp.name == "stripe":
            books.session.execute("select no_such_column")
        weigh(cursor, psp, **settings)

    monkeypatch.setattr(incidents, "assess_psp", fail_for_stripe)
    with pytest.raises(Exception, match="no_such_column"):
        watch()
    books.session.rollback()

    query = "select psp from reconciliation.alerts"
    assert [{"psp": PSP}] == books.rows(query)


def test_while_a_psp_is_paused_a_notice_stands_in_for_the_delay(
    books: Books, variables: Variables
) -> None:
    books.publish(hours_ago=4)
    variables.pause(PSP)
    for _ in range(3):
        watch()

    assert [] == books.alerts()
    assert [("open", ["paused"])] == books.alerts("billing_gateway-reconciliation-paused")
    [message] = books.messages()
    assert message.startswith(
        "[info] billing_gateway-reconciliation-paused: Adyen: adyen is paused by ana since"
    )


def test_a_pause_is_told_again_every_day_louder_with_age_and_exposure(
    books: Books, variables: Variables
) -> None:
    books.publish(open_minor={"EUR": 700, "BRL": 300})
    for days in (0, 1, 1, 2):
        variables.pause(PSP, since=books.moment(days_ago=days))
        watch()
        watch()

    query = "select severity, state from reconciliation.alerts"
    assert [{"severity": "high", "state": "open"}] == books.rows(query)
    assert ["[info]", "[high]", "[high]"] == [text.split()[0] for text in books.messages()]
    assert books.messages()[2].endswith(
        "paused for 2 days, divergence at the heads BRL 3.00, EUR 7.00"
    )


def test_a_pause_that_claims_to_begin_in_a_week_has_the_age_of_its_first_sight(
    books: Books, variables: Variables
) -> None:
    variables.pause(PSP, since=books.moment(days_ago=-7))
    watch()
    watch()

    assert ["[info]"] == [text.split()[0] for text in books.messages()]


def test_after_a_pause_the_delay_counts_from_its_end(books: Books, variables: Variables) -> None:
    books.publish(hours_ago=40)
    variables.pause(PSP)
    watch()
    variables.resume(PSP)
    watch()

    assert [] == books.alerts()
    assert [("closed", ["paused"])] == books.alerts("billing_gateway-reconciliation-paused")


def test_a_pause_does_not_close_an_incident_that_is_open(
    books: Books, variables: Variables
) -> None:
    books.publish(hours_ago=4)
    watch()
    variables.pause(PSP)
    watch()

    assert [LATE] == books.alerts()
