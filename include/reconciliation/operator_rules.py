"""How an entry of `operator_actions` is applied: what is refused, what is sent, what came of it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from enum import StrEnum
from typing import Any

from include.reconciliation.action_requests import refuse_text
from include.reconciliation.errors import RequestError
from include.reconciliation.identifiers import canonical_json, sha256_of
from include.reconciliation.money import format_minor
from include.reconciliation.operator_actions import (
    ACTIONS,
    GIVEN,
    OF_THE_OBJECT,
    WHERE_PREPAID,
    Action,
)

_OBJECT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,199}", re.ASCII)
_CASH_ON_DELIVERY = "COD"


class Progress(StrEnum):
    """How far an action has come, as the book shows it."""

    DONE = "done"
    UNCHANGED = "unchanged"
    ON_THE_WAY = "on_the_way"
    # The object is in a state that this action does not lead to.
    ELSEWHERE = "elsewhere"
    # It is in the state that it was in, and something else about it has changed.
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Standing:
    """An object as its book shows it: a state, and figures that must not change unseen."""

    state: str
    facts: Mapping[str, Any]
    # For longer than is usual. No approval is bound to it, since time alone makes it so.
    is_stuck: bool = False

    def text(self) -> str:
        """As JSON, for the log."""
        return canonical_json({**self.facts, "state": self.state})

    def sha256(self) -> str:
        """What an approval is bound to."""
        return sha256_of(self.text().encode())

    @classmethod
    def of_text(cls, text: str) -> Standing:
        """Back from `text`."""
        facts = json.loads(text)
        return cls(facts.pop("state"), facts)


def action_of(name: str) -> Action:
    """The entry of that name; RequestError names the known ones."""
    if name not in ACTIONS:
        raise RequestError(f"action: expected one of {', '.join(ACTIONS)}; found {name!r}")
    return ACTIONS[name]


def refuse_object_id(action: Action, text: str) -> str:
    """The id; RequestError for what can be none."""
    plain = text.strip()
    if not _OBJECT_ID.fullmatch(plain):
        raise RequestError(
            f"object_id: expected the id of a {action.target.title.lower()}: letters, digits and "
            f"_ . : - (200 at most); found {plain[:90]!r}"
        )
    return plain


def refuse_reason_code(action: Action, code: str) -> str:
    """The code; RequestError names those of this action."""
    if code not in action.reason_codes:
        raise RequestError(
            f"reason_code: {action.title} takes one of {', '.join(action.reason_codes)}; "
            f"found {code!r}"
        )
    return code


def refuse_state(action: Action, object_id: str, now: Standing) -> None:
    """RequestError where the object is in no state from which this is allowed."""
    if now.state in action.moves and action.only_stuck and not now.is_stuck:
        raise RequestError(
            f"{action.title} of {object_id}: it is {now.state} and not stuck yet (SENDING for 15 "
            "minutes, SENT for 10): wait"
        )
    if now.state in action.moves:
        return
    why = action.refusals.get(now.state, "nobody has said what to do about that: investigate")
    raise RequestError(
        f"{action.title} of {object_id}: expected {' or '.join(action.moves)}; found "
        f"{now.state}: {why}"
    )


def refuse_failure_reason(action: Action, given: str | None) -> str | None:
    """The rail's reason of a failure, None where the action has none."""
    if not action.failure_reasons:
        _refuse_given(action, "failure_reason", given)
        return None
    if given not in action.failure_reasons:
        raise RequestError(
            f"failure_reason: expected one of {', '.join(action.failure_reasons)}; found {given!r}"
        )
    return given


def refuse_reference(action: Action, now: Standing, given: str | None) -> str | None:
    """The reference that belongs to the action, or None; RequestError where it is missing."""
    if action.reference is None:
        _refuse_given(action, "reference", given)
        return None
    plain = refuse_text("reference", given) if given and given.strip() else None
    if action.reference == WHERE_PREPAID:
        is_cash = now.facts["payment_method"] == _CASH_ON_DELIVERY
        if is_cash != (plain is None):
            expected = "nothing for cash on delivery" if is_cash else "the gateway's transaction"
            raise RequestError(f"reference: expected {expected}; found {given!r}")
    return plain


