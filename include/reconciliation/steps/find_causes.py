"""Says why the money differs: which formula explains which open discrepancy, and how much of it.

Every cause is asked of all open discrepancies at once, as a file of `include/sql/causes`; what is
claimed is decided when all of them have answered (docs/causes.md).
"""

from __future__ import annotations

from typing import Any

from include.reconciliation.causes import Cause
from include.reconciliation.corrections import ENTRY_ASPECTS
from include.reconciliation.edges import attempts, warehouse
from include.reconciliation.edges.cause_files import causes
from include.reconciliation.legs import LEDGER_STATEMENT
from include.reconciliation.steps import further_legs

_TABLES = (
    "work_cause_subjects",
    "work_cause_references",
    "work_cause_forms",
    "work_cause_candidates",
    "work_causes",
    "work_run_causes",
)


def find_causes(
    cursor: warehouse.Cursor, attempt: attempts.Attempt, values: dict[str, Any]
) -> None:
    """Writes down, in the attempt's workspace, what explains the discrepancies that are open."""
    for leg in further_legs.of(attempt):
        if leg != LEDGER_STATEMENT:
            with further_legs.workplace(cursor, attempt, leg):
                cursor.execute(warehouse.drop_table(*_TABLES))
                # A formula is about a statement and the ledger: the other legs stay without one.
                warehouse.run(cursor, "explain/030_found")
    asked = values | {"own_reference": attempt.psp.causes.own_reference}
    ask_causes(cursor, asked, taken_back_by=("047_references_of_their_own",))


def ask_causes(
    cursor: warehouse.Cursor, values: dict[str, Any], *, taken_back_by: tuple[str, ...] = ()
) -> None:
    """Asks every cause of the discrepancies that are open in the workspace that is searched.

    `taken_back_by`: what takes back a formula that holds, for what the account's books say.
    """
    cursor.execute(warehouse.drop_table(*_TABLES))
    asked = values | {"leg": LEDGER_STATEMENT, "entry_aspects": list(ENTRY_ASPECTS)}
    for name in ("010_subjects", "020_references", "030_found"):
        warehouse.run(cursor, f"explain/{name}", asked)
    cursor.execute("analyze work_cause_subjects, work_cause_references, work_discrepancies")
    for cause in causes():
        _ask(cursor, cause, asked)
    cursor.execute("analyze work_cause_candidates")
    for name in (*taken_back_by, "050_claims", "060_run_causes"):
        warehouse.run(cursor, f"explain/{name}", asked)


def _ask(cursor: warehouse.Cursor, cause: Cause, values: dict[str, Any]) -> None:
    answered = values | {
        "cause": cause.name,
        "action": cause.action,
        "books_entry": cause.books_entry,
    }
    if not cause.pairs_references:
        formula = warehouse.statement(f"causes/{cause.name}")
        text = warehouse.statement("explain/040_add_cause").format(formula=formula)
        cursor.execute(text, answered)
        return
    forms = warehouse.statement(f"causes/references/{cause.name}")
    text = warehouse.statement("explain/042_reference_forms").format(forms=forms)
    cursor.execute(warehouse.drop_table("work_cause_forms"))
    cursor.execute(text, answered)
    cursor.execute("analyze work_cause_forms")
    warehouse.run(cursor, "explain/045_add_reference_cause", answered)
