"""`bin/reconciliation heartbeat`: is all published, checked and done in time, does the outbox move?

It runs outside Airflow, from cron or a monitoring system, since Airflow can't report its own death.
It reads the warehouse alone; of pauses it knows what was last written down there.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import psycopg

from include.reconciliation import config
from include.reconciliation.cadence import Cadence
from include.reconciliation.edges import warehouse
from include.reconciliation.edges.invariant_files import books, invariants_of
from include.reconciliation.errors import ReconciliationError
from include.reconciliation.incident_rules import DELAY_CYCLES_MAX
from include.reconciliation.scheduled_operations import SCHEDULED_OPERATIONS
from include.reconciliation.steps import incidents
from include.reconciliation.steps.pauses import IN_FORCE

WELL, AILING, UNKNOWN = 0, 1, 2
MESSAGES_MAX = 20


def main(argv: Sequence[str]) -> int:
    """0 when all is well, 1 when anything is late, 2 when nobody can tell."""
    parser = argparse.ArgumentParser(
        prog="reconciliation heartbeat",
        description="Says which account, check, operation, message or stop is late.",
    )
    parser.add_argument(
        "--message-age",
        type=config.duration,
        default=timedelta(minutes=15),
        metavar="SPAN",
        help="how long a message, or a stop, may wait, such as 15m (the default) or 1h",
    )
    arguments = parser.parse_args(argv)
    try:
        complaints = list(_complaints(arguments.message_age))
    except (psycopg.Error, ReconciliationError) as error:
        print(f"unknown: {type(error).__name__}: {error}", file=sys.stderr)
        return UNKNOWN
    for complaint in complaints:
        print(complaint)
    if not complaints:
        print("well: no account, check or operation is late, and no message waits too long")
    return AILING if complaints else WELL


def _complaints(message_age: timedelta) -> Iterator[str]:
    configuration = config.load()
    with warehouse.transaction() as cursor:
        for psp in configuration.psps:
            if _is_paused(cursor, psp.name):
                print(f"paused: {psp.name}, as last seen by a run or a round of delivery")
                continue
            yield from _late_accounts(cursor, psp, configuration.cycle)
        seconds = int(message_age.total_seconds())
        messages = warehouse.run(
            cursor, "alerts/waiting_messages", {"older_than_seconds": seconds}
        ).fetchall()
        # From when a book is known on, what has never been asked or done may be late.
        warehouse.run(cursor, "checks/register_books", {"books": books()})
        yield from _late_checks(cursor)
        yield from _late_operations(cursor)
        yield from _late_stops(cursor, seconds)
    for message in messages[:MESSAGES_MAX]:
        waiting = timedelta(seconds=message["waiting_seconds"])
        reason = message["last_error"] or "nobody has tried to deliver it"
        yield (
            f"waiting: message {message['message_id']} ({message['kind']}) for {waiting}, "
            f"{message['tries']} tries; {reason}"
        )
    if len(messages) > MESSAGES_MAX:
        yield f"waiting: {len(messages) - MESSAGES_MAX} more messages"


def _late_accounts(cursor: warehouse.Cursor, psp: config.Psp, cycle: timedelta) -> Iterator[str]:
    warehouse.run(
        cursor, "alerts/register_accounts", {"psp": psp.name, "accounts": list(psp.accounts)}
    )
    for account in incidents.freshness(cursor, psp):
        if account.is_late(cycle):
            last = account.complete_until
            yield (
                f"late: {psp.name} / {account.account}, {account.delay_cycles(cycle)} cycles "
                f"without a complete run, {DELAY_CYCLES_MAX} allowed; "
                + ("it has never had one" if last is None else f"the last one ended {last}")
            )
        elif account.complete_until is None:
            print(
                f"new: {psp.name} / {account.account} has never had a complete run; "
                f"without one it is late from {account.late_from(cycle):%Y-%m-%d %H:%M} UTC on"
            )


def _late_checks(cursor: warehouse.Cursor) -> Iterator[str]:
    """Checks of books that are not made in time, or over all of the book not each day."""
    checks = [check for book in books() for check in invariants_of(book)]
    cadences = {(check.book, check.name): check.cadence for check in checks}
    rows = warehouse.run(
        cursor,
        "heartbeat/last_checks",
        {
            "books": [check.book for check in checks],
            "check_names": [check.name for check in checks],
        },
    )
    for row in rows:
        cadence = cadences[row["book"], row["check_name"]]
        name = f"unchecked: {row['book']}, {row['check_name']}"
        if cadence.is_late(row["waiting_since"], row["now"]):
            yield f"{name}: {_last(row['checked_at'])}, expected every {cadence}"
        elif Cadence.DAY.is_late(row["waiting_for_all_since"], row["now"]):
            yield f"{name}, all of the book: {_last(row['all_checked_at'])}, expected every day"


def _late_operations(cursor: warehouse.Cursor) -> Iterator[str]:
    """What is done for a book on a schedule, and did not end well in time."""
    known = books()
    operations = {each.name: each for each in SCHEDULED_OPERATIONS if each.book in known}
    values = {
        "operations": list(operations),
        "books": [each.book for each in operations.values()],
    }
    for row in warehouse.run(cursor, "heartbeat/last_rounds", values):
        cadence = operations[row["operation"]].cadence
        if cadence.is_late(row["waiting_since"], row["now"]):
            due = row["waiting_since"] + cadence.late_after
            tried = ""
            if row["outcome"] not in (None, "done"):
                problem = "" if row["problem"] is None else f": {row['problem']}"
                tried = f"; the last one: {row['outcome']}{problem}"
            yield (
                f"late: {row['operation']}, expected every {cadence}: ended well "
                f"{_last(row['ended_well_at'])}, due by {due:%Y-%m-%d %H:%M} UTC{tried}"
            )


def _late_stops(cursor: warehouse.Cursor, older_than_seconds: int) -> Iterator[str]:
    values = {"older_than_seconds": older_than_seconds}
    for row in warehouse.run(cursor, "heartbeat/late_stops", values):
        waiting = timedelta(seconds=row["waiting_seconds"])
        yield (
            f"not stopped: {row['variable']}, as {row['requested_by']} asked {waiting} ago; "
            "stop it by hand where it is made"
        )


def _last(moment: datetime | None) -> str:
    return "never" if moment is None else f"last {moment:%Y-%m-%d %H:%M} UTC"


def _is_paused(cursor: warehouse.Cursor, psp: str) -> bool:
    """Whether the last thing seen is a pause that is not over; in doubt there is none."""
    last = warehouse.run(cursor, "alerts/last_pause_change", {"psp": psp}).fetchone()
    assert last is not None
    if last["event"] not in IN_FORCE:
        return False
    return last["until"] is None or last["now"] < last["until"]
