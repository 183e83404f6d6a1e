"""A drop folder of an account whose statements of three days are known, and what happens to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from include.reconciliation.lab.format_faults.books import Book
from include.reconciliation.lab.statement_files.writers import WRITERS

_DAY = 1


@dataclass
class Folder:
    """The drop folder of an account; files are by the number of their day, 0 to 2."""

    path: Path
    book: Book
    # What happens between the two looks, and when a file is being read.
    between_looks: Callable[[], object] | None = None
    while_reading: Callable[[], object] | None = None
    # Whether the file of the second day may not be read.
    is_forbidden: bool = False

    def content(self, day: int, **changes: Any) -> bytes:
        """The statement of a day, or one that says something else."""
        statement = list(self.book.statements.values())[day]
        (file,) = WRITERS[self.book.place.format].write(replace(statement, **changes))
        return file.content

    def name(self, day: int) -> str:
        """What the file of a day is called."""
        return f"settlement_{list(self.book.days)[day]:%Y%m%d}.csv"

    @property
    def file(self) -> Path:
        """Where the file of the second day lies."""
        return self.path / self.name(_DAY)

    def put(self, content: bytes, name: str = "") -> Path:
        """A file lies there, that of the second day unless it has a name."""
        path = self.path / name if name else self.file
        path.write_bytes(content)
        return path

    def others(self) -> None:
        """The files of the first and the last day."""
        for day in (0, 2):
            self.put(self.content(day), self.name(day))

    def mend(self) -> None:
        """All three files are there, each under its name."""
        for day in range(3):
            path = self.path / self.name(day)
            if path.is_symlink() or (path.exists() and not path.is_file()):
                path.unlink() if path.is_symlink() or path.is_fifo() else path.rmdir()
            self.put(self.content(day), self.name(day))
