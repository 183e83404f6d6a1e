"""One drop folder that goes wrong, from its files to what people see; then the same one mended.

Four payments of each of three days stand in the ledger and on the PSP's statements. The database
decides what was let in.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace
from typing import Any, BinaryIO
from unittest import mock

import psycopg

from include.reconciliation.demo.timeline import StoryWindow
from include.reconciliation.edges import drop_folder, store
from include.reconciliation.edges.pause_variable import NothingPaused, reading_from
from include.reconciliation.edges.warehouse import statement
from include.reconciliation.lab.behaviours.course import Attempts, Outcome
from include.reconciliation.lab.behaviours.folder import Folder
from include.reconciliation.lab.behaviours.folder_table import FolderBehaviour
from include.reconciliation.lab.behaviours.table import (
    COMPLETE,
    KEPT_OUT,
    PENDING,
    REFUSED,
    TOLD,
    UNREADABLE,
    WAITS,
)
from include.reconciliation.lab.format_faults.books import Book
from include.reconciliation.lab.format_faults.places import (
    ADYEN,
    WINDOWS,
    FormatPlace,
    configuration_text,
)
from include.reconciliation.lab.weeks import SPRING

_ACCOUNT = "OurShop"
_DAYS = 3


class FolderCourse(Attempts):
    """Runs behaviours on one warehouse and one ledger; each PSP is one of its own."""

    def __init__(
        self, ledger: psycopg.Connection[Any], views: psycopg.Connection[Any], folder: Path
    ) -> None:
        super().__init__(views)
        self._ledger = ledger
        self._folder = folder
        self._number = 0

    def outcome(self, behaviour: FolderBehaviour) -> Outcome:
        """Runs it, mends the folder, and runs again over the window that follows."""
        self._number += 1
        name = f"hostile_folder_{self._number}"
        place = FormatPlace(ADYEN, SPRING, _ACCOUNT, entry=name, currency="EUR")
        book = Book(place, self._number)
        self._book(book)
        folder = Folder(self._folder / name / _ACCOUNT, book)
        folder.path.mkdir(parents=True)
        if behaviour.has_others:
            folder.others()
        behaviour.arrange(folder)
        with self._configured(folder):
            with _acting(folder):
                ended = self._ended(folder, WINDOWS[0], behaviour.let_in)
            folder.path.mkdir(exist_ok=True)
            folder.mend()
            afterwards = self._ended(folder, WINDOWS[1], max(behaviour.let_in, _DAYS))
        return Outcome(behaviour, ended, afterwards, behaviour.afterwards)

    def _ended(self, folder: Folder, window: StoryWindow, let_in: int) -> str:
        name = folder.book.place.psp
        end = self.run(name, _ACCOUNT, (window.start, window.end))
        if isinstance(end, str):
            return end
        return _told(end, folder.book, let_in, self.one("lab/unreadable_files", psp=name)["alerts"])

    def _book(self, book: Book) -> None:
        with self._ledger.cursor() as cursor:
            rows = [asdict(change.row) for change in book.ledger if change.row]
            cursor.executemany(statement("demo/write_ledger_row"), rows)
        self._ledger.commit()

    @contextmanager
    def _configured(self, folder: Folder) -> Iterator[None]:
        place = folder.book.place
        file = self._folder / f"{place.psp}.toml"
        file.write_text(configuration_text([place], {}), encoding="utf-8")
        entry = json.dumps({"conn_type": "fs", "extra": {"path": str(folder.path.parent)}})
        variables = {
            f"AIRFLOW_CONN_{place.psp.upper()}": entry, "RECONCILIATION_CONFIG": str(file)
        }
        with mock.patch.dict(os.environ, variables), reading_from(NothingPaused()):
            yield


@contextmanager
def _acting(folder: Folder) -> Iterator[None]:
    """What happens to the folder while the run looks at it and reads."""
    with ExitStack() as stack:
        act = folder.between_looks or (lambda: None)
        clock = SimpleNamespace(sleep=lambda seconds: act())
        stack.enter_context(mock.patch.object(drop_folder, "time", clock))
        if folder.while_reading is not None:
            keep = _interrupted(store.keep, folder.file.stat().st_ino, folder.while_reading)
            stack.enter_context(mock.patch.object(store, "keep", keep))
        if folder.is_forbidden:
            # Who runs the lab may be root, who may read everything.
            opened = _forbidding(os.open, folder.file)
            stack.enter_context(mock.patch.object(drop_folder.os, "open", opened))
        yield


def _interrupted(
    keep: Callable[[Any], str], inode: int, act: Callable[[], object]
) -> Callable[[Any], str]:
    """Keeps a stream as ever; of the file with that inode the half is read, then something acts."""

    def kept(content: Any) -> str:
        is_file = hasattr(content, "fileno")
        if not is_file or os.fstat(content.fileno()).st_ino != inode:
            return keep(content)
        return keep(_Halves(content, act))

    return kept


class _Halves:
    """A stream in two parts, between which something happens."""

    def __init__(self, stream: BinaryIO, act: Callable[[], object]) -> None:
        self._stream = stream
        self._half = os.fstat(stream.fileno()).st_size // 2
        self._act = act

    def read(self, size: int = -1) -> bytes:
        """The first half, then the rest."""
        if self._stream.tell() == 0:
            return self._stream.read(self._half)
        if self._stream.tell() == self._half:
            self._act()
            # What was read ahead is forgotten, as if the file were a large one.
            self._stream.seek(0)
            self._stream.seek(self._half)
        return self._stream.read(size)


def _forbidding(open_: Callable[..., int], path: Path) -> Callable[..., int]:
    def opened(name: Any, *others: Any, **named: Any) -> int:
        if name == path:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return open_(name, *others, **named)

    return opened


def _told(end: dict[str, Any], book: Book, let_in: int, alerts: int) -> str:
    """How the run ended, and that nothing is let in but what may be, nor told as proved."""
    payments = len(book.lines[book.day])
    # A batch carries over what it does not pay out.
    is_as_let_in = end["lines"] == let_in * (payments + 1) and not end["residuals"]
    verdict = end["verdict"]
    is_green = verdict in ("reconciled", "reconciled_with_pending")
    lacks = max(_DAYS - let_in, 0)
    found = (end["missing_in_statement"], end["gaps"])
    ends = None
    if end["refused_as"] is not None:
        if found == (0, 0) and lacks == 0 and is_green:
            ends = KEPT_OUT + end["refused_as"]
        elif found == (0, lacks) and verdict == "incomplete":
            ends = REFUSED + end["refused_as"]
    elif found == (0, 0) and lacks == 0 and is_green:
        ends = COMPLETE if verdict == "reconciled" else PENDING
    elif lacks and found == (0, lacks) and verdict == "incomplete":
        ends = UNREADABLE if alerts else WAITS
    elif lacks and found == (lacks * payments, 0) and verdict == "discrepancies":
        ends = TOLD
    if is_as_let_in and ends is not None:
        return ends
    return (
        f"{end['verdict']} with {end['lines']} lines, {end['gaps']} gaps, "
        f"{end['missing_in_statement']} missing_in_statement, refused as {end['refused_as']}"
    )
