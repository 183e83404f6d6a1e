"""The bank to which Adyen pays out: a statement a day, with the payouts of the business day before.

Beside them it has a line that is no payout. A payout that never was is on no statement.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from include.reconciliation.demo import timeline
from include.reconciliation.demo.adyen_files import DroppedFile
from include.reconciliation.lab.statement_files import camt
from include.reconciliation.lab.statement_files.statement import SimulatedLine, SimulatedStatement
from include.reconciliation.lab.weeks import Week
from include.reconciliation.statements.amounts import EXPONENTS

IBAN = "DE89370400440532013000"
FORMAT = camt.WRITER.format
# The account has one currency.
CURRENCY = "EUR"
_RENT_MINOR = -2_500


@dataclass(frozen=True, slots=True)
class Payout:
    """What Adyen says that it paid out of the batch of a day, in minor units of `CURRENCY`."""

    batch_on: date
    reference: str
    amount_minor: int


def bank_files(week: Week, payouts: Collection[Payout]) -> Iterator[DroppedFile]:
    """The bank's statement of every business day of the week, known the next morning."""
    opening_minor = 0
    for number, day in enumerate(week.batch_days, 1):
        arrived = [
            payout for payout in payouts if timeline.next_business_day(payout.batch_on) == day
        ]
        statement = SimulatedStatement(
            account=IBAN,
            zone=timeline.ZONE.key,
            period_from=day,
            period_to=day,
            number=number,
            made_at=timeline.delivered(day),
            exponents=EXPONENTS,
            opening_minor={CURRENCY: opening_minor},
            lines=(
                _entry(day, f"RENT{number}", "adjustment", _RENT_MINOR, None),
                *(
                    _entry(day, f"IN{payout.reference}", "payout", payout.amount_minor,
                           payout.reference)
                    for payout in arrived
                ),
            ),
        )
        opening_minor = statement.closing_minor[CURRENCY]
        for file in camt.WRITER.write(statement):
            yield DroppedFile(timeline.delivered(day), IBAN, day, file.name, file.content)


def _entry(
    day: date, entry_id: str, type_: str, amount_minor: int, payout_reference: str | None
) -> SimulatedLine:
    booked_at = timeline.at(day, 10)
    return SimulatedLine(
        event_reference=entry_id,
        payment_reference=None,
        order_reference=None,
        type=type_,
        amount_minor=amount_minor,
        currency=CURRENCY,
        gross_minor=amount_minor,
        settlement_currency=CURRENCY,
        occurred_at=booked_at,
        booked_at=booked_at,
        payout_reference=payout_reference,
    )
