"""An incident in Slack: one message that is kept up to date, everything else in its thread."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator

import pytest

from include.reconciliation.edges import outbox, warehouse
from include.reconciliation.lab.fake_slack import Answer, FakeSlack, running
from include.reconciliation.steps import incident_threads, incidents
from include.reconciliation.steps.alert_life import acknowledge_alert
from include.reconciliation.steps.deliver_alerts import deliver
from tests.conftest import Databases
from tests.operations.conftest import Books
from tests.operations.incidents.conftest import LIMIT, stripe

TITLE = "Stripe: reconciliation incident, high"
POST, UPDATE = "chat.postMessage", "chat.update"


@pytest.fixture
def fake(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeSlack]:
    """A Slack that the connection leads to, with a bot's token."""
    monkeypatch.delenv("AIRFLOW__API__BASE_URL", raising=False)
    with running() as server:
        monkeypatch.setenv("AIRFLOW_CONN_SLACK", server.bot())
        yield server


def time_passes(books: Books) -> None:
    """Lets every wait and claim run out."""
    books.session.execute("update internal.outbox set next_try_at = clock_timestamp()")
    books.session.execute("update internal.incident_threads set claimed_until = clock_timestamp()")
    books.session.commit()


def shown(call: dict[str, object]) -> str:
    """What the blocks of a message show, as one text."""
    return json.dumps(call["blocks"], ensure_ascii=False)


def calls(fake: FakeSlack) -> list[tuple[str, str | None]]:
    """Method and message or thread of each call."""
    return [(method, ts) for method, ts, _ in fake.calls]


def test_an_incident_is_one_message_with_its_first_word_in_the_thread(
    fake: FakeSlack, books: Books
) -> None:
    stripe(books, LIMIT + 1)
    deliver()
    deliver()

    assert [(POST, None), (POST, "1.0")] == calls(fake)
    assert TITLE == fake.texts[0]
    assert "incident 1 (message 1)" in shown(fake.received[0])
    assert "divergence USD 1,000.01" in shown(fake.received[0])
    assert fake.texts[1].startswith("[high] billing_gateway-reconciliation: Stripe: divergence USD")
    assert fake.texts[1].endswith("1 payment concerned (message 1)")
    assert [("#payments", None), ("C0PAYMENTS", False)] == [
        (body["channel"], body.get("reply_broadcast")) for body in fake.received
    ]


def test_a_figure_that_moves_changes_the_message_and_says_nothing(
    fake: FakeSlack, books: Books
) -> None:
    stripe(books, LIMIT + 1)
    deliver()
    stripe(books, LIMIT + 2)
    deliver()
    deliver()

    assert [(POST, None), (POST, "1.0"), (UPDATE, "1.0")] == calls(fake)
    assert "divergence USD 1,000.02" in shown(fake.received[2])
    assert "(message 1)" in shown(fake.received[2])


def test_the_end_of_an_incident_is_seen_in_its_message_and_told_in_its_thread(
    fake: FakeSlack, books: Books
) -> None:
    stripe(books, LIMIT + 1)
    deliver()
    stripe(books)
    stripe(books)
    deliver()

    assert [(POST, "1.0"), (UPDATE, "1.0")] == calls(fake)[-2:]
    assert fake.texts[-2].startswith("[closed] billing_gateway-reconciliation: Stripe: recovered")
    assert "Stripe: reconciliation incident, closed" == fake.texts[-1]


def test_who_takes_it_on_and_the_ticket_of_the_psp_are_shown_without_what_names_a_person(
    fake: FakeSlack, books: Books
) -> None:
    stripe(books, LIMIT + 1)
    deliver()
    acknowledge_alert(
        1,
        changed_by="ana@northwind.example",
        note="asked joao@psp.example & <!channel>",
        psp_ticket="STR-77",
    )
    deliver()

    assert "[acknowledged by ana] billing_gateway-reconciliation: asked [mail address] &amp; " in (
        fake.texts[-2]
    )
    assert fake.texts[-2].endswith("&lt;!channel&gt;; PSP ticket STR-77 (message 2)")
    assert "Taken on by\\nana" in shown(fake.received[-1])
    assert "PSP ticket\\nSTR-77" in shown(fake.received[-1])
    assert "northwind" not in json.dumps(fake.received)
    # The history keeps what was typed.
    query = """
        select changed_by, note, psp_ticket from reconciliation.alert_changes
        where event = 'acknowledged'
    """
    assert [
        {
            "changed_by": "ana@northwind.example",
            "note": "asked joao@psp.example & <!channel>",
            "psp_ticket": "STR-77",
        }
    ] == books.rows(query)


