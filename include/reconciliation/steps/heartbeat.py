"""`bin/reconciliation heartbeat`: is everybody published and checked in time, does the outbox move?

It runs outside Airflow, from cron or a monitoring system, since Airflow can't report its own death.
It reads the warehouse alone; of pauses it knows what was last written down there.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from datetime import timedelta

import psycopg

from include.reconciliation import config
from include.reconciliation.edges import warehouse
from include.reconciliation.edges.invariant_files import books, invariants_of
from include.reconciliation.errors import ReconciliationError
from include.reconciliation.incident_rules import DELAY_CYCLES_MAX
from include.reconciliation.steps import incidents
from include.reconciliation.steps.pauses import IN_FORCE

WELL, AILING, UNKNOWN = 0, 1, 2
# Checks are made every morning; a morning may be two hours late.
CHECK_AGE_MAX = timedelta(hours=26)
MESSAGES_MAX = 20


def main(argv: Sequence[str]) -> int:
    """0 when all is well, 1 when an account, check or message is late, 2 when nobody can tell."""
    parser = argparse.ArgumentParser(
        prog="reconciliation heartbeat",
        description="Says which account or check is not in time, and which message waits.",
    )
    parser.add_argument(
        "--message-age",
        type=config.duration,
        default=timedelta(minutes=15),
        metavar="SPAN",
        help="how long a message may wait in the outbox, such as 15m (the default) or 1h",
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
        print("well: no account or check is late, and no message waits too long")
    return AILING if complaints else WELL


def _complaints(message_age: timedelta) -> Iterator[str]:
    configuration = config.load()
    with warehouse.transaction() as cursor:
        for psp in configuration.psps:
            if _is_paused(cursor, psp.name):
                print(f"paused: {psp.name}, as last seen by a run or a round of delivery")
                continue
            yield from _late_accounts(cursor, psp, configuration.cycle)
        messages = warehouse.run(
            cursor,
            "alerts/waiting_messages",
            {"older_than_seconds": int(message_age.total_seconds())},
        ).fetchall()
        yield from _late_checks(cursor)
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
    """Checks of books that nobody has made for more than a day, from when the book is known on."""
    checks = [check for book in books() for check in invariants_of(book)]
    warehouse.run(cursor, "checks/register_books", {"books": books()})
    rows = warehouse.run(
        cursor,
        "checks/last_runs",
        {
            "books": [check.book for check in checks],
            "check_names": [check.name for check in checks],
        },
    )
    for row in rows:
        if row["now"] - (row["checked_at"] or row["known_since"]) > CHECK_AGE_MAX:
            last = row["checked_at"]
            told = "never" if last is None else f"last {last:%Y-%m-%d %H:%M} UTC"
            yield f"unchecked: {row['book']}, {row['check_name']}: {told}, expected every day"


def _is_paused(cursor: warehouse.Cursor, psp: str) -> bool:
    """Whether the last thing seen is a pause that is not over; in doubt there is none."""
    last = warehouse.run(cursor, "alerts/last_pause_change", {"psp": psp}).fetchone()
    assert last is not None
    if last["event"] not in IN_FORCE:
        return False
    return last["until"] is None or last["now"] < last["until"]
