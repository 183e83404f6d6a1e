"""Alerts and the one incident of a PSP: opened, changed and closed with the finding itself.

Every function works in the caller's transaction, so an alert and what it is about are committed
together or not at all. Slack hears of it later, from the outbox.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from psycopg.types.json import Jsonb

from include.reconciliation import config
from include.reconciliation.divergence import Divergence, above_limit, money_text
from include.reconciliation.edges import outbox, warehouse
from include.reconciliation.identifiers import content_id
from include.reconciliation.incident_rules import (
    Cycle,
    Freshness,
    Position,
    has_recovered,
    is_material,
    signature,
)
from include.reconciliation.incident_texts import cause_sentences, delay_sentences, minute
from include.reconciliation.steps.divergences import gross_in_doubt, positions
from include.reconciliation.steps.run_log import enqueue_run_log

__all__ = [
    "assess_psp",
    "assess_run",
    "close_alert",
    "enqueue_run_log",
    "exposure",
    "exposure_text",
    "freshness",
    "identity_fingerprint",
    "incident_fingerprint",
    "lock_psp",
    "open_alert",
    "quarantine_fingerprint",
    "tell",
]

INCIDENT = "billing_gateway-reconciliation"
FAILED_IDENTITY = "reconciliation-failed-identity"


def open_alert(
    cursor: warehouse.Cursor,
    fingerprint: str,
    name: str,
    severity: str,
    psp: str | None,
    account: str | None,
    summary: str,
    reasons: Mapping[str, Any],
    run_id: str | None = None,
    *,
    book: str | None = None,
    escalate_after: timedelta | None = None,
    escalate_to: str | None = None,
) -> bool:
    """Opens the alert of a cause, or brings the open one up to date; True when it is new.

    One Slack message is enqueued when the alert is new, gains a cause in `reasons` or becomes more
    severe; a figure that moves changes the row alone. Nothing is said of what is snoozed or
    accepted. It is about a PSP or a book, and goes to `escalate_to` unless it is acknowledged in
    time.
    """
    values = {
        "fingerprint": fingerprint,
        "name": name,
        "severity": severity,
        "psp": psp,
        "account": account,
        "summary": summary,
        "run_id": run_id,
        "reasons": Jsonb(dict(reasons)),
        "book": book,
        "escalate_after": escalate_after,
        "escalate_to": escalate_to,
    }
    before = _open_alert(cursor, fingerprint)
    if before is None:
        row = warehouse.run(cursor, "alerts/open_alert", values).fetchone()
        if row is not None:
            tell(cursor, row["alert_id"], "opened", name, severity, summary)
            return True
        # Somebody else opened it while this transaction waited for the unique index.
        before = _open_alert(cursor, fingerprint)
        if before is None:
            return open_alert(
                cursor, fingerprint, name, severity, psp, account, summary, reasons, run_id,
                book=book, escalate_after=escalate_after, escalate_to=escalate_to,
            )
    told = signature(before["severity"], before["reasons"])
    now = signature(severity, reasons)
    if (told, before["reasons"], before["summary"]) == (now, dict(reasons), summary):
        return False
    warehouse.run(cursor, "alerts/change_alert", {**values, "alert_id": before["alert_id"]})
    if is_material(told, now) and not before["is_quiet"]:
        # A cause that goes and comes back while the alert is open was told before.
        state = content_id(now[0], sorted(now[1]))[:16]
        tell(cursor, before["alert_id"], f"changed:{state}", name, severity, summary)
    return False


def close_alert(
    cursor: warehouse.Cursor,
    fingerprint: str,
    summary: str,
    *,
    changed_by: str | None = None,
    note: str | None = None,
) -> bool:
    """Closes the open alert of a cause that is gone, and says so once; False when none was open."""
    closed = warehouse.run(
        cursor, "alerts/close_alert", {"fingerprint": fingerprint, "summary": summary}
    ).fetchone()
    if closed is None:
        return False
    tell(cursor, closed["alert_id"], "resolved", closed["name"], "closed", summary,
         changed_by=changed_by, note=note)
    return True


def incident_fingerprint(psp: str) -> str:
    """What the one incident of a PSP is known by."""
    return f"incident:{psp}"


def identity_fingerprint(psp: str, account: str) -> str:
    """What the alert about an account's failed identity is known by."""
    return f"identity:{psp}:{account}"


