"""What an approver reads before answering: what would be done, and what would come of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from include.reconciliation.action_requests import ActionRequest
from include.reconciliation.corrections import MEANING
from include.reconciliation.money import format_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a correction would change; amounts in minor units of the request's currency.

    `position` are the terms of the identity at the head, and the PSP's divergence before and
    after; None where the head has nothing in that currency.
    """

    status: str
    account: str
    exponent: int | None
    explanation: str
    delta_before_minor: int
    delta_after_minor: int
    position: Mapping[str, int] | None = None


def preview(request: ActionRequest, effect: Effect) -> str:
    """The preview as Markdown, the same for the same request."""
    lines = [
        f"**{request.action.replace('_', ' ')}**: {MEANING[request.action]}",
        "",
        f"- Of {request.psp} / {effect.account}, leg {request.leg}: {effect.explanation}",
        f"- Discrepancy `{request.discrepancy_id}`, episode {request.episode}",
        f"- Reason: {request.reason_code}: {request.reason}",
        f"- Asked for by {request.requested_by}"
        + (f" on behalf of {request.on_behalf_of}" if request.on_behalf_of else ""),
    ]
    for label, text in (("Ticket", request.ticket), ("The PSP's ticket", request.psp_ticket)):
        if text is not None:
            lines.append(f"- {label}: {text}")
    return "\n".join([*lines, "", "**What comes of it**", "", *_consequences(request, effect)])


def _consequences(request: ActionRequest, effect: Effect) -> list[str]:
    lines = []
    if request.amount_minor is not None:
        lines.append(
            f"- Entry on the ledger's side: {_money(request, effect, request.amount_minor)}, to be "
            f"posted by {request.post_by} with the id of this request as its correction id"
        )
        lines.append(
            f"- Difference: {_money(request, effect, effect.delta_before_minor)} before, "
            f"{_money(request, effect, effect.delta_after_minor)} after"
        )
    if request.object_kind == "discrepancy":
        lines.append(f"- Status from the next run on: {effect.status}")
    if request.accept_until is not None:
        lines.append(f"- Accepted until {request.accept_until:%Y-%m-%d %H:%M} UTC, then open again")
    if request.link_to is not None:
        lines.append(f"- Its rows are matched as those of payment {request.link_to}")
    closes = request.amount_minor is not None and effect.delta_after_minor == 0
    lines.append(
        "- Closes: 1 discrepancy, when the ledger has posted the entry"
        if closes and request.object_kind == "discrepancy"
        else "- Closes: nothing"
    )
    return lines + _books(request, effect)


def _books(request: ActionRequest, effect: Effect) -> list[str]:
    position = effect.position
    if position is None:
        return []
    currency = request.currency or ""
    moved = request.amount_minor or 0
    held = position["residual_minor"] == 0
    after = position["corrections_minor"] + moved

    def amount(minor: int) -> str:
        return f"{currency} {format_minor(minor, effect.exponent or 0, group=',')}".strip()

    return [
        f"- Identity of {request.leg}: statement − ledger stays "
        f"{amount(position['statement_minor'] - position['ledger_minor'])}: discrepancies change "
        f"by {amount(-moved)}, corrections not in the ledger become {amount(after)}; "
        f"residual {amount(position['residual_minor'])}: {'holds' if held else 'does not hold'}",
        f"- Divergence of {request.psp}: {amount(position['divergence_before_minor'])} before, "
        f"{amount(position['divergence_after_minor'])} after",
    ]


def _money(request: ActionRequest, effect: Effect, minor: int) -> str:
    shown = format_minor(minor, effect.exponent or 0, group=",")
    return f"{request.currency} {shown}"
