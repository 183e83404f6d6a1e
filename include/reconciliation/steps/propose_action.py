"""An operator's action, asked for and previewed: what may not be done is refused before anybody is
asked to approve it."""

from __future__ import annotations

import logging
from typing import Any

from include.reconciliation import action_requests, operator_rules
from include.reconciliation.action_requests import ActionRequest
from include.reconciliation.edges import approvals, operator_objects, service_calls, warehouse
from include.reconciliation.errors import RequestError
from include.reconciliation.identifiers import canonical_json
from include.reconciliation.operator_actions import GIVEN, Action
from include.reconciliation.operator_rules import Standing
from include.reconciliation.steps.ask_before_acting import Word, claimed, told

log = logging.getLogger(__name__)


def propose_action(
    name: str,
    *,
    object_id: str,
    reason_code: str,
    reason: str,
    asked_in: str,
    changed_by: str,
    requester: str | None = None,
    ticket: str | None = None,
    failure_reason: str | None = None,
    reference: str | None = None,
    amount: str | None = None,
) -> str:
    """The id of the request that says what would be done to an object of a service.

    `amount` is signed, in major units of the object's currency. Raises RequestError for what can't
    be done and says why; ConfigurationError where service or provider have no connection.
    """
    action = operator_rules.action_of(name)
    object_id = operator_rules.refuse_object_id(action, object_id)
    asked: dict[str, Any] = {
        "reason_code": operator_rules.refuse_reason_code(action, reason_code),
        "reason": action_requests.refuse_text("reason", reason),
        "requested_by": changed_by,
        "on_behalf_of": _name(requester),
        "ticket": action_requests.refuse_ticket("ticket", ticket),
    }
    service_calls.service(action.target.service)
    with claimed(action, object_id) as asked_at:
        now = operator_objects.standing(action, object_id)
        if now is None:
            what = f"{action.target.title.lower()} {object_id!r}"
            raise RequestError(f"object_id: {action.target.book} has no {what}")
        operator_rules.refuse_state(action, object_id, now)
        said = told(action, object_id, now, asked_at)
    if said is not None and said.word is not Word.CLEAR and not said.is_unknown_once:
        raise RequestError(f"{action.title} of {object_id}: {said.sentence}")
    failure_reason = operator_rules.refuse_failure_reason(action, failure_reason)
    currency, minor, exponent = _amount(action, now, amount)
    after = {
        "expected": operator_rules.expected_states(action, now, failure_reason),
        "failure_reason": failure_reason,
    }
    request = ActionRequest(
        **asked,
        action=action.name,
        object_kind=action.target.kind,
        object_id=object_id,
        currency=currency,
        amount_minor=minor,
        link_to=operator_rules.refuse_reference(action, now, reference),
        state_before=now.text(),
        state_after=canonical_json(after),
        state_sha256=now.sha256(),
    )
    shown = operator_rules.preview(
        action, request.columns(), exponent, None if said is None else said.sentence
    )
    with warehouse.transaction() as cursor:
        waiting = approvals.ask(cursor, asked_in, request, shown, approvals.rules().expire_after)
    log.info("%s: %s, until %s", waiting["request_id"], waiting["state"], waiting["expires_at"])
    return str(waiting["request_id"])


def _amount(
    action: Action, now: Standing, text: str | None
) -> tuple[str | None, int | None, int | None]:
    is_given = bool(text and text.strip())
    if action.amount != GIVEN and is_given:
        raise RequestError(f"amount: {action.title} takes none; found {text!r}")
    exponent = None
    if action.amount is not None:
        with warehouse.transaction() as cursor:
            values = {"currency": now.facts["currency"]}
            row = warehouse.run(cursor, "operator_actions/exponent", values).fetchone()
        if row is None:
            unknown = now.facts["currency"]
            raise RequestError(f"{action.title}: nobody knows the currency {unknown!r}")
        exponent = int(row["exponent"])
    given = None
    if is_given and exponent is not None:
        given = action_requests.amount_minor(
            "amount", str(text), now.facts["currency"], exponent
        )
    return (*operator_rules.refuse_amount(action, now, given), exponent)


def _name(requester: str | None) -> str | None:
    plain = " ".join((requester or "").split())
    return action_requests.refuse_text("requester", plain) if plain else None
