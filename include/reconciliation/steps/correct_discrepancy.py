"""A discrepancy's correction: asked for and previewed, answered by others, then applied once."""

from __future__ import annotations

import logging
from datetime import UTC, date, datetime, timedelta
from typing import Any

from include.reconciliation import action_requests, corrections
from include.reconciliation.action_requests import ActionRequest
from include.reconciliation.approval_rules import ApprovalRules
from include.reconciliation.correction_preview import Effect, preview
from include.reconciliation.edges import approvals, warehouse
from include.reconciliation.errors import RequestError
from include.reconciliation.identifiers import canonical_json, sha256_of

# What is accepted for longer than a year has been forgotten.
_LONGEST_ACCEPTANCE = timedelta(days=366)
_SHOWN = (
    "kind", "leg", "aspect", "status", "currency", "statement_minor", "ledger_minor",
    "delta_minor", "exposure_minor", "psp_reference", "merchant_reference", "explanation",
)  # fmt: skip
log = logging.getLogger(__name__)


def propose_correction(
    discrepancy_id: str,
    action: str,
    reason_code: str,
    reason: str,
    *,
    asked_in: str,
    changed_by: str,
    requester: str | None = None,
    amount: str | None = None,
    accept_until: datetime | None = None,
    link_to: str | None = None,
    ticket: str | None = None,
    psp_ticket: str | None = None,
) -> str:
    """The id of the request that says what would be done, and what comes of it.

    `amount` is in major units, of the difference's sign; None is all of it. `discrepancy_id` is
    that of a correction where that is taken back. Raises RequestError for what can't be done, and
    says which field is wrong.
    """
    asked = {
        "action": action,
        "reason_code": action_requests.refuse_reason_code(reason_code),
        "reason": action_requests.refuse_text("reason", reason),
        "requested_by": changed_by,
        "on_behalf_of": _name(requester),
        "ticket": action_requests.refuse_ticket("ticket", ticket),
        "psp_ticket": action_requests.refuse_ticket("psp_ticket", psp_ticket),
    }
    if action not in corrections.ACTIONS:
        known = ", ".join(corrections.ACTIONS)
        raise RequestError(f"action: expected one of {known}; found {action!r}")
    rules = approvals.rules()
    with warehouse.transaction() as cursor:
        if action == corrections.REVERSE:
            _refuse_fields(action, amount=amount, accept_until=accept_until, link_to=link_to)
            request, effect = _reversal(cursor, discrepancy_id, asked, rules)
        else:
            extra = {"amount": amount, "accept_until": accept_until, "link_to": link_to}
            request, effect = _correction(cursor, discrepancy_id, asked, extra, rules)
        waiting = approvals.ask(
            cursor, asked_in, request, preview(request, effect), rules.expire_after
        )
    log.info("%s: %s, until %s", waiting["request_id"], waiting["state"], waiting["expires_at"])
    return str(waiting["request_id"])


def _correction(
    cursor: warehouse.Cursor,
    discrepancy_id: str,
    asked: dict[str, Any],
    extra: dict[str, Any],
    rules: ApprovalRules,
) -> tuple[ActionRequest, Effect]:
    found = warehouse.run(
        cursor, "corrections/open_discrepancy", {"discrepancy_id": discrepancy_id}
    ).fetchone()
    if found is None:
        raise RequestError(
            f"discrepancy_id: no discrepancy {discrepancy_id!r} is open at the head of its "
            "account: see reconciliation.discrepancies"
        )
    entry = _entry(found, asked["action"], extra["amount"])
    content: dict[str, Any] = {
        "accept_until": _acceptance(found, asked["action"], extra["accept_until"]),
        "link_to": _link(found, asked["action"], extra["link_to"]),
        "post_by": None if entry is None else _post_by(found, rules),
    }
    if asked["action"] == corrections.PROVIDER_ERROR and asked["psp_ticket"] is None:
        raise RequestError("psp_ticket: expected the PSP's own ticket; found nothing")
    effect = _effect(cursor, found, asked["action"], entry)
    request = ActionRequest(
        **asked,
        **content,
        object_kind="discrepancy",
        object_id=found["discrepancy_id"],
        discrepancy_id=found["discrepancy_id"],
        episode=found["episode"],
        psp=found["psp"],
        account_id=found["account_id"],
        leg=found["leg"],
        currency=None if entry is None else found["currency"],
        amount_minor=entry,
        state_before=canonical_json({name: found[name] for name in _SHOWN}),
        state_after=canonical_json(
            {
                "status": effect.status,
                "delta_minor": found["delta_minor"] - (entry or 0),
                "correction_minor": entry,
            }
        ),
        state_sha256=sha256_of(found["state"].encode()),
    )
    return request, effect


