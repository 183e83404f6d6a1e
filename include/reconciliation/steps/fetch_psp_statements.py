"""The step that brings statements in: raw bytes first, kept under their hash."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import BinaryIO

from include.reconciliation import config
from include.reconciliation.config import Psp
from include.reconciliation.edges import drop_folder, store, warehouse
from include.reconciliation.errors import StatementError
from include.reconciliation.statements import archives, deliveries, page_reader
from include.reconciliation.statements.api_pages import Api
from include.reconciliation.statements.deliveries import Attempt
from include.reconciliation.statements.description import SIZE_BYTES_MAX, ParsedFormat
from include.reconciliation.statements.formats import format_of
from include.reconciliation.steps.incidents import close_alert, open_alert

UNREADABLE_FILES = "reconciliation-unreadable-files"
_NAMES_SHOWN = 10


def fetch_psp_statements(attempt_id: int) -> int:
    """Keeps what the PSP has delivered since the last look; returns how many contents are new.

    A retry of an attempt that has looked already does nothing and returns 0.
    """
    with warehouse.transaction() as cursor:
        attempt = deliveries.attempt_with(cursor, attempt_id)
        looked_at = warehouse.run(
            cursor, "statements/last_look", {"account_id": attempt.account_id}
        ).fetchone()
    if attempt.fetched_at is not None:
        return 0
    psp = config.load().psp(attempt.psp)
    format_ = format_of(psp)
    api = format_.api if isinstance(format_, ParsedFormat) else None
    if api is not None and api.ask is not None and psp.endpoint is not None:
        return _from_pages(attempt, psp, api)
    return _from_folder(attempt, psp, looked_at["looked_at"] if looked_at else None)


def _from_pages(attempt: Attempt, psp: Psp, api: Api) -> int:
    looking_at = datetime.now(UTC)
    read = page_reader.read_range(attempt, psp, api)
    with warehouse.attempt(attempt.attempt_id, "statements") as cursor:
        if deliveries.attempt_with(cursor, attempt.attempt_id).fetched_at is not None:
            return 0
        new = deliveries.keep(cursor, attempt, **asdict(read))
        _mark_fetched(cursor, attempt, looking_at)
    return int(new)


def _from_folder(attempt: Attempt, psp: Psp, last_look: datetime | None) -> int:
    looking_at = datetime.now(UTC)
    kept, unreadable = [], []
    for file in drop_folder.settled_files(
        drop_folder.account_folder(psp.connection, attempt.account)
    ):
        if not file.is_unread_since(last_look):
            continue
        try:
            with drop_folder.opened(file) as stream:
                delivered = _kept(file, stream)
        except (drop_folder.FileChanged, FileNotFoundError):
            continue
        except drop_folder.FileUnreadable:
            unreadable.append(file.name)
        else:
            # Only now is it known that the file stayed as it was while it was read.
            kept += [(file, name, content) for name, content in delivered]
    new = 0
    with warehouse.attempt(attempt.attempt_id, "statements") as cursor:
        if deliveries.attempt_with(cursor, attempt.attempt_id).fetched_at is not None:
            return 0
        known = _known(cursor, attempt, [content for _, _, content in kept])
        for file, name, content in kept:
            if content in known and not file.is_new_since(last_look):
                continue
            whole = file.size_bytes <= SIZE_BYTES_MAX
            size_bytes = store.path(content).stat().st_size if whole else file.size_bytes
            new += deliveries.keep(
                cursor, attempt, content_sha256=content, name=name, size_bytes=size_bytes
            )
        _tell_unreadable(cursor, attempt, unreadable)
        _mark_fetched(cursor, attempt, looking_at)
    return new


def _kept(file: drop_folder.DroppedFile, stream: BinaryIO) -> list[tuple[str, str]]:
    """The name and hash of what a file delivers: itself, or each file that is packed in it."""
    # Of a file that is refused for its size only the beginning is kept.
    if file.size_bytes > SIZE_BYTES_MAX:
        return [(file.name, store.keep(stream.read(1 << 20)))]
    head = stream.read(len(archives.ZIP))
    stream.seek(0)
    if not archives.is_archive(head):
        return [(file.name, store.keep(stream))]
    try:
        return [
            (drop_folder.shown_name(name), store.keep(member))
            for name, member in archives.members(stream, file.size_bytes, file.name)
        ]
    except StatementError:
        # Kept as it is, so that the gate refuses it and says why.
        stream.seek(0)
        return [(file.name, store.keep(stream))]


def _tell_unreadable(cursor: warehouse.Cursor, attempt: Attempt, names: list[str]) -> None:
    """One alert per account while files lie there that may not be read; the others are let in."""
    fingerprint = f"unreadable-files:{attempt.psp}:{attempt.account}"
    if not names:
        close_alert(cursor, fingerprint, "every file of the folder can be read")
        return
    shown = ", ".join(names[:_NAMES_SHOWN]) + (", ..." if len(names) > _NAMES_SHOWN else "")
    open_alert(
        cursor,
        fingerprint,
        UNREADABLE_FILES,
        "high",
        attempt.psp,
        attempt.account,
        f"{attempt.psp} / {attempt.account}: the drop folder holds what may not be read: {shown}; "
        "give the user that runs the tasks the right to read it",
        dict.fromkeys(names[:_NAMES_SHOWN], "permission denied"),
    )


def _mark_fetched(cursor: warehouse.Cursor, attempt: Attempt, looking_at: datetime) -> None:
    warehouse.run(
        cursor,
        "statements/mark_fetched",
        {"attempt_id": attempt.attempt_id, "looked_at": looking_at},
    )


def _known(cursor: warehouse.Cursor, attempt: Attempt, contents: list[str]) -> set[str]:
    rows = warehouse.run(
        cursor,
        "statements/known_contents",
        {"account_id": attempt.account_id, "contents": contents},
    ).fetchall()
    return {row["content_sha256"] for row in rows}
