"""Extracts what is new, changed or gone in the ledger since the last published run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from include.reconciliation import config
from include.reconciliation.edges import attempts, ledger_source, volumes, warehouse
from include.reconciliation.errors import SourceError
from include.reconciliation.identifiers import content_id
from include.reconciliation.legs import LEG_OF_BOOK
from include.reconciliation.statements.description import TEXT_BYTES_MAX

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_DISTANT_PAST = datetime(1970, 1, 1, tzinfo=UTC)
# How long before the last read a row may have been stamped and still not have been committed.
_OVERLAP = timedelta(hours=1)
# All of the retained period is compared once in so many days, a share each day.
_ROTATION_DAYS = 30


def extract_ledger_transactions(attempt_id: int) -> int:
    """The number of ledger rows that differ; an extract once made is kept, and not made again."""
    with warehouse.attempt(attempt_id, "ledger") as cursor:
        attempt = attempts.load(cursor, attempt_id)
        if attempt.is_over:
            return 0
        if attempt.extract_sha256 is None or not is_fresh(cursor, attempt):
            extract(cursor, attempt)
        row = cursor.execute("select changes from work_extract_summary").fetchone()
        assert row is not None
        return int(row["changes"])


def is_fresh(cursor: warehouse.Cursor, attempt: attempts.Attempt) -> bool:
    """Whether the extract was made against the head as it is now, so that its changes still are."""
    cursor.execute("select to_regclass('work_extract_head') is not null as is_there")
    row = cursor.fetchone()
    if row is None or not row["is_there"]:
        return False
    row = warehouse.run(cursor, "extract/is_fresh", {"account_id": attempt.account_id}).fetchone()
    return row is not None and bool(row["is_fresh"])


def extract(cursor: warehouse.Cursor, attempt: attempts.Attempt) -> attempts.Attempt:
    """Reads the ledger, and a gateway beside it, and finds what differs from the rows in force."""
    volumes.discard(cursor, attempt.attempt_id, volumes.LEDGER_VERSIONS)
    cursor.execute(
        "drop table if exists work_ledger_extract, work_ledger_hours, work_ledger_vanished, "
        "work_extract_head, work_extract_summary, work_posted_corrections cascade"
    )
    # Before the rows themselves: whatever posts a correction is then among them.
    posted = _read_posted_corrections(attempt, cursor)
    found_rows, extract_sha256 = _extract(attempt, cursor, ledger_source.LEDGER)
    if attempt.psp.gateway is not None:
        values = {"attempt_id": attempt.attempt_id, "part": ledger_source.GATEWAY.name}
        warehouse.run(cursor, "legs/part", values)
        with warehouse.inside(cursor, attempt.attempt_id, ledger_source.GATEWAY.name):
            warehouse.run(cursor, "legs/gateway_extract")
            _, gateway_sha256 = _extract(attempt, cursor, ledger_source.GATEWAY)
        extract_sha256 = content_id(extract_sha256, gateway_sha256)
    if posted:
        extract_sha256 = content_id(extract_sha256, posted)
    attempts.note(cursor, attempt.attempt_id, extract_sha256=extract_sha256, extracted_at=None)
    volumes.adopt(cursor, attempt.attempt_id, volumes.LEDGER_VERSIONS, found_rows)
    return attempts.load(cursor, attempt.attempt_id)


def _read_posted_corrections(
    attempt: attempts.Attempt, cursor: warehouse.Cursor
) -> list[list[Any]]:
    """Keeps the ledger rows that post the corrections which wait; in an order of their own."""
    waiting = warehouse.run(
        cursor, "extract/corrections_to_post", {"account_id": attempt.account_id}
    ).fetchall()
    scope = {"psp": attempt.psp_name, "account": attempt.account, "read_to": attempt.as_of}
    found = ledger_source.posted_corrections(scope, [row["correction_id"] for row in waiting])
    warehouse.run(cursor, "extract/make_posted_corrections")
    for row in found:
        warehouse.run(cursor, "extract/keep_posted_correction", row)
    return sorted(
        [
            row["correction_id"], row["ledger_id"], row["amount_minor"], row["currency"],
            row["psp_reference"] or "", row["merchant_reference"] or "",
        ]
        for row in found
    )


def _extract(
    attempt: attempts.Attempt, cursor: warehouse.Cursor, book: ledger_source.Book
) -> tuple[int, str]:
    """How many rows of a book are new or other than those in force, and their hash."""
    warehouse.run(cursor, "extract/make_extract_tables")
    warehouse.run(cursor, "extract/note_head", {"account_id": attempt.account_id})
    with ledger_source.snapshot(book) as source:
        _Reading(attempt, book, source, cursor).read()
    _check_contract(attempt, cursor, book)
    cursor.execute("analyze work_ledger_extract")
    values = {
        "account_id": attempt.account_id,
        "first_item_id": warehouse.first_item_id(cursor),
    }
    found_rows = warehouse.run(cursor, "extract/find_ledger_versions", values).rowcount
    warehouse.run(cursor, "extract/find_vanished_rows", values)
    cursor.execute("analyze work_ledger_versions, work_ledger_vanished")
    warehouse.run(cursor, "extract/ledger_changes")
    warehouse.run(cursor, "extract/sum_up_ledger_changes")
    found = cursor.execute("select extract_sha256 from work_extract_summary").fetchone()
    assert found is not None
    return found_rows, str(found["extract_sha256"])


@dataclass(frozen=True, slots=True)
class _Reading:
    """Copies whatever of a book may differ from what the warehouse knows of it."""

    attempt: attempts.Attempt
    book: ledger_source.Book
    source: warehouse.Cursor
    cursor: warehouse.Cursor

    def read(self) -> None:
        """As the configuration says: by hours, by what was touched, or both."""
        attempt, configuration = self.attempt, config.load()
        last = warehouse.run(
            self.cursor, "extract/last_extract", {"account_id": attempt.account_id}
        ).fetchone()
        assert last is not None
        by_change = (
            self.book is ledger_source.LEDGER
            and configuration.ledger_change_detection == "changed_at"
            and last["extracted_at"]
        )
        look_back = _DAY if by_change else configuration.look_back
        read_from = _floor_hour(self._earliest() - look_back)
        read_to = _floor_hour(attempt.as_of + configuration.look_back)
        scope = {"psp": attempt.psp_name, "account": attempt.account}
        if not by_change or last["is_first_of_day"] or attempt.reprocess_from is not None:
            for start, end in [
                *self._older_days(read_from, bool(last["is_first_of_day"])),
                (read_from, read_to),
            ]:
                self._read_hours({**scope, "read_from": start, "read_to": end})
        if by_change:
            changed_from = last["extracted_at"] - _OVERLAP
            everything = {**scope, "read_from": _DISTANT_PAST, "read_to": read_to}
            self._copy(everything, None, changed_from)
            warehouse.run(self.cursor, "extract/drop_rows_read_twice")

    def _earliest(self) -> datetime:
        earliest = min(self.attempt.window_start, self.attempt.as_of)
        if self.book is ledger_source.LEDGER:
            return earliest
        # A gateway that joins later is read from where the other books begin.
        row = warehouse.run(
            self.cursor, "legs/begins", {"account_id": self.attempt.account_id}
        ).fetchone()
        return min(earliest, row["begins"]) if row and row["begins"] else earliest

    def _older_days(
        self, read_from: datetime, is_first_of_day: bool
    ) -> list[tuple[datetime, datetime]]:
        rows = warehouse.run(
            self.cursor,
            "extract/older_days_to_check",
            {
                "account_id": self.attempt.account_id,
                "leg": LEG_OF_BOOK[self.book.name],
                "read_from": read_from,
                "is_first_of_day": is_first_of_day,
                "rotation_days": _ROTATION_DAYS,
            },
        )
        return [(row["day"], min(row["day"] + _DAY, read_from)) for row in rows.fetchall()]

    def _read_hours(self, scope: dict[str, Any]) -> None:
        """Copies the rows of every hour of the range that is not as the warehouse knows it."""
        known = self._known_hours(scope["read_from"], scope["read_to"])
        if not known:
            # Nothing to compare with: all of it is read, without a look at it first.
            self._copy(scope, None)
            return
        after_known = max(known) + _HOUR
        found = ledger_source.hours(self.book, self.source, {**scope, "read_to": after_known})
        differing = sorted(hour for hour in {*known, *found} if known.get(hour) != found.get(hour))
        _note_hours(self.cursor, differing)
        if differing:
            part = {**scope, "read_from": differing[0], "read_to": after_known}
            self._copy(part, differing)
        self._copy({**scope, "read_from": after_known}, None)

    def _known_hours(
        self, start: datetime, end: datetime
    ) -> dict[datetime, tuple[int, str, str]]:
        rows = warehouse.run(
            self.cursor,
            "extract/known_hours",
            {"account_id": self.attempt.account_id, "read_from": start, "read_to": end},
        )
        return {row["hour"]: (row["rows"], row["amount_sum"], row["hash_sum"]) for row in rows}

    def _copy(
        self,
        scope: dict[str, Any],
        hours: Iterable[datetime] | None,
        changed_from: datetime | None = None,
    ) -> None:
        ledger_source.copy_rows(
            self.book, self.source, self.cursor, scope, hours, changed_from
        )


def _note_hours(cursor: warehouse.Cursor, hours: Iterable[datetime]) -> None:
    with cursor.copy("copy work_ledger_hours (hour) from stdin") as copy:
        for hour in hours:
            copy.write_row([hour])


def _check_contract(
    attempt: attempts.Attempt, cursor: warehouse.Cursor, book: ledger_source.Book
) -> None:
    long = warehouse.run(
        cursor, "extract/texts_are_short", {"text_bytes_max": TEXT_BYTES_MAX}
    ).fetchone()
    if long is not None:
        raise SourceError(
            f"column {long['column_name']!r} of {book.name} row {long['ledger_id']!r} of "
            f"{attempt.psp_name}/{attempt.account} has {long['bytes']} bytes, expected at most "
            f"{TEXT_BYTES_MAX}; the mapping must give what the PSP calls it, or NULL"
        )
    twice = warehouse.run(cursor, "extract/ledger_ids_are_unique").fetchone()
    if twice is not None:
        raise SourceError(
            f"ledger_id {twice['ledger_id']!r} came {twice['rows']} times for "
            f"{attempt.psp_name}/{attempt.account}; the mapping must give each row an id of its own"
        )
    currencies = sorted(attempt.psp.limits)
    unknown = warehouse.run(
        cursor, "extract/currencies_are_known", {"currencies": currencies}
    ).fetchone()
    if unknown is not None:
        raise SourceError(
            f"{unknown['rows']} {book.name} rows of {attempt.psp_name}/{attempt.account} are in "
            f"{unknown['currency']!r} (such as {unknown['example']!r}); the PSP's entry has limits "
            f"for {', '.join(currencies)} only: add limits.{unknown['currency']}"
        )


def _floor_hour(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
