"""A history as people read it: each payment's rows on both sides, and what must be reported."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from include.reconciliation.demo.desk import Story
from include.reconciliation.demo.labels import Label
from include.reconciliation.demo.movements import LedgerChange, StatementLine
from include.reconciliation.lab.history import Place, add_part
from include.reconciliation.lab.plan import Plan
from include.reconciliation.report.facts import major
from include.reconciliation.statements.amounts import EXPONENTS


def tell(plans: Sequence[Plan]) -> Iterator[str]:
    """What happens in these histories, payment by payment: times in UTC, amounts in major units."""
    for plan in plans:
        yield f"  seed {plan.seed}: {plan.format}, {plan.week.name}, {plan.currency}"
        for part in plan.parts:
            yield f"    payment {part.number}: {', '.join(part.faults) or 'no fault'}"
            stories: dict[Place, Story] = {}
            add_part(stories, plan, part)
            for story in stories.values():
                yield from (f"      {line}" for line in _rows(story))


def _rows(story: Story) -> Iterator[str]:
    for change in story.changes:
        yield f"ledger     {_of_ledger(change)}"
    for line in story.lines:
        yield f"statement  {_of_statement(line)}"
    for label in story.labels:
        yield f"to report  {_of_label(label)}"


def _of_ledger(change: LedgerChange) -> str:
    row = change.row
    if row is None:
        return f"{_time(change.known_at)}  {change.ledger_id} is deleted"
    return (
        f"{_time(change.known_at)}  {row.type} {row.status}, "
        f"{_names(row.psp_reference, row.merchant_reference)}: "
        f"{_money(row.amount_minor, row.currency)}"
    )


def _of_statement(line: StatementLine) -> str:
    fee, tax = (
        major(minor, line.net_currency, EXPONENTS) for minor in (line.fee_minor, line.tax_minor)
    )
    return (
        f"{_time(line.booked_at)}  {line.provider_type}, "
        f"{_names(line.psp_reference, line.merchant_reference)}: "
        f"{_money(line.gross_minor, line.currency)}, fee {fee}, tax {tax}, "
        f"net {_money(line.net_minor, line.net_currency)}"
    )


def _of_label(label: Label) -> str:
    cleared = ", and later not any more" if label.is_cleared else ""
    return (
        f"{label.kind} ({label.aspect}) of {label.psp_reference or 'no payment'}: "
        f"delta {_money(label.delta_minor, label.currency)}{cleared}"
    )


def _money(minor: int | None, currency: str | None) -> str:
    return f"{currency or 'no currency'} {major(minor, currency, EXPONENTS)}"


def _names(psp_reference: str | None, merchant_reference: str | None) -> str:
    return " ".join(filter(None, (psp_reference, merchant_reference))) or "no reference"


def _time(value: datetime) -> str:
    return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%SZ}"
