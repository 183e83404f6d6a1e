"""The ways in which a drop folder goes wrong, and how a run that reads from it must end.

The folder should hold the statements of three days. What goes wrong is that of the second day, or
something beside the three. Each entry puts files where they lie when the run looks; some act again
while it looks or reads.
"""

from __future__ import annotations

import gzip
import io
import os
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from include.reconciliation.lab.behaviours.folder import Folder
from include.reconciliation.lab.behaviours.table import (
    COMPLETE,
    CONFIGURATION,
    KEPT_OUT,
    PENDING,
    REFUSED,
    TOLD,
    UNREADABLE,
    WAITS,
    Misbehaviour,
)
from include.reconciliation.statements.description import SIZE_BYTES_MAX

_DAY = 1
_HTML = b"<!DOCTYPE html><html><body>Your session has ended</body></html>"


Arrange = Callable[[Folder], object]


@dataclass(frozen=True, slots=True)
class FolderBehaviour(Misbehaviour):
    """What the folder is like. `let_in`: how many statements are let in all the same.

    `has_others`: the files of the first and the last day lie there. `afterwards`: how the run over
    the mended folder ends.
    """

    arrange: Arrange
    let_in: int = 2
    has_others: bool = True
    afterwards: str = COMPLETE


def _group(group: str, *entries: tuple[Any, ...]) -> tuple[FolderBehaviour, ...]:
    """Entries are (name, how it ends, what it is like, and further values by name)."""
    return tuple(
        FolderBehaviour(name, group, ends, arrange, **(more[0] if more else {}))
        for name, ends, arrange, *more in entries
    )


def _whole(folder: Folder) -> bytes:
    return folder.content(_DAY)


