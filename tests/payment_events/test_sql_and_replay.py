"""The state machines are said twice, in Python and in SQL: both say the same."""

import random
import re

from include.reconciliation.demo.payment_events.load import load
from include.reconciliation.demo.payment_events.rows import PaymentWriter, event_of
from include.reconciliation.payment_replay import Event, replay
from include.reconciliation.payment_states import (
    ATTEMPT_EDGES,
    FINAL_REASONS,
    PAYMENT_EDGES,
    RETRYABLE_REASONS,
    EventType,
    trigger_of,
)
from tests.payment_events.conftest import INVARIANTS
from tests.payment_events.payments import AS_OF, AT


def test_the_tables_in_sql_are_those_of_the_two_machines() -> None:
    text = (INVARIANTS / "only_legal_transitions_happen.sql").read_text(encoding="utf-8")

    def table(name: str) -> list[tuple[str | None, ...]]:
        values = text.partition(f"\n{name} (")[2].partition("values\n")[2].partition("\n)")[0]
        return [
            tuple(part.strip("'") if part != "null" else None for part in re.split(", ", row))
            for row in re.findall(r"\(([^)]*)\)", values)
        ]

    targets = {edge.trigger: edge.target for edge in PAYMENT_EDGES}
    attempt_targets = {edge.trigger: edge.target for edge in ATTEMPT_EDGES}
    assert [(edge.source, edge.trigger) for edge in PAYMENT_EDGES] == table("payment_edges")
    assert [(edge.source, edge.trigger) for edge in ATTEMPT_EDGES] == table("attempt_edges")
    triggers = table("triggers")
    assert {(str(kind), None) for kind in EventType if kind is not EventType.FAILED} | {
        (str(EventType.FAILED), reason)
        for reason in {*RETRYABLE_REASONS, *FINAL_REASONS, "CANCELLED"}
    } == {row[:2] for row in triggers}
    for kind, reason, *told in triggers:
        trigger = trigger_of(str(kind), reason)
        assert trigger is not None
        assert [trigger, targets[trigger], attempt_targets.get(trigger)] == told


def test_sql_and_replay_judge_a_thousand_random_logs_alike(store, payment_events, check) -> None:  # type: ignore[no-untyped-def]
    """Both are asked which payments break a rule of the machines; neither knows of the other."""
    chance = random.Random(2026)
    kinds = [*EventType, *EventType, "PaymentRefunded"]
    reasons = [*sorted(RETRYABLE_REASONS), "FRAUD", "CANCELLED"]
    for number in range(1_000):
        payment = PaymentWriter(store, f"payment {number:04}", AT)
        if chance.randrange(8):
            # Most go well for a while: else hardly any would get past its first event.
            payment.create(1_050, "AUD")
            payment.authorise()
            for step in (payment.attempt, payment.send, payment.acknowledge)[: chance.randrange(4)]:
                step()
        for _ in range(chance.randrange(3)):
            kind = chance.choice(kinds)
            payment.attempts = chance.randrange(1, 3)
            payload = {"reason": chance.choice(reasons)} if kind == EventType.FAILED else {}
            skipped = chance.randrange(20) == 0
            payment.add(
                kind,
                payload,
                attempt=bool(chance.randrange(4)),
                number=len(payment.events) + 1 + skipped,
            )
    load(payment_events, store)
    logs: dict[str, list[Event]] = {}
    for row in store.events:
        logs.setdefault(row.payment_id, []).append(event_of(row))

    by_replay = {name for name, events in logs.items() if replay(name, events).problems}
    by_sql = {
        row["object"]
        for name in (
            "only_legal_transitions_happen",
            "nothing_leaves_a_terminal_state",
            "no_payment_settles_twice",
            "event_numbers_have_no_gap_and_no_duplicate",
        )
        for row in check(name, AS_OF)
    }
    # What nobody knows is told of the whole book, not of a payment.
    by_sql |= {row.payment_id for row in store.events if row.type == "PaymentRefunded"}

    assert by_replay == by_sql
    assert 300 < len(by_replay) < 950, "both kinds are there"
