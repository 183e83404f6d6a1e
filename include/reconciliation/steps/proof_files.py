"""Writes the proof of a run: every row that it decided, as lines of JSON that need no database.

PostgreSQL makes the lines (include/sql/proof); they go into the store as they come, so that memory
stays the same whatever the size. What the files mean is in docs/proof.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import product
from typing import Any

from include.reconciliation.edges import attempts, store, warehouse
from include.reconciliation.legs import side_name
from include.reconciliation.report.manifest import ReportFile
from include.reconciliation.steps import further_legs

# Written with the report: which statements were refused is said there, too.
REFUSED = "quarantine.ndjson"
# Of all legs at once, where the PSP's entry has payouts explained.
PAYOUTS = "payouts"
# The queries of each file, one after the other.
_FILES = {
    "absorbed": ("absorbed",),
    "matches": ("matches", "matches_of_several"),
    "dissolved": ("dissolved",),
    "pending": ("pending",),
    "discrepancies": ("discrepancies",),
    "not_expected": ("not_expected",),
    "withdrawn": ("withdrawn",),
    "fees": ("fees",),
}
_TABLES = ("work_proof_open_rows", "work_proof_groups", "work_proof_fees")
_VIEWS = ("work_proof_lines", "work_proof_entries")
_BLOCK = 1 << 20
_DISTANT_PAST = datetime(1, 1, 1, tzinfo=UTC)


@contextmanager
def writing(attempt: attempts.Attempt) -> Iterator[Future[list[ReportFile]]]:
    """Meanwhile, in a transaction of its own, the files are written from what is committed."""
    with ThreadPoolExecutor(1) as beside:
        yield beside.submit(_write_beside, attempt)


def write(cursor: warehouse.Cursor, attempt: attempts.Attempt) -> list[ReportFile]:
    """The files, kept in the store, of what lies in the workspace; before it is published."""
    head = warehouse.run(cursor, "runs/account_head", {"account_id": attempt.account_id}).fetchone()
    assert head is not None
    values = {
        "account_id": attempt.account_id,
        "head_as_of": head["as_of"] or _DISTANT_PAST,
    }
    legs = further_legs.of(attempt)
    for leg in legs:
        with further_legs.workplace(cursor, attempt, leg):
            cursor.execute(warehouse.drop_table(*_TABLES))
            warehouse.run(cursor, "proof/open_rows", values | {"leg": leg})
            warehouse.run(cursor, "proof/groups")
            cursor.execute("analyze work_proof_open_rows, work_proof_groups, work_proof_fees")
            warehouse.run(cursor, "proof/lines")
            warehouse.run(cursor, "proof/entries")
    files = [_keep(cursor, attempt, name, values) for name in _FILES]
    if attempt.psp.payouts is not None:
        files.append(_keep(cursor, attempt, PAYOUTS, values))
    for leg in legs:
        with further_legs.workplace(cursor, attempt, leg):
            # The tables below them lose columns when they are published.
            cursor.execute(warehouse.drop_view(*_VIEWS))
    return files


def note(cursor: warehouse.Cursor, files: Sequence[ReportFile]) -> None:
    """Lists the files in the workspace, where the report finds them."""
    cursor.execute(warehouse.drop_table("work_proof_files"))
    warehouse.run(cursor, "proof/make_files")
    for file in files:
        warehouse.run(
            cursor,
            "proof/note_file",
            {
                "name": file.name,
                "content_sha256": file.sha256,
                "size_bytes": file.size_bytes,
                "lines": file.lines,
            },
        )


def written(cursor: warehouse.Cursor) -> list[ReportFile]:
    """What was noted."""
    return [
        ReportFile(row["name"], row["content_sha256"], row["size_bytes"], row["lines"])
        for row in warehouse.run(cursor, "proof/files")
    ]


def _write_beside(attempt: attempts.Attempt) -> list[ReportFile]:
    with warehouse.beside(attempt.attempt_id) as cursor:
        return write(cursor, attempt)


def _keep(
    cursor: warehouse.Cursor, attempt: attempts.Attempt, name: str, values: dict[str, Any]
) -> ReportFile:
    rows = _Rows(_sent(cursor, attempt, name, values))
    sha256 = store.keep(rows)
    return ReportFile(f"{name}.ndjson", sha256, rows.size_bytes, rows.lines)


def _sent(
    cursor: warehouse.Cursor, attempt: attempts.Attempt, name: str, values: dict[str, Any]
) -> Iterator[bytes]:
    if name == PAYOUTS:
        with cursor.copy(warehouse.statement("proof/payouts")) as copy:
            yield from map(bytes, copy)
        return
    for leg, query in product(further_legs.of(attempt), _FILES[name]):
        of_leg = values | {"leg": leg, "right": side_name(leg, "ledger")}
        with (
            further_legs.workplace(cursor, attempt, leg),
            cursor.copy(warehouse.statement(f"proof/{query}"), of_leg) as copy,
        ):
            for row in copy:
                yield bytes(row)


class _Rows:
    """What a COPY sends, a row at a time, as a stream that is read in large blocks."""

    def __init__(self, rows: Iterator[bytes]) -> None:
        self._rows = rows
        self.lines = 0
        self.size_bytes = 0

    def read(self, size: int = _BLOCK, /) -> bytes:
        """At least `size` bytes unless it is the end; whole rows."""
        block = bytearray()
        rows = 0
        for row in self._rows:
            block += row
            rows += 1
            if len(block) >= size:
                break
        self.lines += rows
        self.size_bytes += len(block)
        return bytes(block)
