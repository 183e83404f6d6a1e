"""What the roles of the payouts system may do; that the key stays is a matter of the database."""

from __future__ import annotations

from datetime import timedelta

import psycopg
import pytest

from tests.payouts.payouts_book import PayoutsBook

TABLES = (
    "payouts",
    "provider_payouts",
    "outbox",
    "provider_events",
    "ledger_groups",
    "ledger_entries",
    "integrity_alerts",
)
# Where nothing is listed, nothing is allowed.
MAY = {
    "payouts_ro": {table: {"SELECT"} for table in TABLES},
    "payouts_operator": {
        "payouts": {"SELECT"},
        "provider_payouts": {"SELECT"},
        "outbox": {"SELECT"},
        "provider_events": {"SELECT"},
    },
}
RIGHTS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")


@pytest.mark.parametrize("role", MAY)
def test_each_right_of_each_role_on_each_table(databases, payouts_book, role: str) -> None:  # type: ignore[no-untyped-def]
    with psycopg.connect(databases.conninfo("payouts", role)) as session:
        found = {
            table: {
                right
                for right in RIGHTS
                if session.execute(
                    "select has_table_privilege(%(t)s, %(r)s)", {"t": table, "r": right}
                ).fetchone()[0]  # type: ignore[index]
            }
            for table in TABLES
        }
        columns = session.execute(
            "select table_name, privilege_type, array_agg(column_name::text order by column_name)"
            " from information_schema.role_column_grants where grantee = current_user"
            " and privilege_type <> 'SELECT' group by 1, 2"
        ).fetchall()
        may_requeue = session.execute(
            "select has_function_privilege('requeue_outbox_task(bigint, text, timestamptz)',"
            " 'execute')"
        ).fetchone()

    assert {table: MAY[role].get(table, set()) for table in TABLES} == found
    expected = [
        "amount_minor",
        "currency",
        "idempotency_key",
        "origin",
        "provider_payout_id",
        "provider_reference",
        "status",
    ]
    if role == "payouts_operator":
        assert [("provider_events", "INSERT", expected)] == columns
    else:
        assert [] == columns
    assert (role == "payouts_operator",) == may_requeue


def requeued(databases, task: int, key: str, claim) -> bool:  # type: ignore[no-untyped-def]
    with psycopg.connect(databases.conninfo("payouts", "payouts_operator")) as session:
        row = session.execute(
            "select requeue_outbox_task(%(task)s, %(key)s, %(claim)s)",
            {"task": task, "key": key, "claim": claim},
        ).fetchone()
    assert row is not None
    return bool(row[0])


def the_task(book: PayoutsBook) -> tuple:  # type: ignore[type-arg]
    row = book.session.execute("select id, claimed_at from outbox").fetchone()
    assert row is not None
    return row


def test_a_task_is_put_back_only_with_its_key_and_as_the_send_that_was_asked_about(
    databases, payouts_book: PayoutsBook
) -> None:  # type: ignore[no-untyped-def]
    payouts_book.payout("1", state="SENDING")
    task, claim = the_task(payouts_book)

    assert not requeued(databases, task, "key-2", claim)
    assert not requeued(databases, task, "key-1", claim + timedelta(microseconds=1))
    assert not requeued(databases, task + 1, "key-1", claim)
    assert requeued(databases, task, "key-1", claim)
    assert not requeued(databases, task, "key-1", claim)
    assert [("pp-1", "PENDING")] == payouts_book.tasks()
    key = payouts_book.session.execute("select idempotency_key from provider_payouts").fetchone()
    assert ("key-1",) == key


@pytest.mark.parametrize(
    "meanwhile",
    [
        "update provider_payouts set status = 'SUCCEEDED'",
        "update provider_payouts set status = 'FAILED'",
        "update provider_payouts set status = 'QUARANTINED'",
        "update payouts set status = 'QUARANTINED'",
        "update payouts set status = 'PAID'",
        "update outbox set status = 'FAILED'",
        "update outbox set status = 'PENDING'",
    ],
)
def test_what_has_ended_or_is_in_quarantine_is_not_put_back(
    databases, payouts_book: PayoutsBook, meanwhile: str
) -> None:  # type: ignore[no-untyped-def]
    payouts_book.payout("1", state="SENDING")
    task, claim = the_task(payouts_book)
    payouts_book.session.execute(meanwhile)

    assert not requeued(databases, task, "key-1", claim)
