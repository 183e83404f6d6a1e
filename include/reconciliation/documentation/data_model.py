"""docs/data-model.md: the warehouse's views and tables, from the comments in the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

Row = Mapping[str, Any]

INTRODUCTION = """\
# The data model

This page is made from the comments in the database: `bin/reconciliation docs` writes it, and a test
fails when it is stale. Edit the comment in `include/sql/schema/`, not the page.

Two schemas, in the database of the connection `reconciliation`:

- **`reconciliation`** holds the public views. Finance tools, notebooks and tests may rely on their
  names and columns. Positions are those of published runs. A dry run, and a run whose identity
  failed, show in `runs` (where `is_published` is then false), `run_totals` and
  `discrepancy_history`, and nowhere else. The role `reconciliation_ro` can read the views and
  nothing else.
- **`internal`** holds the tables. They may change with any release.

Money is a whole number of the currency's minor unit in a column that ends in `_minor`, with the
currency beside it. Instants end in `_at` and are UTC; days end in `_on`, in the PSP's zone.
"""

VIEWS = "## Public views\n"
TABLES = """\
## Internal tables

Rows of `statement_lines` and `ledger_transactions` are versions: in force while `last_run_number`
is NULL. Both are partitioned by the month in which they were published; a large load is a
partition of its own ([decision 011](decisions/011-large-loads-as-partitions.md)). Between the steps
of a run, bulk rows live in tables of a schema of their own (`work_<attempt>`); publishing copies or
attaches them ([decision 003](decisions/003-workspaces-as-schemas.md)).

| Table | What it holds |
|---|---|
"""
REMARKS = "\n### Columns that need a word\n\n| Column | Meaning |\n|---|---|\n"


def page(relations: Sequence[Row], columns: Iterable[Row]) -> str:
    """The page for these tables and views, ordered by schema and name as they come."""
    of_relation = {
        key: list(rows)
        for key, rows in groupby(
            columns, key=lambda row: (row["schema_name"], row["relation_name"])
        )
    }
    views = [row for row in relations if row["is_view"]]
    tables = [row for row in relations if not row["is_view"]]
    sections = [_view(row, of_relation[row["schema_name"], row["relation_name"]]) for row in views]
    listing = "".join(f"| `{row['relation_name']}` | {_cell(row['meaning'])} |\n" for row in tables)
    remarks = "".join(
        f"| `{column['relation_name']}.{column['column_name']}` | {_cell(column['meaning'])} |\n"
        for row in tables
        for column in of_relation[row["schema_name"], row["relation_name"]]
        if column["meaning"]
    )
    return f"{INTRODUCTION}\n{VIEWS}\n{''.join(sections)}{TABLES}{listing}{REMARKS}{remarks}"


def _view(view: Row, columns: Iterable[Row]) -> str:
    head = f"### `reconciliation.{view['relation_name']}`\n\n{view['meaning']}\n\n"
    rows = "".join(
        f"| `{column['column_name']}` | {column['type_name']} | {_cell(column['meaning'])} |\n"
        for column in columns
    )
    return f"{head}| Column | Type | Meaning |\n|---|---|---|\n{rows}\n"


def _cell(text: str | None) -> str:
    return (text or "").replace("|", "\\|").replace("\n", " ")
