"""What other rules would have come to: the replayed runs held against the published ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from include.reconciliation import config
from include.reconciliation.backtest.replay import Chain
from include.reconciliation.divergence import NO_LIMITS
from include.reconciliation.edges import warehouse
from include.reconciliation.edges.warehouse import Cursor

Row = dict[str, Any]


def differences(cursor: Cursor, chain: Chain) -> list[Row]:
    """Where the replayed runs of a chain, or its matches at the end, are not the published ones."""
    found = warehouse.run(cursor, "backtest/compare/runs_differ", chain.values).fetchall()
    matches = warehouse.run(cursor, "backtest/compare/matches", chain.values).fetchall()
    names = {run.run_number: run.run_id for run in chain.runs}
    return [
        *({**row, "run_id": names[row["run_number"]]} for row in found),
        *(
            {
                "run_id": chain.runs[-1].run_id,
                "what": f"{row['leg']}, match of {', '.join(row['members'])}",
                "expected": "a match" if row["change"] == "lost" else "none",
                "found": "none" if row["change"] == "lost" else "a match",
            }
            for row in matches
        ),
    ]


def compare(cursor: Cursor, chain: Chain, given: config.Configuration) -> Row:
    """What the replay of a chain under other rules says, beside what was published."""
    values = chain.values
    last = chain.runs[-1]
    limits = given.psp(last.psp).limits
    return {
        "psp": last.psp,
        "account": last.account,
        "runs": len(chain.runs),
        "from_run_id": chain.runs[0].run_id,
        "to_run_id": last.run_id,
        "as_of": last.as_of,
        "divergence": _divergence(cursor, chain, limits),
        "absorbed": warehouse.run(cursor, "backtest/compare/absorbed", values).fetchall(),
        "matches": warehouse.run(cursor, "backtest/compare/matches", values).fetchall(),
        "discrepancies": warehouse.run(
            cursor, "backtest/compare/discrepancies", values
        ).fetchall(),
        "pending": warehouse.run(cursor, "backtest/compare/pending", values).fetchall(),
    }


def changes(found: Mapping[str, Any]) -> bool:
    """Whether anything would have come out otherwise for an account."""
    return bool(
        found["matches"]
        or found["discrepancies"]
        or found["pending"]
        or any(
            row[f"{name}_before"] != row[f"{name}_after"]
            for row in found["divergence"]
            for name in ("end", "most", "runs_above_limit")
        )
        or any(
            (row["before_count"], row["before_minor"]) != (row["after_count"], row["after_minor"])
            for row in found["absorbed"]
        )
    )


def _divergence(
    cursor: Cursor, chain: Chain, limits: Mapping[str, config.Limits]
) -> list[Row]:
    """Money at risk per currency at the end of the span and at its most, before and after."""
    rows = warehouse.run(cursor, "backtest/compare/divergence", chain.values).fetchall()
    had = {run.run_number: run.configuration().psp(run.psp).limits for run in chain.runs}
    return [
        _of_currency(currency, list(of_currency), chain, had, limits)
        for currency, of_currency in groupby(rows, key=lambda row: row["currency"])
    ]


def _of_currency(
    currency: str,
    rows: Sequence[Row],
    chain: Chain,
    had: Mapping[int, Mapping[str, config.Limits]],
    limits: Mapping[str, config.Limits],
) -> Row:
    by_run = {row["run_number"]: row for row in rows}
    last = by_run.get(chain.runs[-1].run_number, {})
    limit = limits.get(currency, NO_LIMITS).alert_above_minor
    return {
        "currency": currency,
        "end_before": last.get("before_minor", 0),
        "end_after": last.get("after_minor", 0),
        "most_before": max(row["before_minor"] for row in rows),
        "most_after": max(row["after_minor"] for row in rows),
        "runs_above_limit_before": sum(
            row["before_minor"]
            > had[row["run_number"]].get(currency, NO_LIMITS).alert_above_minor
            for row in rows
        ),
        "runs_above_limit_after": sum(row["after_minor"] > limit for row in rows),
    }
