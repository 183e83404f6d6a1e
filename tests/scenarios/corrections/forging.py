"""What the application's role writes by hand into requests and answers, past all of Python."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from psycopg.sql import SQL, Identifier, Placeholder

Missing = Callable[..., str]
Session = psycopg.Connection[dict[str, Any]]
COLUMNS = (
    "request_id", "action", "object_kind", "object_id", "psp", "account_id", "leg",
    "discrepancy_id", "episode", "currency", "amount_minor", "reason_code", "reason", "ticket",
    "psp_ticket", "accept_until", "post_by", "link_to", "state_before", "state_after",
    "state_sha256", "preview", "requested_by", "on_behalf_of", "expires_at",
)  # fmt: skip
NEXT_YEAR = datetime(2027, 1, 1, tzinfo=UTC)
# A wallet of a service: nothing of it lies here.
WALLET = {
    "action": "adjust_wallet", "object_kind": "wallet", "object_id": "W-1", "psp": None,
    "account_id": None, "leg": None, "discrepancy_id": None, "episode": None, "post_by": None,
}  # fmt: skip


@dataclass
class Forger:
    """The application's role with a program of its own."""

    session: Session
    base: dict[str, Any]
    made: int = 0

    def ask(self, **changes: Any) -> str:
        """Writes a request down that differs from an honest one; its id."""
        self.made += 1
        row = {**self.base, "request_id": f"{self.made:064x}", **changes}
        names = SQL(", ").join(map(Identifier, COLUMNS))
        values = SQL(", ").join(map(Placeholder, COLUMNS))
        query = SQL("insert into internal.action_requests ({}) values ({})").format(names, values)
        self.session.execute(query, row)
        return str(row["request_id"])

    def row(self, request_id: str) -> dict[str, Any]:
        """A request as it was written."""
        query = "select * from internal.action_requests where request_id = %s"
        found = self.session.execute(query, [request_id]).fetchone()
        assert found is not None
        return found


def refused(match: str) -> Any:
    """What the database says of it."""
    return pytest.raises(psycopg.errors.CheckViolation, match=match)


def answer(session: Session, request: dict[str, Any], name: str, chosen: str = "approved") -> None:
    """An answer in the approver's role, past all of Python."""
    session.execute(
        "insert into internal.action_answers (request_id, answered_by, answer, channel,"
        " content_sha256) values (%s, %s, %s, 'airflow', %s)",
        [request["request_id"], name, chosen, request["content_sha256"]],
    )