def refuse_amount(
    action: Action, now: Standing, given_minor: int | None
) -> tuple[str | None, int | None]:
    """Currency and minor units that the action moves; both None where it moves none."""
    if action.amount is None:
        return None, None
    currency = now.facts["currency"]
    if action.amount == OF_THE_OBJECT:
        amount = now.facts["amount_minor"]
        if currency is None or amount is None:
            raise RequestError(f"{action.title}: the book gives no amount or no currency of it")
        return currency, amount
    if not given_minor:
        raise RequestError("amount: expected an amount other than 0; found nothing")
    balance = now.facts["balance_minor"] + given_minor
    if balance < 0 and not now.facts["may_be_negative"]:
        raise RequestError(
            f"amount: the balance would become {balance} minor units of {currency}, and the wallet "
            "may not be negative"
        )
    return currency, given_minor


def expected_states(action: Action, before: Standing, failure_reason: str | None) -> list[str]:
    """The states that show it done."""
    if failure_reason is not None:
        return [f"FAILED_{failure_reason}"]
    return list(action.moves[before.state])


def progress(action: Action, request: Mapping[str, Any], now: Standing) -> Progress:
    """How far the action of a request has come."""
    before = Standing.of_text(request["state_before"])
    if now.sha256() == request["state_sha256"]:
        return Progress.UNCHANGED
    if action.grows is not None and now.facts[action.grows] > before.facts[action.grows]:
        return Progress.DONE
    if now.state in json.loads(request["state_after"])["expected"]:
        if action.amount == GIVEN and now.facts["adjusted_minor"] != request["amount_minor"]:
            return Progress.ELSEWHERE
        return Progress.DONE
    if now.state in action.passing and now.state != before.state:
        return Progress.ON_THE_WAY
    return Progress.CHANGED if now.state == before.state else Progress.ELSEWHERE


def path(action: Action, request: Mapping[str, Any]) -> str:
    """Where the call goes; an id holds nothing that a path would read as its own."""
    return action.path.format(object_id=request["object_id"])


def body(action: Action, request: Mapping[str, Any]) -> str:
    """What is sent: canonical JSON, byte for byte the same for the same request."""
    before = Standing.of_text(request["state_before"]).facts
    values = {
        **{name: before.get(name) for name in ("user_id",)},
        **{
            name: request[name]
            for name in (
                "object_id", "reason", "requested_by", "request_id", "currency", "amount_minor",
            )
        },
        "reference": request["link_to"],
        "failure_reason": json.loads(request["state_after"]).get("failure_reason"),
        "attempt_id": f"att_{request['request_id'][:32]}",
        "requested_at": request["requested_at"].astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }  # fmt: skip
    named = {name: values[source] for name, source in action.body.items()}
    return canonical_json({name: value for name, value in named.items() if value is not None})


def preview(
    action: Action, request: Mapping[str, Any], exponent: int | None, told: str | None
) -> str:
    """What an approver reads, as Markdown; `told` is what the provider has said."""
    before = Standing.of_text(request["state_before"])
    after = json.loads(request["state_after"])
    lines = [
        f"**{action.title}**: {action.meaning}",
        "",
        f"- {action.target.title} `{request['object_id']}` of the book {action.target.book}",
        f"- Now: {before.state}" + _figures(before),
        f"- Reason: {request['reason_code']}: {request['reason']}",
        f"- Asked for by {request['requested_by']}"
        + (f" on behalf of {request['on_behalf_of']}" if request["on_behalf_of"] else ""),
    ]
    if request["ticket"]:
        lines.append(f"- Ticket: {request['ticket']}")
    if request["link_to"]:
        lines.append(f"- {action.reference_title}: {request['link_to']}")
    if after.get("failure_reason"):
        lines.append(f"- Failure reason: {after['failure_reason']}")
    if told is not None:
        lines.append(f"- {told}")
    lines += ["", "**What comes of it**", ""]
    if request["amount_minor"] is not None:
        shown = format_minor(request["amount_minor"], exponent or 0, group=",")
        lines.append(f"- Amount: {request['currency']} {shown}")
    expected = " or ".join(after["expected"]) or f"more in {action.grows}"
    lines.append(f"- Afterwards the book shows: {expected}")
    lines.append(f"- Call: POST {path(action, request)} of {action.target.service}")
    if action.held_by is not None:
        lines.append(f"- Held while {action.held_by} is false")
    return "\n".join(lines)


def _figures(before: Standing) -> str:
    shown = [
        f"{name} {value}"
        for name, value in sorted(before.facts.items())
        if value is not None and not name.endswith("_microseconds")
    ]
    return f" ({', '.join(shown)})" if shown else ""


def _refuse_given(action: Action, name: str, given: str | None) -> None:
    if given not in (None, ""):
        raise RequestError(f"{name}: {action.title} takes none; found {given!r}")
