"""What the identities of a CSV format prove of each statement, and what they leave open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from include.reconciliation.edges import warehouse
from include.reconciliation.statements.admission import Case
from include.reconciliation.statements.description import PROOFS, CsvFormat


@dataclass(frozen=True, slots=True)
class Proof:
    """What is said of one statement: the identities that held in all of its currencies."""

    proved_by: str
    notices: tuple[str, ...]


def proofs(case: Case, format_: CsvFormat) -> dict[str, Proof]:
    """The proof of each statement of the file, by its key."""
    currencies: dict[str, list[dict[str, Any]]] = {}
    for row in warehouse.run(case.cursor, "statements/csv_proofs", case.binds).fetchall():
        currencies.setdefault(row["statement_key"], []).append(row)
    broken = _broken_balances(case, format_)
    return {
        key: _proof(case, format_, rows, broken.get(key, [])) for key, rows in currencies.items()
    }


def _broken_balances(case: Case, format_: CsvFormat) -> dict[str, list[str]]:
    """What is to be told of balances beside the lines: their order may be another one."""
    told: dict[str, list[str]] = {}
    if not (case.binds["has_balance"] and "opening_and_lines_are_closing" in format_.identities):
        return told
    for row in warehouse.run(case.cursor, "statements/csv_balances", case.binds).fetchall():
        told.setdefault(row["statement_key"], []).append(
            f"{row['currency']}: in {row['broken_rows']} rows, first in row {row['first_row']},"
            f" {format_.header_of('balance')} is not the one before it and the amount of the row"
        )
    return told


def _proof(
    case: Case, format_: CsvFormat, currencies: list[dict[str, Any]], told: list[str]
) -> Proof:
    """One identity that is open in one currency is not what proves the statement."""
    held: list[str] = []
    notices = list(told)
    for identity in format_.identities:
        is_offered, found = True, []
        if identity == "rows_tie":
            # A file that lacks a column has nothing to hold its rows to.
            is_offered, found = case.binds["ties"], list(_open_conversions(currencies))
        elif identity == "opening_and_lines_are_closing":
            is_offered = any(row["has_opening"] or row["has_closing"] for row in currencies)
            found = list(_absent_balances(currencies))
        if is_offered and not found:
            held.append(PROOFS[identity])
        if is_offered:
            notices += found
    return Proof(", ".join(held) or "none", tuple(notices))


def _absent_balances(currencies: list[dict[str, Any]]) -> Iterator[str]:
    for row in currencies:
        absent = [name for name in ("opening", "closing") if not row[f"has_{name}"]]
        if absent:
            yield (
                f"{row['currency']}: no {' and no '.join(absent)} balance, so that nothing proves"
                " that no line is missing"
            )


def _open_conversions(currencies: list[dict[str, Any]]) -> Iterator[str]:
    for row in currencies:
        reasons = {
            "conversions_without_rate": "and no column holds the rate",
            "coarse_conversions": "at a rate that leaves more than 1 % open",
        }
        for name, reason in reasons.items():
            if row[name]:
                yield (
                    f"{row[name]} lines are converted into {row['currency']} {reason}: nothing"
                    " proves their net"
                )