def quarantine_fingerprint(statement_id: int) -> str:
    """What the alert about a refused statement is known by."""
    return f"quarantine:{statement_id}"


def lock_psp(cursor: warehouse.Cursor, psp: str) -> None:
    """Waits until no other transaction weighs this PSP's incident or pause."""
    warehouse.run(cursor, "alerts/lock_psp", {"psp": psp})


def assess_run(cursor: warehouse.Cursor, account_id: int, run_number: int) -> None:
    """Opens, updates or closes alerts after a run: call it once the head has moved.

    A run that was stored but not published changes no divergence; it only breaks the recovery.
    """
    run = warehouse.run(cursor, "alerts/account_of_run", {"run_number": run_number}).fetchone()
    if run is None:
        raise LookupError(f"there is no run number {run_number} of account {account_id}")
    psp = config.load().psp(run["psp"])
    lock_psp(cursor, psp.name)
    if run["is_published"]:
        close_alert(
            cursor,
            identity_fingerprint(psp.name, run["account"]),
            f"{psp.title} / {run['account']}: every identity closes again, "
            f"in run {run['run_id'][:12]}",
        )
    assess_psp(cursor, psp, counts_delay=False, run_id=run["run_id"])


def assess_psp(
    cursor: warehouse.Cursor,
    psp: config.Psp,
    *,
    counts_delay: bool,
    run_id: str | None = None,
) -> None:
    """Weighs divergence and delay of a PSP; `counts_delay` says whether delay may open an incident.

    The caller holds `lock_psp`.
    """
    cycle = config.load().cycle
    fingerprint = incident_fingerprint(psp.name)
    before = _open_alert(cursor, fingerprint)
    heads, earlier = positions(cursor, psp.name)
    above = above_limit(heads.divergences, psp.limits)
    fresh = freshness(cursor, psp)
    late = [each for each in fresh if each.is_late(cycle)]
    reasons: dict[str, Any] = {}
    told = {} if before is None else before["reasons"]
    if above or "divergence" in told:
        reasons["divergence"] = _divergence_reason(
            cursor, psp, heads, above, told.get("divergence", {})
        )
    if "delay" in told or (late and counts_delay):
        listed = {*told.get("delay", {}), *(each.account for each in late if counts_delay)}
        reasons["delay"] = {
            each.account: {
                "cycles": each.delay_cycles(cycle),
                "complete_until": minute(each.complete_until) if each.complete_until else None,
            }
            for each in fresh
            if each.account in listed
        }
    if not reasons:
        return
    if before is not None and not above and not late:
        recovered = has_recovered(
            accounts=psp.accounts,
            cycles=_cycles(cursor, psp.name),
            positions=(heads, earlier),
            limits=psp.limits,
            since=before["opened_at"],
        )
        if recovered:
            close_alert(cursor, fingerprint, _recovery(psp, heads))
            return
    open_alert(
        cursor,
        fingerprint,
        INCIDENT,
        "high",
        psp.name,
        None,
        _summary(cursor, psp, reasons, heads),
        reasons,
        run_id,
    )


def freshness(cursor: warehouse.Cursor, psp: config.Psp) -> list[Freshness]:
    """How far behind each configured account of a PSP is, by the database's clock."""
    rows = warehouse.run(
        cursor, "alerts/freshness", {"psp": psp.name, "accounts": list(psp.accounts)}
    ).fetchall()
    return [Freshness(**row) for row in rows]


def exposure(cursor: warehouse.Cursor, psp: str, account_id: int | None = None) -> dict[str, int]:
    """Divergence at the heads per currency in minor units, of a PSP or of one of its accounts."""
    heads, _ = positions(cursor, psp, account_id)
    return {each.currency: each.exposure_minor for each in heads.divergences}


