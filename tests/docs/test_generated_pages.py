"""Pages that are made from database and code are as they would be made now."""

import psycopg
import pytest
from psycopg.rows import dict_row

from include.reconciliation.config import PROJECT_ROOT
from include.reconciliation.documentation import data_model, glossary
from include.reconciliation.documentation.run import pages
from include.reconciliation.edges.invariant_files import books
from include.reconciliation.kinds import KINDS


def test_the_generated_pages_are_fresh(databases) -> None:  # type: ignore[no-untyped-def]
    """When it fails: run `bin/reconciliation docs` and commit what it writes."""
    address = databases.conninfo("reconciliation", "reconciliation_rw")
    with psycopg.connect(address, row_factory=dict_row) as session:
        made = {
            path.relative_to(PROJECT_ROOT).as_posix(): text for path, text in pages(session).items()
        }

    assert [
        "docs/adding-a-format.md",
        "docs/benchmarks.md",
        *(f"docs/books/{book}.md" for book in books()),
        "docs/causes.md",
        "docs/checks.md",
        "docs/data-model.md",
        "docs/formats.md",
        "docs/glossary.md",
        "docs/operator-actions.md",
    ] == sorted(made)
    for name, text in made.items():
        assert text == (PROJECT_ROOT / name).read_text(encoding="utf-8"), "stale"


def test_every_column_of_a_public_view_and_every_table_says_what_it_is(warehouse) -> None:  # type: ignore[no-untyped-def]
    silent_columns = warehouse.execute(
        "select relations.relname, columns.attname"
        " from pg_catalog.pg_attribute as columns"
        " inner join pg_catalog.pg_class as relations on columns.attrelid = relations.oid"
        " where relations.relnamespace = 'reconciliation'::regnamespace"
        " and relations.relkind = 'v' and columns.attnum > 0"
        " and pg_catalog.col_description(relations.oid, columns.attnum) is null"
    ).fetchall()
    silent_tables = warehouse.execute(
        "select relname from pg_catalog.pg_class"
        " where relnamespace in ('reconciliation'::regnamespace, 'internal'::regnamespace)"
        " and relkind in ('r', 'p', 'v') and not relispartition and relname <> 'schema_version'"
        " and pg_catalog.obj_description(oid, 'pg_class') is null"
    ).fetchall()

    assert [] == silent_columns, "comment on column ..., in a new file of include/sql/schema"
    assert [] == silent_tables


def test_a_view_becomes_a_section_and_a_table_a_row() -> None:
    relations = [
        {
            "schema_name": "reconciliation",
            "relation_name": "runs",
            "is_view": True,
            "meaning": "Runs.",
        },
        {"schema_name": "internal", "relation_name": "heads", "is_view": False, "meaning": "a|b"},
    ]
    columns = [
        {"schema_name": "reconciliation", "relation_name": "runs", "column_name": "run_id",
         "type_name": "text", "is_required": False, "meaning": "A hash."},
        {"schema_name": "internal", "relation_name": "heads", "column_name": "run_id",
         "type_name": "text", "is_required": False, "meaning": None},
    ]  # fmt: skip

    page = data_model.page(relations, columns)

    assert "### `reconciliation.runs`\n\nRuns.\n" in page
    assert "| `run_id` | text | A hash. |\n" in page
    assert "| `heads` | a\\|b |\n" in page
    assert "heads.run_id" not in page


def test_the_table_of_kinds_is_put_between_its_marks() -> None:
    before, after = f"# Words\n{glossary.BEGIN}", f"{glossary.END}## More\n"

    page = glossary.with_table(f"{before}an earlier table{after}", KINDS)

    assert page.startswith(before)
    assert page.endswith(after)
    assert "an earlier table" not in page
    assert len(KINDS) == page.count("](runbook.md#")
    assert page == glossary.with_table(page, KINDS)
    with pytest.raises(ValueError, match="marks"):
        glossary.with_table("# Words", KINDS)