def _half(folder: Folder) -> bytes:
    content = _whole(folder)
    return content[: len(content) // 2]


def _without_end(folder: Folder) -> bytes:
    """Whole lines, but not all of them."""
    return b"".join(_whole(folder).splitlines(keepends=True)[:-2])


def _named(change: Callable[[str], str]) -> Arrange:
    return lambda folder: folder.put(_whole(folder), change(folder.name(_DAY)))


def _holding(content: Callable[[Folder], bytes]) -> Arrange:
    return lambda folder: folder.put(content(folder))


def _grows_between_looks(folder: Folder) -> None:
    path = folder.put(_half(folder))
    folder.between_looks = lambda: path.write_bytes(_whole(folder))


def _grows_while_read(folder: Folder) -> None:
    path = folder.put(_half(folder))
    folder.while_reading = lambda: path.write_bytes(_whole(folder))


def _same_length(folder: Folder) -> bytes:
    return _whole(folder).replace(b"visa", b"amex")


def _overwritten_in_silence(folder: Folder) -> None:
    """In place, with as many bytes and the time that it had."""
    path = folder.put(_whole(folder))
    seen = path.stat()

    def overwrite() -> None:
        path.write_bytes(_same_length(folder))
        os.utime(path, ns=(seen.st_atime_ns, seen.st_mtime_ns))

    folder.while_reading = overwrite


def _replaced_while_read(folder: Folder) -> None:
    """A whole file takes the place of a whole file: what was opened is read to its end."""
    path = folder.put(_whole(folder))

    def exchange() -> None:
        other = path.with_name(".other")
        other.write_bytes(_whole(folder))
        other.replace(path)

    folder.while_reading = exchange


def _vanishes(folder: Folder) -> None:
    path = folder.put(_whole(folder))
    folder.between_looks = lambda: path.unlink(missing_ok=True)


def _becomes_a_link(folder: Folder) -> None:
    """Between the look and the reading the file becomes a link to somewhere else."""
    path = folder.put(_whole(folder))
    outside = folder.path.parent / "outside.csv"
    outside.write_bytes(_same_length(folder))
    looks = iter(range(2))

    def link() -> None:
        if next(looks, None) == 0:
            path.unlink()
            path.symlink_to(outside)

    folder.between_looks = link


def _forbidden(folder: Folder) -> None:
    folder.put(_whole(folder))
    folder.is_forbidden = True


def _link(folder: Folder) -> None:
    outside = folder.path.parent / "elsewhere.csv"
    outside.write_bytes(_whole(folder))
    folder.file.symlink_to(outside)


def _two_of_one_day(folder: Folder) -> None:
    """The later one has the name that comes first, and all the lines."""
    lines = list(folder.book.statements.values())[_DAY].lines
    older = folder.put(folder.content(_DAY, lines=lines[:-1]), "z_first.csv")
    os.utime(older, ns=(1_700_000_000 * 10**9, 1_700_000_000 * 10**9))
    folder.put(_whole(folder), "a_second.csv")


def _one_name_for_all(folder: Folder) -> None:
    """Only the last day's file is left of three that had one name."""
    for day in range(3):
        folder.put(folder.content(day), "latest.csv")


def _same_file_often(folder: Folder) -> None:
    for name in ("", "copy (1).csv", "copy (2).csv", "REPORT.CSV"):
        folder.put(_whole(folder), name)


def _zip(*files: tuple[str, Callable[[Folder], bytes]]) -> Arrange:
    """An archive with these files in it."""

    def arrange(folder: Folder) -> None:
        folder.put(_zipped(folder, *files), "settlement.zip")

    return arrange


def _zipped(folder: Folder, *files: tuple[str, Callable[[Folder], bytes]]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content(folder))
    return packed.getvalue()


def _as_it_is(content: bytes, folder: Folder) -> bytes:
    return content


def _nested(depth: int) -> Callable[[Folder], bytes]:
    """A zip in a zip, and so on."""

    def content(folder: Folder) -> bytes:
        inner = _zipped(folder, ("day.csv", _whole))
        for _ in range(depth - 1):
            inner = _zipped(folder, ("inner.zip", partial(_as_it_is, inner)))
        return inner

    return content


def _encrypted(folder: Folder) -> bytes:
    """An archive whose member says that it needs a password."""
    content = bytearray(_zipped(folder, ("day.csv", _whole)))
    # Bit 0 of the flags, of the member and in the directory.
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def _of_day(day: int, folder: Folder) -> bytes:
    return folder.content(day)


def _days(*days: int) -> tuple[tuple[str, Callable[[Folder], bytes]], ...]:
    return tuple((f"day {day}.csv", partial(_of_day, day)) for day in days)


def _sparse(folder: Folder) -> None:
    with folder.file.open("wb") as file:
        file.write(_whole(folder))
        file.truncate(SIZE_BYTES_MAX + 1)


def _other_account(folder: Folder) -> bytes:
    return folder.content(_DAY, account="SomebodyElse")


def _rows_of_another(folder: Folder) -> bytes:
    head, row, *rest = _whole(folder).splitlines(keepends=True)
    account = folder.book.place.account.encode()
    return b"".join([head, row.replace(account, b"SomebodyElse"), *rest])


def _next_week(folder: Folder) -> None:
    """Beside what is due lies a file whose lines are of days to come."""
    folder.put(_whole(folder))
    statement = list(folder.book.statements.values())[2]
    later = timedelta(days=7)
    lines = tuple(
        replace(
            line, event_reference=f"{line.event_reference}W",
            payment_reference=f"{line.event_reference}W",
            occurred_at=line.occurred_at + later, booked_at=line.booked_at + later,
        )
        for line in statement.lines
    )
    folder.put(
        folder.content(
            2, number=statement.number + 1, lines=lines, made_at=statement.made_at + later,
            period_from=statement.period_from + later, period_to=statement.period_to + later,
        ),
        "next_week.csv",
    )


ALL = {"let_in": 3}
ALONE = {"let_in": 3, "has_others": False}
FILES = _group(
    "drop folder",
    ("a file that grows between two looks", WAITS, _grows_between_looks),
    ("a file that grows while it is read", WAITS, _grows_while_read),
    ("a file overwritten while it is read, its size and time kept", WAITS, _overwritten_in_silence),
    ("a file replaced by a whole one while it is read", WAITS, _replaced_while_read),
    ("a file that vanishes between two looks", WAITS, _vanishes),
    ("a file that becomes a link between two looks", WAITS, _becomes_a_link),
    ("half a file, then the whole one under its name", REFUSED + "malformed_row", _holding(_half)),
    (
        "half a file, then the whole one under another name", REFUSED + "malformed_row",
        lambda folder: folder.put(_half(folder), "half.csv"),
    ),
    ("a file without its last lines", REFUSED + "wrong_total", _holding(_without_end)),
    ("an empty file", REFUSED + "empty", _holding(lambda _: b"")),
    ("a file with nothing but its header", REFUSED + "empty",
     _holding(lambda folder: _whole(folder).splitlines(keepends=True)[0])),
    ("a file of blank lines", REFUSED + "empty", _holding(lambda _: b"\n \n\n")),
    ("no file", WAITS, lambda folder: None),
    ("yesterday's file again under today's name", WAITS,
     _holding(lambda folder: folder.content(0))),
    ("another merchant's file", REFUSED + "wrong_account", _holding(_other_account)),
    ("another merchant's row among ours", REFUSED + "wrong_account", _holding(_rows_of_another)),
    ("a page of HTML with a file's name", REFUSED + "html_page", _holding(lambda _: _HTML)),
    ("the same file under four names", COMPLETE, _same_file_often, ALL),
    ("two files of one day, the later one first by name", COMPLETE, _two_of_one_day, ALL),
    ("one name for the files of all days", TOLD, _one_name_for_all,
     {"let_in": 1, "has_others": False}),
    ("a file of next week", PENDING, _next_week, {"let_in": 4, "afterwards": PENDING}),
    ("a file beyond the size of any", REFUSED + "too_large", _sparse),
)
KINDS = _group(
    "file system",
    ("a symbolic link with the file's name", WAITS, _link),
    ("a link that leads nowhere", WAITS,
     lambda folder: folder.file.symlink_to(folder.path / "nothing")),
    ("a directory with the file's name", WAITS, lambda folder: folder.file.mkdir()),
    ("a pipe with the file's name", WAITS, lambda folder: os.mkfifo(folder.file)),
    ("a file that may not be read", UNREADABLE, _forbidden),
    ("a hidden file", WAITS, _named(lambda name: f".{name}")),
    ("a file that is still called .part", WAITS, _named(lambda name: f"{name}.part")),
    ("a file without an extension", COMPLETE, _named(lambda name: name.partition(".")[0]), ALL),
    ("a name with a line feed, an escape and a right-to-left mark", COMPLETE,
     _named(lambda name: f"a\n\x1b[2J\u202e{name}"), ALL),
    ("a name of 250 bytes", COMPLETE, _named(lambda name: "n" * 246 + ".csv"), ALL),
    ("a name that is no UTF-8", COMPLETE,
     lambda folder: Path(os.fsdecode(os.fsencode(folder.path) + b"/\xff\xfe.csv")).write_bytes(
         _whole(folder)), ALL),
    ("no folder for the account", CONFIGURATION, lambda folder: folder.path.rmdir(),
     {"has_others": False}),
)
ARCHIVES = _group(
    "archives",
    ("a zip with all three files", COMPLETE, _zip(*_days(0, 1, 2)), ALONE),
    ("a zip with one file", COMPLETE, _zip(*_days(1)), ALL),
    ("a zip without a file", REFUSED + "bad_archive", _zip()),
    ("a zip with an encrypted file", REFUSED + "bad_archive",
     lambda folder: folder.put(_encrypted(folder), "settlement.zip")),
    ("a zip cut in half", REFUSED + "bad_archive",
     lambda folder: folder.put(_zipped(folder, *_days(1))[:-60], "settlement.zip")),
    ("a zip in a zip", COMPLETE, lambda folder: folder.put(_nested(2)(folder), "s.zip"), ALL),
    ("a zip in a zip in a zip", REFUSED + "beyond_limits",
     lambda folder: folder.put(_nested(3)(folder), "settlement.zip")),
    ("a zip whose members would climb out", COMPLETE,
     _zip(("../../../climbed.csv", _whole), ("/tmp/../climbed.csv", _whole)), ALL),
    ("a zip with what a desktop adds", COMPLETE,
     _zip(*_days(1), ("__MACOSX/._day", lambda _: b"\x00"), (".DS_Store", lambda _: b"\x00")), ALL),
    ("a zip with another merchant's file before ours", KEPT_OUT + "wrong_account",
     _zip(("another.csv", _other_account), *_days(1)), ALL),
    ("a zip with another merchant's file after ours", KEPT_OUT + "wrong_account",
     _zip(*_days(1), ("another.csv", _other_account)), ALL),
    ("a zip with half a file", REFUSED + "malformed_row", _zip(("day.csv", _half))),
    ("a bomb in a zip", REFUSED + "beyond_limits",
     _zip(("day.csv", lambda folder: b"0" * 60_000_000))),
    ("gzip", COMPLETE, lambda folder: folder.put(gzip.compress(_whole(folder)), "s.csv.gz"), ALL),
    ("gzip with a file's name", COMPLETE, _holding(lambda folder: gzip.compress(_whole(folder))),
     ALL),
    ("a file in gzip, cut", REFUSED + "bad_archive",
     _holding(lambda folder: gzip.compress(_whole(folder))[:-20])),
    ("two gzips in a row", REFUSED + "bad_amount",
     _holding(lambda folder: gzip.compress(_whole(folder)) * 2)),
)
TEXTS = _group(
    "files' texts",
    ("a byte order mark before the header", COMPLETE,
     _holding(lambda folder: b"\xef\xbb\xbf" + _whole(folder)), ALL),
    ("a file in UTF-16", COMPLETE,
     _holding(lambda folder: _whole(folder).decode().encode("utf-16")), ALL),
    ("a file in no UTF-8", REFUSED + "bad_encoding",
     _holding(lambda folder: _whole(folder).replace(b"visa", b"vis\xe4"))),
    ("NUL in a file", REFUSED + "bad_encoding",
     _holding(lambda folder: _whole(folder).replace(b"visa", b"vi\x00a"))),
    ("CR LF for line ends", COMPLETE,
     _holding(lambda folder: _whole(folder).replace(b"\n", b"\r\n")), ALL),
    ("the whole file twice in a row", REFUSED + "bad_amount",
     _holding(lambda folder: _whole(folder) * 2)),
    ("an open quotation mark", REFUSED + "malformed_row",
     _holding(lambda folder: _whole(folder).replace(b"visa", b'"visa', 1))),
)
FOLDER_BEHAVIOURS = (*FILES, *KINDS, *ARCHIVES, *TEXTS)
