"""What the gates of all formats share: a delivery on its way in, its checks, its statements."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from include.reconciliation.edges import warehouse
from include.reconciliation.edges.warehouse import Cursor
from include.reconciliation.errors import StatementError
from include.reconciliation.outside_text import printable
from include.reconciliation.statements.deliveries import Attempt, Delivery
from include.reconciliation.statements.description import Gate
from include.reconciliation.statements.reasons import REASON_CODES

# ISO 4217's code where there is none: a file that names no currency is tried with two decimals.
NO_CURRENCY = "XXX"


@dataclass(frozen=True, slots=True)
class Case:
    """One delivery on its way in.

    `content` opens its bytes. `binds` are the values for SQL; a gate adds those of its format.
    `default_currency` is that of an account whose files name none. `opened` are the statements that
    were let in, each with the account as the file has it; `named` are those of a file that is
    refused, with their sums, as far as it came.
    """

    cursor: Cursor
    attempt: Attempt
    delivery: Delivery
    format_name: str
    content: Callable[[], BinaryIO]
    binds: dict[str, Any]
    default_currency: str | None
    opened: dict[int, str | None] = field(default_factory=dict)
    named: list[dict[str, Any]] = field(default_factory=list)

    @property
    def file(self) -> str:
        """The delivery's name, for sentences."""
        return self.delivery.name


def check(
    case: Case,
    folder: str,
    gates: Sequence[Gate],
    *,
    column: Callable[[str], str] = str,
) -> None:
    """Raises StatementError for the first promise that something breaks.

    `column` gives the provider's name of a column for ours.
    """
    for gate in gates:
        row = warehouse.run(case.cursor, f"gate/{folder}/{gate.promise}", case.binds).fetchone()
        if row is not None:
            ours, comma, rest = row["column_name"].partition(", ")
            raise StatementError(
                gate.reason_code,
                REASON_CODES[gate.reason_code].meaning,
                file=case.file,
                row=row["row_number"],
                column=f"{column(ours)}{comma}{rest}",
                expected=row["expected"],
                found=shown(row["found"]),
            )


def is_flagged(cursor: Cursor, question: str, values: Mapping[str, Any] | None = None) -> bool:
    """The answer of a query that is one boolean, `is_flagged`."""
    row = warehouse.run(cursor, question, values).fetchone()
    return row is not None and bool(row["is_flagged"])


def of_others(case: Case) -> dict[str, Any]:
    """How a refused file is named that holds only what is another account's.

    No line of this account can be missing with it, so any good statement beside it mends it.
    """
    return {"statement_key": f"of another account: {case.file}", "sequence_number": None}


def open_statement(
    case: Case, statement: Mapping[str, Any], notices: Sequence[str], proved_by: str
) -> int | None:
    """Notes a proved statement and returns its id; None when it was decided before."""
    opened = warehouse.run(
        case.cursor,
        "statements/open_statement",
        {
            **statement,
            "account_id": case.attempt.account_id,
            "delivery_id": case.delivery.delivery_id,
            "attempt_id": case.attempt.attempt_id,
            "format": case.format_name,
            "notices": list(notices),
            "proved_by": proved_by,
        },
    ).fetchone()
    if opened is None:
        return None
    case.opened[opened["statement_id"]] = statement.get("account")
    case.cursor.execute(
        "insert into work_statements values (%s, %s, %s)",
        [opened["statement_id"], statement["statement_key"], statement["sequence_number"]],
    )
    return int(opened["statement_id"])


def shown(found: str) -> str:
    """What was found, short and printable: it comes from outside."""
    text = printable(found)
    return text if len(text) <= 100 else f"{text[:100]}..."


def finish_lines(cursor: Cursor) -> None:
    """Numbers the equal ones of `work_new_lines`, and says which days their statements prove."""
    warehouse.run(cursor, "statements/find_equal_lines")
    cursor.execute("analyze work_equal_keys")
    warehouse.run(cursor, "statements/number_equal_lines")
    warehouse.run(cursor, "statements/line_days")
    warehouse.run(cursor, "statements/describe_statements")
