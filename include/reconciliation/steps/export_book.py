"""Exports the tables of a book as CSV files, of one snapshot and as of one moment.

The files are the queries of `include/sql/books/<book>/`. They are written through the application,
for whoever runs the DAG to read and nobody else, and appear with their manifest last.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from include.reconciliation.edges import book_source, report_files
from include.reconciliation.edges.warehouse import SQL_FOLDER
from include.reconciliation.errors import Final, RequestError
from include.reconciliation.report.manifest import MANIFEST, book_manifest


def export_book(book: str, as_of: datetime) -> str:
    """The folder of the export, complete when this returns; the same book gives the same bytes.

    Raises RequestError when the moment is still to come, Final when the folder is there with other
    bytes (it stays), and what book_source.write_tables raises.
    """
    now = datetime.now(UTC)
    if as_of > now:
        raise RequestError(
            f"as_of: found {as_of.isoformat()}, which is to come (it is "
            f"{now.isoformat(timespec='seconds')}); give a moment that has passed, or none"
        )
    as_of = as_of.astimezone(UTC).replace(microsecond=0)
    names = sorted(path.stem for path in (SQL_FOLDER / "books" / book).glob("*.sql"))
    folder = report_files.folder_of_book(book, as_of)
    with report_files.draft() as draft:
        book_source.write_tables(book, names, draft, {"as_of": as_of})
        files = [report_files.keep(f"{name}.csv", draft / f"{name}.csv") for name in names]
        (draft / MANIFEST).write_bytes(book_manifest(book, as_of, files))
        _refuse_other_bytes(folder, (draft / MANIFEST).read_bytes())
        files.append(report_files.keep(MANIFEST, draft / MANIFEST))
    if lost := report_files.restore(folder, files):
        raise Final(f"{folder}: the bytes of {', '.join(lost)} are not kept; is the store full?")
    return str(folder)


def _refuse_other_bytes(folder: Path, manifest: bytes) -> None:
    """What somebody may have signed is never written over."""
    try:
        is_other = (folder / MANIFEST).read_bytes() != manifest
    except FileNotFoundError:
        return
    if is_other:
        raise Final(
            f"{folder} holds an export that the book no longer gives: a wallet, an e-mail or an "
            "entry of that time has changed since. It stays as it is; export as of another moment"
        )
