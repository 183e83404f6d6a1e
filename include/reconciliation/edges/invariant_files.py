"""The invariants that there are: the folders of include/sql/invariants, one per book."""

from __future__ import annotations

from pathlib import Path

from include.reconciliation.edges.warehouse import SQL_FOLDER
from include.reconciliation.errors import ConfigurationError
from include.reconciliation.invariants import Invariant, invariant

FOLDER = SQL_FOLDER / "invariants"
RELATIONS_FOLDER = SQL_FOLDER / "relations"


def books() -> list[str]:
    """The books that have invariants, in the order of their names."""
    return sorted(path.name for path in FOLDER.iterdir() if path.is_dir())


def invariants_of(book: str) -> list[Invariant]:
    """The invariants of a book in the order of their names; ConfigurationError for a bad header."""
    files = sorted((FOLDER / book).glob("*.sql"))
    relations = relations_of(book)
    return [invariant(book, path.stem, _text(path), relations) for path in files]


def invariant_of(book: str, name: str) -> Invariant:
    """One invariant; ConfigurationError where there is none of that name."""
    if book not in books() or name not in {path.stem for path in (FOLDER / book).glob("*.sql")}:
        raise ConfigurationError(f"there is no invariant {name!r} of a book {book!r}")
    return invariant(book, name, _text(FOLDER / book / f"{name}.sql"), relations_of(book))


def relations_of(book: str) -> dict[str, str]:
    """What several sentences of a book are asked of: queries by name."""
    return {path.stem: _text(path) for path in (RELATIONS_FOLDER / book).glob("*.sql")}


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")