def test_other_alerts_stay_plain_messages(fake: FakeSlack, books: Books) -> None:
    with warehouse.transaction() as cursor:
        incidents.open_alert(
            cursor, "identity:a", incidents.FAILED_IDENTITY, "critical", "stripe", None, "x", {}
        )
    deliver()

    assert [(POST, None)] == calls(fake)
    assert "blocks" not in fake.received[0]


def test_two_incidents_have_a_thread_each(fake: FakeSlack, books: Books) -> None:
    stripe(books, LIMIT + 1)
    books.publish(open_minor={"EUR": LIMIT + 1})
    deliver()

    assert [(POST, None), (POST, "1.0"), (POST, None), (POST, "3.0")] == calls(fake)


def test_with_a_webhook_incidents_are_plain_posts(
    fake: FakeSlack, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_SLACK", fake.connection())
    stripe(books, LIMIT + 1)
    stripe(books, LIMIT + 2)
    deliver()

    assert ["/services/T000/B000/canary-secret"] == fake.paths
    assert fake.texts[0].endswith("1 payment concerned (message 1)")
    assert [] == books.rows("select * from internal.incident_threads")


def test_a_kill_after_the_message_was_posted_repeats_it_once_under_its_number(
    fake: FakeSlack, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:
        raise SystemExit

    stripe(books, LIMIT + 1)
    with monkeypatch.context() as killed:
        killed.setattr(incident_threads, "_note", die)
        with pytest.raises(SystemExit):
            deliver()
    time_passes(books)
    deliver()
    deliver()

    assert [(POST, None), (POST, None), (POST, "2.0")] == calls(fake)
    assert all("incident 1 (message 1)" in shown(body) for body in fake.received[:2])


def test_a_kill_between_the_thread_and_the_outbox_repeats_the_word_in_the_same_thread(
    fake: FakeSlack, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:
        raise SystemExit

    stripe(books, LIMIT + 1)
    with monkeypatch.context() as killed:
        killed.setattr(outbox, "settle", die)
        with pytest.raises(SystemExit):
            deliver()
    time_passes(books)
    deliver()

    assert [(POST, None), (POST, "1.0"), (POST, "1.0")] == calls(fake)
    assert fake.texts[1] == fake.texts[2]


def test_an_answer_that_gets_lost_repeats_the_message_and_the_last_one_is_kept_up_to_date(
    fake: FakeSlack, books: Books
) -> None:
    stripe(books, LIMIT + 1)
    # It arrived; what came back was cut off.
    fake.answers = [Answer(body='{"ok": true, "chan')]
    deliver()
    time_passes(books)
    deliver()
    stripe(books, LIMIT + 2)
    deliver()

    assert [(POST, None), (POST, None), (POST, "2.0"), (UPDATE, "2.0")] == calls(fake)


def test_a_thread_of_which_a_dead_delivery_has_the_claim_waits_for_its_end(
    fake: FakeSlack, books: Books
) -> None:
    stripe(books, LIMIT + 1)
    books.session.execute(
        """
        insert into internal.incident_threads (alert_id, channel, claimed_until)
        values (1, '#payments', clock_timestamp() + interval '1 minute')
        """
    )
    books.session.commit()
    deliver()
    calls_under_claim = calls(fake)
    time_passes(books)
    deliver()

    assert [] == calls_under_claim
    assert [(POST, None), (POST, "1.0")] == calls(fake)


def test_two_deliveries_at_once_post_one_message_and_each_word_once(
    fake: FakeSlack, books: Books
) -> None:
    stripe(books, LIMIT + 1)
    for number in range(5):
        acknowledge_alert(1, changed_by="ana", note=f"step {number}")
    rounds = [threading.Thread(target=deliver) for _ in range(2)]
    for each in rounds:
        each.start()
    for each in rounds:
        each.join()
    for _ in range(6):
        time_passes(books)
        deliver()

    posts = [(ts, text) for method, ts, text in fake.calls if method == POST]
    assert [TITLE] == [text for ts, text in posts if ts is None]
    words = [text for ts, text in posts if ts is not None]
    assert 6 == len(words) == len(set(words))
    assert [] == books.rows("select 1 from internal.outbox where delivered_at is null")


def test_a_message_that_somebody_deleted_is_posted_again_with_the_next_word(
    fake: FakeSlack, books: Books
) -> None:
    stripe(books, LIMIT + 1)
    deliver()
    stripe(books, LIMIT + 2)
    fake.answers = [Answer(body='{"ok": false, "error": "message_not_found"}')]
    deliver()
    deliver()
    without_word = calls(fake)[2:]
    acknowledge_alert(1, changed_by="ana", note="I look at it")
    deliver()

    assert [(UPDATE, "1.0")] == without_word
    assert [(POST, None), (POST, "4.0")] == calls(fake)[3:]


def test_a_thread_that_is_gone_loses_no_word(fake: FakeSlack, books: Books) -> None:
    stripe(books, LIMIT + 1)
    deliver()
    stripe(books)
    stripe(books)
    fake.answers = [Answer(body='{"ok": false, "error": "thread_not_found"}')]
    deliver()
    time_passes(books)
    deliver()

    assert [(POST, "1.0"), (POST, None), (POST, "4.0")] == calls(fake)[2:]
    assert (
        "[closed] billing_gateway-reconciliation: Stripe: recovered, two complete runs in a row; "
        "divergence none, 0 payments concerned (message 2)"
    ) == fake.texts[-1]


def test_an_edit_that_slack_refuses_is_not_asked_again_until_something_changes(
    fake: FakeSlack, books: Books
) -> None:
    stripe(books, LIMIT + 1)
    deliver()
    stripe(books, LIMIT + 2)
    fake.answers = [Answer(body='{"ok": false, "error": "edit_window_closed"}')]
    deliver()
    deliver()
    query = "select ts, last_error from internal.incident_threads"
    after_refusal = books.rows(query)
    stripe(books, LIMIT + 3)
    deliver()

    assert [{"ts": "1.0", "last_error": "Slack answers: edit_window_closed"}] == after_refusal
    assert [(UPDATE, "1.0")] * 2 == calls(fake)[2:]
    assert [{"ts": "1.0", "last_error": None}] == books.rows(query)


def test_an_edit_while_slack_is_down_is_made_up_for(fake: FakeSlack, books: Books) -> None:
    stripe(books, LIMIT + 1)
    deliver()
    stripe(books, LIMIT + 2)
    fake.answers = [Answer(503)]
    counts = deliver()
    deliver()

    assert {"sent": 0, "postponed": 0, "waiting": 0} == counts
    assert [(UPDATE, "1.0")] * 2 == calls(fake)[2:]
    assert "1,000.02" in shown(fake.received[-1])


def test_a_slack_that_asks_to_wait_is_not_asked_for_an_edit_before(
    fake: FakeSlack, books: Books
) -> None:
    stripe(books, LIMIT + 1)
    deliver()
    stripe(books, LIMIT + 2)
    fake.answers = [Answer(429, "", (("Retry-After", "120"),))]
    deliver()
    deliver()
    asked = calls(fake)[2:]
    time_passes(books)
    deliver()

    assert [(UPDATE, "1.0")] == asked
    assert [(UPDATE, "1.0")] * 2 == calls(fake)[2:]


def test_a_mention_that_is_declared_stands_in_the_new_message_alone(
    fake: FakeSlack, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    calling = fake.bot(mention="S0ONCALL", mention_from="high")
    monkeypatch.setenv("AIRFLOW_CONN_SLACK", calling)
    stripe(books, LIMIT + 1)
    deliver()
    stripe(books, LIMIT + 2)
    deliver()

    assert [True, False, False] == ["S0ONCALL" in json.dumps(body) for body in fake.received]


def test_another_channel_gets_a_message_of_its_own(
    fake: FakeSlack, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    stripe(books, LIMIT + 1)
    deliver()
    monkeypatch.setenv("AIRFLOW_CONN_SLACK", fake.bot(channel="#other"))
    acknowledge_alert(1, changed_by="ana", note="I look at it")
    deliver()

    assert [(POST, None), (POST, "3.0")] == calls(fake)[2:]
    assert "#other" == fake.received[2]["channel"]
