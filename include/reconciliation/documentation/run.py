"""bin/reconciliation docs: writes the pages of docs/ that are made from the project itself."""

from __future__ import annotations

import argparse
from pathlib import Path

from include.reconciliation.config import PROJECT_ROOT
from include.reconciliation.documentation import data_model, glossary
from include.reconciliation.edges import warehouse
from include.reconciliation.kinds import KINDS

DOCS = PROJECT_ROOT / "docs"


def pages() -> dict[Path, str]:
    """Each page that is made, with its text; reads the warehouse and docs/glossary.md."""
    with warehouse.transaction() as cursor:
        relations = warehouse.run(cursor, "documentation/relations").fetchall()
        columns = warehouse.run(cursor, "documentation/columns").fetchall()
    words = (DOCS / "glossary.md").read_text(encoding="utf-8")
    return {
        DOCS / "data-model.md": data_model.page(relations, columns),
        DOCS / "glossary.md": glossary.with_table(words, KINDS),
    }


def main(arguments: list[str]) -> int:
    """Write docs/data-model.md and the table of docs/glossary.md from database and code."""
    argparse.ArgumentParser(prog="reconciliation docs", description=main.__doc__).parse_args(
        arguments
    )
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
        print(f"docs/{path.name}")
    return 0
