"""Batches in every other format: the lines of an account as its writer has them, a file per day."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date

from include.reconciliation.demo import timeline
from include.reconciliation.demo.adyen_files import DroppedFile
from include.reconciliation.demo.movements import StatementLine, converted
from include.reconciliation.lab.statement_files.statement import SimulatedLine, SimulatedStatement
from include.reconciliation.lab.statement_files.writers import WRITERS
from include.reconciliation.lab.weeks import Week
from include.reconciliation.statements.amounts import EXPONENTS

# The canonical type, and what it counts with, of the words that the lab's desks use; lines of other
# words are of the account, and not every format has a word for them.
_TYPES = {
    "Settled": ("payment", "payment"),
    "Refunded": ("refund", "refund"),
    "RefundedReversed": ("reversal", "refund"),
    "Chargeback": ("chargeback", "chargeback"),
    "SecondChargeback": ("chargeback", "chargeback"),
    "ChargebackReversed": ("reversal", "reversal"),
}
Change = Callable[[SimulatedStatement], SimulatedStatement]


def files(
    format_name: str, account: str, week: Week, lines: Sequence[StatementLine],
    changed: Mapping[date, Change],
) -> Iterator[DroppedFile]:
    """The files of every batch day, each opening where the one before it closed.

    `changed` are days whose statement is written otherwise than it is.
    """
    opening: dict[str, int] = {}
    for number, day in enumerate(week.batch_days, 1):
        statement = SimulatedStatement(
            account=account,
            zone=timeline.ZONE.key,
            period_from=day,
            period_to=day,
            number=number,
            made_at=timeline.delivered(day),
            exponents={currency: EXPONENTS[currency] for currency in ("EUR", "USD", "JPY", "KWD")},
            opening_minor=opening,
            lines=tuple(
                _simulated(line)
                for line in lines
                if line.booked_on == day and line.provider_type in _TYPES
            ),
        )
        opening = statement.closing_minor
        change = changed.get(day)
        written = WRITERS[format_name].write(change(statement) if change else statement)
        for file in written:
            name = f"{day:%Y%m%d}_{file.name}"
            yield DroppedFile(timeline.delivered(day), account, day, name, file.content)


def _simulated(line: StatementLine) -> SimulatedLine:
    type_, economic_type = _TYPES[line.provider_type]
    assert line.gross_minor is not None
    return SimulatedLine(
        event_reference=str(line.event_reference),
        payment_reference=line.psp_reference,
        order_reference=line.merchant_reference,
        type=type_,
        economic_type=economic_type,
        amount_minor=line.gross_minor,
        currency=line.currency,
        gross_minor=converted(
            line.gross_minor, line.exchange_rate, line.currency, line.net_currency
        ),
        settlement_currency=line.net_currency,
        fee_minor=line.fee_minor,
        tax_minor=line.tax_minor,
        exchange_rate=line.exchange_rate,
        occurred_at=line.created_at,
        booked_at=line.booked_at,
    )


