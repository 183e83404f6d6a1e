"""The provider is asked before an operator's action that would repeat a send (SEMANTICS, 16).

The rule is that of stuck payouts, `payout_decisions`; each question is a row. While somebody asks
about an object, the machine's own repair leaves it alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from include.reconciliation import payout_providers
from include.reconciliation.edges import operator_objects, payout_status, warehouse
from include.reconciliation.errors import ConfigurationError, RequestError, Transient
from include.reconciliation.operator_actions import RAIL, THE_PROVIDER, THE_RAIL, Action
from include.reconciliation.operator_rules import Standing
from include.reconciliation.payout_answers import Answer, AskedPayout
from include.reconciliation.payout_decisions import (
    SENTENCES,
    Operation,
    PastAnswer,
    Promises,
    Reason,
    Send,
    SendState,
    decide,
)
from include.reconciliation.payout_decisions import Action as Decided
from include.reconciliation.steps.payout_batches import LEASE


class Word(StrEnum):
    """What a provider's answer means for an action."""

    CLEAR = "clear"
    # Not now: it did not answer, or must say *unknown* once more, later.
    LATER = "later"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Told:
    """What the provider said; the sentence is for people."""

    word: Word
    sentence: str
    is_unknown_once: bool = False


@dataclass(frozen=True, slots=True)
class _Question:
    provider: str
    asked: AskedPayout
    send: str
    state: SendState
    has_reference: bool
    key_made_at: datetime
    # A new attempt goes out under a key of its own: that the old one replays says nothing about it.
    is_same_key: bool


@contextmanager
def claimed(action: Action, object_id: str) -> Iterator[datetime | None]:
    """Holds an object for asking and acting; gives the moment, None where nobody is to be asked.

    Raises Transient while somebody else has it.
    """
    if action.asks is None:
        yield None
        return
    is_payout = action.asks == THE_PROVIDER
    # The repair of payouts claims them by their plain id.
    name = object_id if is_payout else f"{action.target.kind}:{object_id}"
    values = {"provider_payout_id": name, "lease_seconds": int(LEASE.total_seconds())}
    with warehouse.transaction() as cursor:
        claim = warehouse.run(cursor, "payouts/claim", values).fetchone()
    if claim is None:
        raise Transient(f"{object_id} is being asked about: clear this task in five minutes")
    try:
        yield claim["asked_at"]
    finally:
        with warehouse.transaction() as cursor:
            given_back = {"provider_payout_id": name, "claimed_until": claim["claimed_until"]}
            warehouse.run(cursor, "payouts/release", given_back)


def told(
    action: Action, object_id: str, now: Standing, asked_at: datetime | None
) -> Told | None:
    """Asks, and says what follows; None where nothing of it can have left the house.

    Raises ConfigurationError where the provider has no entry, RequestError where the book lacks
    what the question needs.
    """
    question = None if asked_at is None else _question(action, object_id, now)
    if question is None:
        return None
    provider = payout_providers.load().get(question.provider)
    if provider is None:
        raise ConfigurationError(
            f"the provider {question.provider!r} has no entry in payout_providers.toml: it must be "
            f"asked before {action.title}"
        )
    with payout_status.asking(provider) as client:
        found = payout_status.ask(client, provider, question.asked)
    known_by = {"idempotency_key": question.asked.idempotency_key, "send": question.send}
    with warehouse.transaction() as cursor:
        values = {
            **known_by,
            "action": action.name,
            "object_kind": action.target.kind,
            "object_id": object_id,
            "provider": question.provider,
            "answer": found.answer.value,
            "detail": found.detail,
            "asked_at": asked_at,
        }
        added = warehouse.run(cursor, "operator_actions/add_question", values).fetchone()
        history = warehouse.run(cursor, "payouts/history", known_by).fetchall()
    assert added is not None
    decision = decide(
        Operation.STUCK_REPAIR,
        Send(question.state, question.has_reference, question.key_made_at),
        [PastAnswer(**{**row, "answer": Answer(row["answer"])}) for row in history],
        Promises(
            provider.visibility_delay, provider.key_retention if question.is_same_key else None
        ),
        # Handed to a person before: this is that person, with another who approves.
        is_handed_over=False,
        now=added["answered_at"],
    )
    what = f"{question.provider} was asked and says {found.answer.value}"
    if found.detail:
        what += f" ({found.detail})"
    if decision.action is Decided.REQUEUE:
        return Told(Word.CLEAR, f"{what}: {SENTENCES[decision.reason]}")
    if found.answer is Answer.FAILED and action.failed_is_clear:
        return Told(Word.CLEAR, f"{what}: that attempt has failed for good")
    if decision.reason is Reason.UNKNOWN_ONCE:
        delay = int(provider.visibility_delay.total_seconds()) // 60
        sentence = f"{what} for the first time: it must say so again, {delay} minutes later"
        return Told(Word.LATER, sentence, is_unknown_once=True)
    if decision.reason in (Reason.NO_ANSWER, Reason.UNREADABLE):
        return Told(Word.LATER, f"{what}: {SENTENCES[decision.reason]}")
    return Told(Word.NO, f"{what}: {SENTENCES[decision.reason]}")


def _question(action: Action, object_id: str, now: Standing) -> _Question | None:
    facts = now.facts
    is_at_the_rail = now.state in ("SENT", "ACKNOWLEDGED")
    if action.asks == THE_RAIL and facts["attempt_id"] is None and not is_at_the_rail:
        return None
    if action.asks == THE_RAIL:
        key, reference = facts["attempt_id"], facts["external_reference"]
        made, send = facts["attempt_created_microseconds"], [key]
    else:
        key, reference = facts["idempotency_key"], facts["provider_reference"]
        made = facts["key_made_microseconds"]
        send = [facts["outbox_task_id"], facts["claimed_microseconds"]]
    amount, currency = facts["amount_minor"], facts["currency"]
    if None in (key, made, amount, currency, *send):
        raise RequestError(
            f"{action.title} of {object_id}: the book lacks the key, the send, the amount or the "
            "currency that the provider would be asked about"
        )
    return _Question(
        RAIL if action.asks == THE_RAIL else facts["provider"],
        AskedPayout(key, reference, amount, currency),
        ":".join(map(str, send)),
        SendState.SENT if now.state == "SENT" and action.asks != THE_RAIL else SendState.SENDING,
        # A payment's reference is ours; a payout's was given by the provider, which thus knew it.
        action.asks != THE_RAIL and reference is not None,
        operator_objects.instant(made),
        is_same_key=action.asks != THE_RAIL,
    )
