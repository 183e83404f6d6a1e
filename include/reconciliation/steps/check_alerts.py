"""What is told of a check: an alert per check or per object, one for many, one for "nobody knows".

An alert closes by itself only on the word of a run that looked at all of the book: one that looked
at what was touched lately says nothing of the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from include.reconciliation.edges import warehouse
from include.reconciliation.invariants import AlertPer, Invariant
from include.reconciliation.steps.incidents import close_alert, open_alert

COULD_NOT_CHECK = "book-could-not-check"
SYSTEMIC = "book-many-at-once"
# So many new objects at once are one fault of the system, and nobody reads as many messages.
NEW_AT_ONCE_MAX = 200
# More objects than alerts are ever opened for are not held in memory.
OBJECTS_MAX = 10_000


class Answered(Protocol):
    """What a book answered."""

    rows: int
    totals: dict[str, dict[str, int]]
    objects: dict[str, dict[str, Any]] | None


def alert_name(check: Invariant) -> str:
    """The name of the alert that says that this check is broken."""
    return f"{check.book}-{check.name}"


def summary(check: Invariant, rows: int, totals: Mapping[str, Mapping[str, int]]) -> str:
    """One sentence: which promise is broken, by how many rows and how much, and what to do."""
    amounts = ", ".join(
        f"{currency} {total['amount_minor']} minor units in {total['rows']}"
        for currency, total in sorted(totals.items())
    )
    found = f"{rows} row{'' if rows == 1 else 's'}" + (f" ({amounts})" if amounts else "")
    allowed = f", {check.rows_allowed} allowed" if check.rows_allowed else ""
    return f"{check.book}: not true that {check.sentence}: {found}{allowed}. {check.action}"


def tell_unchecked(
    cursor: warehouse.Cursor, check: Invariant, problem: str, rows: int
) -> None:
    """Nobody knows whether the check holds; what is open about it stays open."""
    found = f"; as far as anybody can tell, {rows} rows break it" if rows else ""
    _open(cursor, check, _unchecked(check), COULD_NOT_CHECK, check.severity,
          f"{check.book}: could not check that {check.sentence}: {problem}{found}",
          {"problem": True})


def tell_checkable(cursor: warehouse.Cursor, check: Invariant) -> None:
    """Somebody knows again whether the check holds."""
    close_alert(cursor, _unchecked(check), f"{check.book}: it can be checked that {check.sentence}")


def tell_checked(
    cursor: warehouse.Cursor, check: Invariant, answer: Answered, *, is_broken: bool, is_whole: bool
) -> None:
    """Opens what is broken and, if all of the book was looked at, closes what holds again."""
    if check.alert_per is AlertPer.OBJECT:
        _tell_objects(cursor, check, answer, is_broken=is_broken, is_whole=is_whole)
    elif is_broken:
        reasons = {currency: dict(total) for currency, total in answer.totals.items()}
        _open(cursor, check, _prefix(check), alert_name(check), check.severity,
              summary(check, answer.rows, answer.totals), reasons or {"rows": answer.rows})
    elif is_whole:
        close_alert(cursor, _prefix(check), f"{check.book}: true again that {check.sentence}")


def _tell_objects(
    cursor: warehouse.Cursor, check: Invariant, answer: Answered, *, is_broken: bool, is_whole: bool
) -> None:
    prefix = _prefix(check) + ":"
    rows = warehouse.run(cursor, "alerts/open_of_check", {"prefix": prefix})
    told = {row["object"]: row["fingerprint"] for row in rows}
    objects = answer.objects
    new = set() if objects is None else objects.keys() - told.keys()
    systemic = f"many:{check.book}:{check.name}"
    if objects is None or (is_broken and len(new) > NEW_AT_ONCE_MAX):
        # Nothing is resolved beside it: who fails for so many may be wrong about the others.
        _open(cursor, check, systemic, SYSTEMIC, "critical",
              summary(check, answer.rows, answer.totals), {"many": True})
        return
    # One that is open is brought up to date, and says nothing again.
    for key, row in sorted(objects.items()) if is_broken else ():
        _open(cursor, check, prefix + key, alert_name(check), check.severity,
              f"{check.book}: not true that {check.sentence}: {key}: {row['what']}. "
              f"{check.action}", {"object": row["object"]})
    if is_whole:
        gone = told.keys() - objects.keys() if is_broken else told.keys()
        for each in sorted(gone):
            close_alert(cursor, told[each], f"{check.book}: {each}: {check.sentence} again")
        close_alert(cursor, systemic, f"{check.book}: no longer many at once: {check.sentence}")


def _open(
    cursor: warehouse.Cursor, check: Invariant, fingerprint: str, name: str, severity: str,
    text: str, reasons: Mapping[str, Any],
) -> None:
    open_alert(
        cursor, fingerprint, name, severity, None, None, text, reasons, book=check.book,
        escalate_after=check.escalate_after, escalate_to=check.escalate_to,
    )


def _prefix(check: Invariant) -> str:
    return f"check:{check.book}:{check.name}"


def _unchecked(check: Invariant) -> str:
    return f"could-not-check:{check.book}:{check.name}"