def exposure_text(cursor: warehouse.Cursor, psp: str) -> str:
    """Divergence at the heads of a PSP for people, such as "BRL 1.00, USD 2.50"."""
    return _position_text(positions(cursor, psp)[0])


def _open_alert(cursor: warehouse.Cursor, fingerprint: str) -> dict[str, Any] | None:
    return warehouse.run(cursor, "alerts/find_open_alert", {"fingerprint": fingerprint}).fetchone()


def tell(
    cursor: warehouse.Cursor,
    alert_id: int,
    event: str,
    name: str,
    label: str,
    summary: str,
    *,
    changed_by: str | None = None,
    note: str | None = None,
    until: datetime | None = None,
    psp_ticket: str | None = None,
) -> None:
    """Adds to the history of an alert, and enqueues one message about it; `event` is its key.

    The history keeps `note` where there is one, the message says `summary`.
    """
    word = event.split(":", 1)[0]
    warehouse.run(
        cursor,
        "alerts/add_change",
        {
            "alert_id": alert_id,
            "event": word,
            "changed_by": changed_by,
            "note": summary if note is None else note,
            "until": until,
            "psp_ticket": psp_ticket,
        },
    )
    text = " ".join(summary.split())
    outbox.enqueue(
        cursor,
        outbox.Kind.SLACK,
        f"alert:{alert_id}:{event}",
        {
            "text": f"[{label}] {name}: {text}",
            "alert_id": alert_id,
            "is_incident": name == INCIDENT,
        },
    )


def _cycles(cursor: warehouse.Cursor, psp: str) -> list[Cycle]:
    return [Cycle(**row) for row in warehouse.run(cursor, "alerts/last_cycles", {"psp": psp})]


def _divergence_reason(
    cursor: warehouse.Cursor,
    psp: config.Psp,
    heads: Position,
    above: tuple[Divergence, ...],
    told: Mapping[str, Any],
) -> dict[str, Any]:
    """Per currency that is or was above its limit: exposure, limit, share of the gross."""
    listed = {*told, *(each.currency for each in above)}
    now = {each.currency: each for each in heads.divergences}
    figures = {code: now[code].exposure_minor if code in now else 0 for code in sorted(listed)}
    if figures == {code: detail["exposure_minor"] for code, detail in told.items()}:
        # The share needs a sum over statement lines: only where the exposure has moved.
        return dict(told)
    gross = gross_in_doubt(cursor, psp.name)
    return {
        code: {
            "exposure_minor": exposure_minor,
            "limit_minor": psp.limits[code].alert_above_minor if code in psp.limits else None,
            "per_cent": (Divergence(code, 0, exposure_minor, 0, gross.get(code)).per_cent()),
            "exponent": now[code].exponent if code in now else told[code]["exponent"],
        }
        for code, exposure_minor in figures.items()
    }


def _summary(
    cursor: warehouse.Cursor, psp: config.Psp, reasons: Mapping[str, Any], heads: Position
) -> str:
    parts = []
    for code, detail in sorted(reasons.get("divergence", {}).items()):
        amount = money_text(code, detail["exposure_minor"], detail["exponent"])
        limit = (
            "which has no limit"
            if detail["limit_minor"] is None
            else f"limit {money_text(code, detail['limit_minor'], detail['exponent'])}"
        )
        parts.append(
            f"divergence {amount} ({limit}; {detail['per_cent']} of the statement gross "
            "since the oldest open one)"
        )
    if parts:
        parts.append(_concerned(heads))
        explained = warehouse.run(cursor, "alerts/explained", {"psp": psp.name})
        parts += cause_sentences(explained.fetchall())
    parts += delay_sentences(reasons)
    return f"{psp.title}: {'; '.join(parts)}"


def _recovery(psp: config.Psp, heads: Position) -> str:
    return (
        f"{psp.title}: recovered, two complete runs in a row; divergence {_position_text(heads)}, "
        f"{_concerned(heads)}"
    )


def _concerned(position: Position) -> str:
    return f"{position.payments} payment{'' if position.payments == 1 else 's'} concerned"


def _position_text(position: Position) -> str:
    return ", ".join(each.amount() for each in position.divergences) or "none"
