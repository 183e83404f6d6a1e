"""Each cause is asked by joins on equality: never each discrepancy against each."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

import pytest

from include.reconciliation.bench import causes as bench
from include.reconciliation.edges import warehouse
from include.reconciliation.edges.cause_files import causes
from include.reconciliation.local.bootstrap import SUPERUSER
from include.reconciliation.steps import find_causes
from tests.conftest import Databases

DISCREPANCIES = 5_000
# A loop over so few rows is none of each against each.
FEW = 500


def loops(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The nested loops of a plan whose both sides are many rows."""
    if plan["Node Type"] == "Nested Loop":
        outer, inner = plan["Plans"][:2]
        if outer["Actual Rows"] > FEW and inner["Actual Rows"] > FEW:
            yield plan
    for part in plan.get("Plans", ()):
        yield from loops(part)


def test_no_cause_holds_each_discrepancy_against_each(
    databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    plans: dict[str, list[dict[str, Any]]] = {}

    class Explaining:
        """A cursor that explains what asks a cause, and runs it; what else it does, it does."""

        def __init__(self, cursor: warehouse.Cursor) -> None:
            self.cursor = cursor

        def execute(self, query: Any, values: dict[str, Any] | None = None) -> None:
            if values is None:
                self.cursor.execute(query)
                return
            text = query.as_string(self.cursor)
            row = self.cursor.execute(
                "explain (analyze, format json) " + text, values
            ).fetchone()
            assert row is not None
            plans.setdefault(values["cause"], []).append(row["QUERY PLAN"][0]["Plan"])

    ask = find_causes._ask
    monkeypatch.setattr(
        find_causes,
        "_ask",
        lambda cursor, cause, values: ask(Explaining(cursor), cause, values),  # type: ignore[arg-type]
    )
    address = databases.conninfo("reconciliation", SUPERUSER)
    with bench.workspace(address, DISCREPANCIES, 1) as cursor:
        find_causes.ask_causes(cursor, {"zone": "UTC", "own_reference": "order-[0-9]+"})

    assert sorted(plans) == [cause.name for cause in causes()]
    looped = {name: [*chain.from_iterable(map(loops, each))] for name, each in plans.items()}
    assert {name: found for name, found in looped.items() if found} == {}
