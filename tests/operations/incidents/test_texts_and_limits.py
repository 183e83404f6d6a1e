"""What is said of an incident, when, and within which limits; without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from include.reconciliation import incident_texts, outside_text
from include.reconciliation.config import Limits
from include.reconciliation.divergence import Divergence
from include.reconciliation.edges import slack_blocks
from include.reconciliation.edges.connections import Connection
from include.reconciliation.errors import ConfigurationError
from include.reconciliation.incident_rules import missed_slots, slot_start, summary_slot
from include.reconciliation.incident_texts import Card, Incident, Step

OPENED = datetime(2026, 11, 19, 10, 0, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)
HALF_HOUR = timedelta(minutes=30)
INCIDENT = Incident(
    alert_id=12,
    name="billing_gateway-reconciliation",
    psp="adyen",
    psp_title="Adyen",
    severity="high",
    is_open=True,
    summary="Adyen: divergence EUR 1,000.01",
    reasons={"delay": {"NorthwindEU": {"cycles": 4, "complete_until": "2026-11-19 06:00 UTC"}}},
    opened_at=OPENED,
    closed_at=None,
    acknowledged_by=None,
    psp_ticket=None,
    quiet_until=None,
    now=OPENED + timedelta(minutes=65),
)
LIMITS = {"EUR": Limits(100_000, 10_000)}
DIVERGENCES = [
    Divergence("EUR", 2, 100_001, 2, gross_minor=1_000_000),
    Divergence("JPY", 0, 700, 1, gross_minor=0),
]


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (timedelta(0), 0),
        (HALF_HOUR - INSTANT, 0),
        (HALF_HOUR, 1),
        (HALF_HOUR + INSTANT, 1),
        (2 * HALF_HOUR - INSTANT, 1),
        (2 * HALF_HOUR, 2),
        (-INSTANT, 0),
    ],
)
def test_a_summary_is_due_at_the_half_hour_and_not_before(after: timedelta, expected: int) -> None:
    assert expected == summary_slot(OPENED, OPENED + after)
    assert OPENED + expected * HALF_HOUR == slot_start(OPENED, expected)


@pytest.mark.parametrize(
    ("told", "slot", "is_final", "expected"),
    [
        (None, 0, False, 0),
        (0, 1, False, 0),
        (0, 4, False, 3),
        (None, 2, False, 2),
        # The final one stands beside the regular one of its half hour.
        (4, 4, True, 0),
        (3, 4, True, 1),
        (None, 0, True, 1),
    ],
)
def test_a_summary_knows_how_many_before_it_never_went_out(
    told: int | None, slot: int, is_final: bool, expected: int
) -> None:
    assert expected == missed_slots(told, slot, is_final=is_final)


@pytest.mark.parametrize(
    ("slot", "missed", "is_final", "expected"),
    [
        (3, 2, False, "2 updates were not sent before this one, from 2026-11-19 10:30 UTC on"),
        (3, 1, True, "1 update was not sent before this one, from 2026-11-19 11:30 UTC on"),
    ],
)
def test_what_was_missed_is_told_from_its_first_moment_on(
    slot: int, missed: int, is_final: bool, expected: str
) -> None:
    sentence = incident_texts.missed_sentence(OPENED, slot, missed, is_final=is_final)

    assert sentence is not None
    assert sentence.startswith(expected)
    assert None is incident_texts.missed_sentence(OPENED, slot, 0, is_final=is_final)


def test_a_summary_says_how_much_since_when_what_was_done_and_when_the_next_comes() -> None:
    steps = [
        Step(OPENED + timedelta(minutes=5), "acknowledged", "ana@northwind.example", "the batch"),
        Step(OPENED + timedelta(minutes=9), "acknowledged", "ana", "asked Adyen", "ADY-77"),
        Step(OPENED + timedelta(minutes=20), "escalated", None, "to finance"),
    ]
    incident = replace(INCIDENT, psp_ticket="ADY-77")
    open_since = {"EUR": OPENED - timedelta(days=1)}
    text = incident_texts.summary_text(incident, DIVERGENCES, LIMITS, open_since, steps)

    assert [
        "Adyen: incident 12 (high), open since 2026-11-19 10:00 UTC",
        "",
        "Divergence:",
        "- EUR 1,000.01, 10.0 % of the statement gross; above the limit EUR 1,000.00; 2 open; "
        "the oldest open one is of 2026-11-18 10:00 UTC",
        "- JPY 700, n/a of the statement gross; above the limit JPY 0; 1 open",
        "Delay: NorthwindEU: 4 cycles without a complete run, 2 allowed; the last one ended "
        "2026-11-19 06:00 UTC",
        "",
        "Steps taken:",
        "- 2026-11-19 10:05 UTC acknowledged by ana: the batch",
        "- 2026-11-19 10:09 UTC acknowledged by ana, PSP ticket ADY-77: asked Adyen",
        "- 2026-11-19 10:20 UTC escalated: to finance",
        "",
        "PSP ticket: ADY-77",
        "Next update: 2026-11-19 11:30 UTC, unless it is closed before.",
    ] == text.splitlines()
    assert "[high] billing_gateway-reconciliation: Adyen, update 2" == (
        incident_texts.summary_subject(incident)
    )


def test_the_final_summary_says_that_it_is_the_last_one() -> None:
    closed = replace(
        INCIDENT,
        is_open=False,
        closed_at=OPENED + timedelta(minutes=40),
        summary="Adyen: recovered, two complete runs in a row",
    )
    text = incident_texts.summary_text(closed, [], LIMITS, {}, [])

    assert [
        "Adyen: incident 12 (closed), open since 2026-11-19 10:00 UTC, closed 2026-11-19 10:40 UTC",
        "",
        "Divergence:",
        "- none",
        "",
        "Adyen: recovered, two complete runs in a row",
        "",
        "Steps taken:",
        "- none recorded",
        "",
        "PSP ticket: none recorded",
        "This is the last summary.",
    ] == text.splitlines()
    assert "[closed] billing_gateway-reconciliation: Adyen, final summary" == (
        incident_texts.summary_subject(closed)
    )
    assert (1, None) == (closed.slot, closed.next_update_at)


def test_only_the_last_ten_steps_are_told_and_the_rest_counted() -> None:
    steps = [Step(OPENED, "acknowledged", "ana", f"note {number}") for number in range(13)]
    text = incident_texts.summary_text(INCIDENT, [], {}, {}, steps)

    assert "- and 3 before these" in text
    assert "note 2" not in text
    assert "note 3" in text
    assert "note 12" in text


def test_an_incident_that_is_silenced_says_when_it_speaks_again() -> None:
    silent = replace(INCIDENT, quiet_until=OPENED + timedelta(hours=3))
    over = replace(INCIDENT, quiet_until=OPENED)

    assert OPENED + timedelta(hours=3) == silent.next_update_at
    assert OPENED + timedelta(minutes=90) == over.next_update_at


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ask joao.silva@example.com.br now", "ask [mail address] now"),
        ("card 4111 1111 1111 1111 was refunded", "card [card number] was refunded"),
        ("card 4111-1111-1111-1111", "card [card number]"),
        ("CPF 123.456.789-09", "CPF [tax number]"),
        # A reference whose check digit is no card's, and amounts.
        ("payment 8835511210681111", "payment 8835511210681111"),
        ("EUR 1,000,000.01 on 2026-11-19", "EUR 1,000,000.01 on 2026-11-19"),
    ],
)
def test_what_people_type_is_shown_without_what_names_a_person(text: str, expected: str) -> None:
    assert expected == outside_text.masked(text)


def texts_of(blocks: list[dict[str, Any]]) -> list[str]:
    """Every text of the blocks."""
    found = []
    for block in blocks:
        elements = [block["text"]] if "text" in block else []
        elements += [*block.get("fields", []), *block.get("elements", [])]
        found += [element["text"] for element in elements]
    return found


def test_the_message_of_an_incident_shows_it_at_a_glance() -> None:
    card = incident_texts.card(replace(INCIDENT, acknowledged_by="ana", psp_ticket="ADY-77"), 34)
    blocks = slack_blocks.blocks(card, "https://airflow.example/dags/a|b")

    assert ["header", "section", "section", "context"] == [block["type"] for block in blocks]
    assert [
        "Adyen: reconciliation incident, high",
        "Adyen: divergence EUR 1,000.01",
        "Open since\n2026-11-19 10:00 UTC",
        "PSP ticket\nADY-77",
        "Taken on by\nana",
        "Next update\n2026-11-19 11:30 UTC",
        "billing_gateway-reconciliation, incident 12 (message 34)",
        "<https://airflow.example/dags/a%7Cb|Airflow>",
    ] == texts_of(blocks)


def test_nothing_in_a_card_is_markup() -> None:
    planted = "<!channel> & <https://evil.example|report> *bold* :tada:"
    card = Card(planted, planted, ((planted, planted),), planted)
    blocks = slack_blocks.blocks(card, None)

    kinds = {
        element["type"]
        for block in blocks
        for element in [block.get("text"), *block.get("fields", []), *block.get("elements", [])]
        if element is not None
    }
    assert {"plain_text"} == kinds
    assert all("<" not in text and "&amp;" in text for text in texts_of(blocks))


@pytest.mark.parametrize("text", ["a" * 300_000, "&" * 300_000, "a" * 3000, "&" * 600, "&" * 601])
def test_a_card_keeps_to_slacks_limits_however_long_it_is(text: str) -> None:
    card = Card(text, text, tuple((text, text) for _ in range(20)), text)
    blocks = slack_blocks.blocks(card, None)

    assert len(blocks) <= 50
    assert len(blocks[0]["text"]["text"]) <= 150
    assert all(len(section["text"]["text"]) <= 3000 for section in blocks[1:-2])
    assert 10 == len(blocks[-2]["fields"])
    assert all(len(each["text"]) <= 2000 for each in blocks[-2]["fields"])
    # Nothing is cut inside an escaped character.
    shown = texts_of(blocks)
    assert all(each.replace("&amp;", "").replace("…", "").strip("a\n") == "" for each in shown)


def test_a_text_of_several_sections_loses_nothing() -> None:
    text = "".join(f"{number}&" for number in range(2000))
    blocks = slack_blocks.blocks(Card("title", text, (("a", "b"),), "footer"), None)
    shown = "".join(block["text"]["text"] for block in blocks[1:-2])

    assert text == shown.replace("&amp;", "&")
    assert len(blocks) > 4


@pytest.mark.parametrize(
    ("extra", "severity", "expected"),
    [
        ({}, "critical", None),
        ({"mention": "S0ONCALL"}, "high", None),
        ({"mention": "S0ONCALL"}, "critical", "<!subteam^S0ONCALL>"),
        ({"mention": "S0ONCALL", "mention_from": "high"}, "high", "<!subteam^S0ONCALL>"),
        ({"mention": "U0ANA", "mention_from": "high"}, "critical", "<@U0ANA>"),
        ({"mention": "here", "mention_from": "info"}, "info", "<!here>"),
    ],
)
def test_somebody_is_called_only_as_declared(
    extra: dict[str, str], severity: str, expected: str | None
) -> None:
    target = Connection("slack", password="xoxb-canary", extra=extra)

    assert expected == slack_blocks.mention_of(target, severity)


@pytest.mark.parametrize(
    "extra",
    [
        {"mention": "@ana"},
        {"mention": 7},
        {"mention": "here>"},
        {"mention": "here", "mention_from": 1},
    ],
)
def test_a_mention_that_is_none_is_refused(extra: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError, match="mention"):
        slack_blocks.mention_of(Connection("slack", extra=extra), "critical")