def _reversal(
    cursor: warehouse.Cursor, correction_id: str, asked: dict[str, Any], rules: ApprovalRules
) -> tuple[ActionRequest, Effect]:
    found = warehouse.run(
        cursor, "corrections/applied_correction", {"correction_id": correction_id}
    ).fetchone()
    if found is None or found["state"] is None:
        raise RequestError(
            f"discrepancy_id: {correction_id!r} is no correction in force: "
            "see reconciliation.corrections"
        )
    entry = None if found["amount_minor"] is None else -found["amount_minor"]
    shown = {name: found[name] for name in ("action", "currency", "amount_minor", "reason")}
    request = ActionRequest(
        **asked,
        object_kind="correction",
        object_id=correction_id,
        discrepancy_id=found["discrepancy_id"],
        episode=found["episode"],
        psp=found["psp"],
        account_id=found["account_id"],
        leg=found["leg"],
        currency=found["currency"],
        amount_minor=entry,
        post_by=None if entry is None else _post_by(found, rules),
        state_before=canonical_json(shown),
        state_after=canonical_json({"reversed": True, "correction_minor": entry}),
        state_sha256=sha256_of(found["state"].encode()),
    )
    effect = Effect(
        status="open",
        account=found["account_name"],
        exponent=found["exponent"],
        explanation=f"takes back the {found['action']} of {found['logged_at']:%Y-%m-%d}",
        delta_before_minor=0,
        delta_after_minor=0,
    )
    return request, effect


def _post_by(found: dict[str, Any], rules: ApprovalRules) -> date:
    return (found["as_of"].astimezone(UTC) + timedelta(days=rules.post_within_days)).date()


def _effect(
    cursor: warehouse.Cursor, found: dict[str, Any], action: str, entry: int | None
) -> Effect:
    left = found["delta_minor"] - (entry or 0)
    # What an entry leaves over is still open.
    status = "open" if entry is not None and left else corrections.STATUS[action]
    position = warehouse.run(
        cursor,
        "corrections/position",
        {
            "account_id": found["account_id"],
            "leg": found["leg"],
            "currency": found["currency"],
            "event_id": found["event_id"],
            "discrepancy_id": found["discrepancy_id"],
            "exposure_minor": abs(left) if status == "open" else None,
        },
    ).fetchone()
    return Effect(
        status=status,
        account=found["account"],
        exponent=found["exponent"],
        explanation=f"{found['kind']}: {found['explanation']}",
        delta_before_minor=found["delta_minor"],
        delta_after_minor=left,
        position=position,
    )


def _entry(found: dict[str, Any], action: str, amount: str | None) -> int | None:
    if action not in corrections.ENTRIES:
        _refuse_fields(action, amount=amount)
        return None
    difference = corrections.Difference(
        found["leg"], found["aspect"], found["currency"], found["delta_minor"]
    )
    asked = None
    if amount is not None and amount.strip():
        if found["exponent"] is None:
            raise RequestError("amount: the discrepancy has no currency to give it in")
        asked = action_requests.amount_minor(
            "amount", amount, found["currency"], found["exponent"]
        )
    return corrections.entry_minor(action, difference, asked)


def _acceptance(
    found: dict[str, Any], action: str, accept_until: datetime | None
) -> datetime | None:
    if action != corrections.ACCEPT:
        _refuse_fields(action, accept_until=accept_until)
        return None
    if accept_until is not None and accept_until.tzinfo is None:
        raise RequestError(
            f"accept_until: expected a moment with its zone, as in {accept_until.isoformat()}Z; "
            "found none"
        )
    latest = found["as_of"] + _LONGEST_ACCEPTANCE
    if accept_until is None or not found["as_of"] < accept_until <= latest:
        raise RequestError(
            f"accept_until: expected a moment after the last run ({found['as_of'].isoformat()}), "
            f"within {_LONGEST_ACCEPTANCE.days} days; found "
            f"{None if accept_until is None else accept_until.isoformat()}"
        )
    return accept_until


def _link(found: dict[str, Any], action: str, link_to: str | None) -> str | None:
    if action != corrections.RELINK:
        _refuse_fields(action, link_to=link_to)
        return None
    corrections.refuse_relink(found["kind"], found["leg"])
    return action_requests.refuse_text("link_to", link_to or "")


def _name(requester: str | None) -> str | None:
    plain = " ".join((requester or "").split())
    return action_requests.refuse_text("requester", plain) if plain else None


def _refuse_fields(action: str, **given: object) -> None:
    for field, value in given.items():
        if value not in (None, ""):
            raise RequestError(f"{field}: {action} takes none; found {value!r}")
