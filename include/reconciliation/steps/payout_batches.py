"""What payout operations have in common: a batch of payouts, each asked about, decided and done.

For each payout, in this order: claim it, ask outside any transaction, write down answer and
decision, look at the emergency stop, write to the payouts system, note what came of it. Whoever
dies in between leaves rows and a claim that runs out: the next round asks again, and what was
written before is not written twice, since a task is put back only while it is the same send.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from include.reconciliation import payout_providers
from include.reconciliation.edges import emergency_stop, payout_status, payouts_source, warehouse
from include.reconciliation.edges.payouts_source import Candidate
from include.reconciliation.errors import ConfigurationError
from include.reconciliation.payout_answers import Answer, ProviderAnswer
from include.reconciliation.payout_decisions import (
    SENTENCES,
    Action,
    Decision,
    Operation,
    PastAnswer,
    Promises,
    Reason,
    Send,
    SendState,
    decide,
)
from include.reconciliation.payout_providers import PayoutProvider
from include.reconciliation.steps import incidents

NEEDS_A_HUMAN = "payout-needs-a-human"
PROVIDER_SILENT = "payout-provider-silent"
BOOK = "payouts"
ESCALATION: dict[str, Any] = {
    "escalate_after": timedelta(minutes=15),
    "escalate_to": "senior engineering",
}
LEASE = timedelta(minutes=5)
# After so many failures in a row the rest of the batch waits for the next round.
FAILURES_MAX = 3
_FAILURES = (Answer.NO_ANSWER, Answer.UNREADABLE)

logger = logging.getLogger(__name__)


def work_through(
    operation: Operation, candidates: Sequence[Candidate], *, batch_size: int, seconds: int
) -> dict[str, int]:
    """Asks about a batch of the candidates and does what is decided; counts by action.

    No payout is begun after `seconds`. Raises Paused as soon as the emergency stop is set: what was
    written down by then stays, what was still to be done is decided anew after it.
    """
    emergency_stop.check(emergency_stop.PAYMENTS)
    until = time.monotonic() + seconds
    batch = _choose(operation, candidates, batch_size)
    counts = Counter(dict.fromkeys(("asked", *(action.value for action in Action)), 0))
    counts["candidates"] = len(candidates)
    by_provider = sorted(batch, key=lambda payout: payout.provider)
    for name, payouts in groupby(by_provider, key=lambda payout: payout.provider):
        _ask_provider(operation, name, list(payouts), until, counts)
    counts["closed"] = close_ended()
    logger.info("%s: %s", operation.value, dict(counts))
    return dict(counts)


def close_ended() -> int:
    """Closes the alerts of payouts that have ended or are in quarantine; says how many."""
    with warehouse.transaction() as cursor:
        rows = warehouse.run(cursor, "alerts/open_fingerprints", {"name": NEEDS_A_HUMAN})
        waiting = {_payout_of(row["fingerprint"]) for row in rows.fetchall()}
    ended = waiting - payouts_source.not_ended(waiting) if waiting else set()
    with warehouse.transaction() as cursor:
        for payout_id in sorted(ended):
            summary = f"payout {payout_id} has ended or is in quarantine"
            incidents.close_alert(cursor, human_fingerprint(payout_id), summary)
    return len(ended)


def human_fingerprint(provider_payout_id: str) -> str:
    """What the alert about a payout that needs a person is known by."""
    return f"payout:{provider_payout_id}"


def _payout_of(fingerprint: str) -> str:
    return fingerprint.removeprefix("payout:")


def _choose(
    operation: Operation, candidates: Sequence[Candidate], batch_size: int
) -> list[Candidate]:
    by_id = {payout.provider_payout_id: payout for payout in candidates}
    with warehouse.transaction() as cursor:
        rows = warehouse.run(
            cursor,
            "payouts/choose_batch",
            {
                "operation": operation.value,
                "provider_payout_ids": list(by_id),
                "states": [payout.state for payout in by_id.values()],
                "batch_size": batch_size,
            },
        ).fetchall()
    return [by_id[row["provider_payout_id"]] for row in rows]


def _ask_provider(
    operation: Operation,
    name: str,
    payouts: Sequence[Candidate],
    until: float,
    counts: Counter[str],
) -> None:
    """Asks one provider about its payouts, until it fails too often in a row."""
    asked, failures, problem = 0, 0, None
    try:
        provider = payout_providers.load().get(name)
        if provider is None:
            raise ConfigurationError(
                f"the provider {name!r} has no entry in payout_providers.toml: add one"
            )
        with payout_status.asking(provider) as client:
            for payout in payouts:
                if time.monotonic() >= until or failures == FAILURES_MAX:
                    break

                def ask(chosen: Candidate = payout) -> ProviderAnswer:
                    return payout_status.ask(client, provider, chosen.asked())

                found = _handle(operation, payout, provider, ask, counts)
                if found is not None:
                    asked += 1
                    is_failure = found.answer in _FAILURES
                    failures = failures + 1 if is_failure else 0
                    problem = found.detail if is_failure else problem
    except ConfigurationError as error:
        failures, problem = FAILURES_MAX, str(error)
    _tell_of_provider(name, failures, problem, len(payouts), asked=asked)


def _tell_of_provider(
    name: str, failures: int, problem: str | None, payouts: int, *, asked: int
) -> None:
    fingerprint = f"payout-provider:{name}"
    with warehouse.transaction() as cursor:
        if failures == FAILURES_MAX:
            logger.warning("%s: %s", name, problem)
            summary = f"{name} can't be asked about its payouts, {payouts} in this batch: {problem}"
            incidents.open_alert(
                cursor,
                fingerprint,
                PROVIDER_SILENT,
                "high",
                None,
                None,
                summary,
                {"silent": {}},
                book=BOOK,
                **ESCALATION,
            )
        elif failures == 0 and asked:
            incidents.close_alert(cursor, fingerprint, f"{name} answers about its payouts again")


def _handle(
    operation: Operation,
    payout: Candidate,
    provider: PayoutProvider,
    ask: Callable[[], ProviderAnswer],
    counts: Counter[str],
) -> ProviderAnswer | None:
    """One payout from claim to effect; None while somebody else asks about it."""
    name = {"provider_payout_id": payout.provider_payout_id}
    with warehouse.transaction() as cursor:
        lease = {**name, "lease_seconds": int(LEASE.total_seconds())}
        claim = warehouse.run(cursor, "payouts/claim", lease).fetchone()
    if claim is None:
        return None
    try:
        found = ask()
        counts["asked"] += 1
        decision_id, decision = warehouse.repeatedly(
            lambda: _decide(operation, payout, provider, found, claim["asked_at"])
        )
        counts[decision.action.value] += 1
        _carry_out(operation, payout, found, decision_id, decision)
    finally:
        with warehouse.transaction() as cursor:
            given_back = {**name, "claimed_until": claim["claimed_until"]}
            warehouse.run(cursor, "payouts/release", given_back)
    return found


def _decide(
    operation: Operation,
    payout: Candidate,
    provider: PayoutProvider,
    found: ProviderAnswer,
    asked_at: datetime,
) -> tuple[int, Decision]:
    """Writes down answer, decision and alert, all in one transaction."""
    send = {
        "provider_payout_id": payout.provider_payout_id,
        "idempotency_key": payout.idempotency_key,
        "outbox_task_id": payout.outbox_task_id,
        "send_claimed_at": payout.claimed_at,
    }
    with warehouse.transaction() as cursor:
        warehouse.run(cursor, "payouts/lock_payout", send)
        handed_over = warehouse.run(cursor, "payouts/is_handed_over", send).fetchone()
        answer = {
            **send,
            "operation": operation.value,
            "provider": payout.provider,
            "answer": found.answer.value,
            "provider_reference": found.provider_reference,
            "amount_minor": found.amount_minor,
            "currency": found.currency,
            "detail": found.detail,
            "asked_at": asked_at,
        }
        added = warehouse.run(cursor, "payouts/add_answer", answer).fetchone()
        history = warehouse.run(cursor, "payouts/history", payout.asked_as()).fetchall()
        assert handed_over is not None and added is not None
        decision = decide(
            operation,
            Send(
                SendState(payout.state), payout.provider_reference is not None, payout.key_made_at
            ),
            [PastAnswer(**{**row, "answer": Answer(row["answer"])}) for row in history],
            Promises(provider.visibility_delay, provider.key_retention),
            is_handed_over=handed_over["is_handed_over"],
            now=added["answered_at"],
        )
        values = {
            "answer_id": added["answer_id"],
            "action": decision.action.value,
            "reason": decision.reason.value,
            "needs_human": decision.needs_human,
        }
        row = warehouse.run(cursor, "payouts/add_decision", values).fetchone()
        assert row is not None
        if decision.needs_human:
            _call_a_human(cursor, payout, found, decision)
    return int(row["decision_id"]), decision


def _call_a_human(
    cursor: warehouse.Cursor, payout: Candidate, found: ProviderAnswer, decision: Decision
) -> None:
    amount = {"amount_minor": payout.amount_minor, "currency": payout.currency}
    row = warehouse.run(cursor, "payouts/money_text", amount).fetchone()
    assert row is not None
    is_told_only = decision.reason is Reason.PROVIDER_HAS_IT
    detail = found.answer.value if is_told_only else found.detail or found.answer.value
    summary = (
        f"payout {payout.provider_payout_id} of {row['money_text']} at {payout.provider}, "
        f"{payout.state} here: {SENTENCES[decision.reason]} ({detail})"
    )
    incidents.open_alert(
        cursor,
        human_fingerprint(payout.provider_payout_id),
        NEEDS_A_HUMAN,
        "warning" if is_told_only else "high",
        None,
        None,
        summary,
        {decision.reason.value: {}},
        book=BOOK,
        **ESCALATION,
    )


def _carry_out(
    operation: Operation,
    payout: Candidate,
    found: ProviderAnswer,
    decision_id: int,
    decision: Decision,
) -> None:
    """Writes what is decided to the payouts system, unless payments have been stopped meanwhile."""
    if decision.action not in (Action.DELIVER, Action.REQUEUE):
        return
    emergency_stop.check(emergency_stop.PAYMENTS)
    if decision.action is Action.DELIVER:
        is_written = payouts_source.deliver(payout, found, operation.value)
    else:
        is_written = payouts_source.requeue(payout)
    effect = "written" if is_written else "nothing_to_write"
    with warehouse.transaction() as cursor:
        values = {"decision_id": decision_id, "effect": effect}
        warehouse.run(cursor, "payouts/add_effect", values)
