"""What goes wrong in the story: each scenario plants a fault and labels what must be reported.

A scenario makes payments of its own, writes one side of them wrongly, and says which discrepancies
that causes. The labels are the oracle: nothing here matches anything.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from include.reconciliation.demo import timeline
from include.reconciliation.demo.desk import BRAZIL, EUROPE, STRIPE, AccountProfile, Desk
from include.reconciliation.demo.gateway_faults import GATEWAY_FAULTS
from include.reconciliation.demo.loose_rows import two_sums_fit
from include.reconciliation.demo.movements import (
    FAILED,
    StatementLine,
    ledger_row,
    statement_line,
    with_gross,
)
from include.reconciliation.demo.timeline import at

Plant = Callable[[Desk], None]


# -- existence ----------------------------------------------------------------------------------


def sale_missing_in_ledger(desk: Desk) -> None:
    """The shop's database lost a sale that the PSP settled."""
    sale = desk.payment(at(timeline.THURSDAY, 10, 14), "EUR", 18_490)
    desk.state(sale)
    desk.label("sale_missing_in_ledger", "existence", "missing_in_ledger", sale, 18_490, 18_490)


def phantom_refund(desk: Desk) -> None:
    """A refund was made in the PSP's dashboard; nobody booked it."""
    sale = desk.both(desk.payment(at(timeline.THURSDAY, 9, 31), "USD", 12_900))
    refund = desk.refund(sale, 12_900, at(timeline.FRIDAY, 14, 2))
    desk.story.gateway.unknown_events.add(refund.event_reference)
    desk.state(refund)
    desk.label("phantom_refund", "existence", "missing_in_ledger", refund, -12_900, 12_900)


def sale_never_settled(desk: Desk) -> None:
    """The ledger counts on a sale that no batch shows."""
    sale = desk.payment(at(timeline.THURSDAY, 16, 45), "BRL", 62_350)
    desk.book(sale)
    desk.label("sale_never_settled", "existence", "missing_in_statement", sale, -62_350, 62_350)


def charge_never_settled(desk: Desk) -> None:
    """The same over the API, in a currency without decimals."""
    sale = desk.payment(at(timeline.SUNDAY, 3, 20), "JPY", 18_000)
    desk.book(sale)
    desk.label("charge_never_settled", "existence", "missing_in_statement", sale, -18_000, 18_000)


def booked_two_days_late(desk: Desk) -> None:
    """A stuck queue books a sale when it has long been reported; then it clears."""
    sale = desk.payment(at(timeline.FRIDAY, 11, 8), "EUR", 7_995)
    row = replace(ledger_row(sale), updated_at=at(timeline.NEXT_WEDNESDAY, 9))
    desk.state(sale)
    desk.book_row(row)
    desk.label(
        "booked_two_days_late", "existence", "missing_in_ledger", sale, 7_995, 7_995,
        is_cleared=True,
    )


def reference_cut(desk: Desk) -> None:
    """The ledger cut off the end of the references, so that neither side finds the other."""
    sale = desk.payment(at(timeline.FRIDAY, 17, 30), "USD", 8_450)
    desk.state(sale)
    row = ledger_row(sale)
    cut = desk.book_row(
        replace(
            row, psp_reference=sale.psp_reference[:-6], event_reference=sale.event_reference[:-6]
        )
    )
    desk.label("reference_cut", "existence", "missing_in_ledger", sale, 8_450, 8_450)
    desk.label("reference_cut", "existence", "missing_in_statement", cut, -8_450, 8_450)


def unknown_chargeback(desk: Desk) -> None:
    """A card holder took the money back; the ledger still counts on it."""
    sale = desk.both(desk.payment(at(timeline.THURSDAY, 13, 5), "EUR", 21_700))
    chargeback = desk.chargeback(sale, at(timeline.MONDAY, 8, 40))
    desk.state(chargeback)
    desk.label(
        "unknown_chargeback", "existence", "chargeback_not_in_ledger", chargeback, -21_700, 21_700
    )


def bank_debit_failed_later(desk: Desk) -> None:
    """A bank debit was settled first and failed two days later."""
    sale = desk.both(desk.payment(at(timeline.FRIDAY, 8, 15), "USD", 15_600))
    reversal = desk.reversal(sale, "charge_failure", -15_600, at(timeline.SUNDAY, 8, 15))
    desk.state(reversal)
    desk.label(
        "bank_debit_failed_later", "existence", "reversed_after_settlement", reversal,
        -15_600, 15_600, event=f"reversal of {sale.event_reference}",
    )


def unknown_type(desk: Desk) -> None:
    """The PSP invents a type of line."""
    _unknown(desk, "unknown_type", "LoyaltyPayback", 4_321)


def unknown_category(desk: Desk) -> None:
    """The same over the API."""
    _unknown(desk, "unknown_category", "carbon_rebate", 2_150)


def _unknown(desk: Desk, fault: str, word: str, amount_minor: int) -> None:
    movement = desk.payment(at(timeline.MONDAY, 12, 1), "BRL", amount_minor)
    desk.story.movements.remove(movement)
    line = desk.state_line(
        replace(
            statement_line(replace(movement, fee_minor=0, tax_minor=0)), provider_type=word
        )
    )
    desk.label(fault, "existence", "unclassified_line", line, amount_minor, amount_minor)


# -- multiplicity -------------------------------------------------------------------------------


def settled_in_two_batches(desk: Desk) -> None:
    """One capture is in two batches."""
    sale = desk.both(desk.payment(at(timeline.THURSDAY, 15, 12), "EUR", 9_900))
    again = timeline.booked_in_batch_of(timeline.MONDAY)
    desk.state_line(replace(statement_line(sale), booked_at=again))
    desk.label(
        "settled_in_two_batches", "multiplicity", "duplicate_settlement", sale, 9_900, 9_900
    )


def settled_under_two_ids(desk: Desk) -> None:
    """One charge is there twice, under two ids of the PSP's own."""
    sale = desk.both(desk.payment(at(timeline.SATURDAY, 10, 3), "BRL", 33_000))
    again = replace(
        statement_line(sale, line_id=f"txn_{sale.event_reference[3:]}again"),
        booked_at=sale.booked_at + timedelta(minutes=3),
    )
    desk.state_line(again)
    desk.label(
        "settled_under_two_ids", "multiplicity", "duplicate_settlement", sale, 33_000, 33_000
    )


def booked_twice(desk: Desk) -> None:
    """A retry without an idempotency key booked a sale twice."""
    sale = desk.both(desk.payment(at(timeline.THURSDAY, 18, 22), "BRL", 15_480))
    row = ledger_row(sale, ledger_id=f"lt_{sale.event_reference}_retry")
    desk.book_row(row)
    desk.label("booked_twice", "multiplicity", "duplicate_in_ledger", sale, -15_480, 15_480)


# -- amount, currency, fee ------------------------------------------------------------------------


def one_cent_more(desk: Desk) -> None:
    """The PSP settled one minor unit more than was captured."""
    sale = desk.payment(at(timeline.FRIDAY, 10, 50), "EUR", 5_249)
    desk.book(sale)
    desk.state_line(with_gross(statement_line(sale), 5_250))
    desk.label("one_cent_more", "amount", "amount_mismatch", sale, 1, 1)


def yen_with_decimals(desk: Desk) -> None:
    """The ledger gave yen two decimals: a hundred times too much."""
    sale = desk.payment(at(timeline.MONDAY, 2, 40), "JPY", 4_980)
    desk.state(sale)
    desk.book_row(replace(ledger_row(sale), amount_minor=498_000))
    desk.label("yen_with_decimals", "amount", "amount_mismatch", sale, -493_020, 493_020)


def partial_capture_booked_in_full(desk: Desk) -> None:
    """75 of 120 were captured, the ledger booked 120."""
    sale = desk.payment(at(timeline.THURSDAY, 11, 41), "EUR", 7_500)
    desk.state(sale)
    desk.book_row(replace(ledger_row(sale), amount_minor=12_000))
    desk.label(
        "partial_capture_booked_in_full", "amount", "amount_mismatch", sale, -4_500, 4_500
    )


def captures_that_do_not_add_up(desk: Desk) -> None:
    """Two captures, booked without their references and with two other amounts."""
    first = desk.payment(at(timeline.THURSDAY, 9, 2), "EUR", 3_000)
    second = desk.capture(first, 4_500, at(timeline.THURSDAY, 9, 40))
    for capture, amount_minor in ((first, 3_150), (second, 4_550)):
        desk.state(capture)
        desk.book_row(
            replace(ledger_row(capture), event_reference=None, amount_minor=amount_minor)
        )
    desk.label("captures_that_do_not_add_up", "amount", "amount_mismatch", first, -200, 200)


def refund_with_wrong_sign(desk: Desk) -> None:
    """The ledger booked a refund as income."""
    sale = desk.both(desk.payment(at(timeline.WEDNESDAY, 12, 12), "BRL", 22_000))
    refund = desk.refund(sale, 5_000, at(timeline.THURSDAY, 12, 12))
    desk.state(refund)
    desk.book_row(replace(ledger_row(refund), amount_minor=5_000))
    desk.label("refund_with_wrong_sign", "amount", "refund_mismatch", refund, -10_000, 10_000)


def refund_of_another_amount(desk: Desk) -> None:
    """Customer service refunded one euro more than it noted."""
    sale = desk.both(desk.payment(at(timeline.THURSDAY, 8, 3), "EUR", 14_900))
    refund = desk.refund(sale, 2_600, at(timeline.MONDAY, 9, 30))
    desk.state(refund)
    desk.book_row(replace(ledger_row(refund), amount_minor=-2_500))
    desk.label("refund_of_another_amount", "amount", "refund_mismatch", refund, -100, 100)


def settled_in_another_currency(desk: Desk) -> None:
    """The same number, in dollars on one side and in reais on the other."""
    sale = desk.payment(at(timeline.THURSDAY, 14, 25), "USD", 4_700)
    desk.state(sale)
    row = desk.book_row(replace(ledger_row(sale), currency="BRL"))
    fault = "settled_in_another_currency"
    desk.label(fault, "currency", "currency_mismatch", sale, 4_700, 4_700)
    desk.label(fault, "currency", "currency_mismatch", row, -4_700, 0)


def fee_above_the_contract(desk: Desk) -> None:
    """The PSP took seven cents more than the ledger's fee table says."""
    sale = desk.payment(at(timeline.MONDAY, 15, 55), "EUR", 16_000)
    desk.state(sale)
    row = ledger_row(sale)
    desk.book_row(replace(row, fee_minor=sale.fee_minor - 7))
    desk.label("fee_above_the_contract", "fee", "fee_mismatch", sale, 7, 7)


def tax_not_booked_in_full(desk: Desk) -> None:
    """The tax on the fee was booked five centavos short."""
    sale = desk.payment(at(timeline.TUESDAY, 13, 13), "BRL", 48_000)
    desk.state(sale)
    desk.book_row(replace(ledger_row(sale), tax_minor=sale.tax_minor - 5))
    desk.label("tax_not_booked_in_full", "fee", "tax_mismatch", sale, 5, 5)


# -- state and date -------------------------------------------------------------------------------


def failed_and_settled(desk: Desk) -> None:
    """The gateway timed out and the ledger says failed, but the PSP took the money."""
    sale = desk.payment(at(timeline.FRIDAY, 20, 1), "USD", 11_250)
    desk.state(sale)
    desk.book_row(replace(ledger_row(sale), status=FAILED))
    desk.story.gateway.failed.add(sale.event_reference)
    desk.label("failed_and_settled", "state", "status_mismatch", sale, 11_250, 11_250)


def failed_refund_paid(desk: Desk) -> None:
    """A refund failed in the ledger and was paid all the same."""
    sale = desk.both(desk.payment(at(timeline.WEDNESDAY, 10, 10), "BRL", 18_800))
    refund = desk.refund(sale, 18_800, at(timeline.FRIDAY, 10, 10))
    desk.state(refund)
    desk.book_row(replace(ledger_row(refund), status=FAILED))
    desk.label("failed_refund_paid", "state", "status_mismatch", refund, -18_800, 18_800)


def amount_changed_after_match(desk: Desk) -> None:
    """Somebody lowered a sale by five dollars when it had been matched."""
    sale = desk.payment(at(timeline.THURSDAY, 19, 19), "USD", 9_500)
    desk.state(sale)
    row = desk.book(sale)
    desk.rebook(row, at(timeline.MONDAY, 16), amount_minor=9_000)
    fault = "amount_changed_after_match"
    desk.label(fault, "state", "ledger_changed", sale, 0, 9_500)
    desk.label(fault, "amount", "amount_mismatch", sale, 500, 500)


def deleted_after_match(desk: Desk) -> None:
    """Somebody deleted a sale that had been matched."""
    sale = desk.payment(at(timeline.THURSDAY, 7, 47), "BRL", 27_300)
    desk.state(sale)
    row = desk.book(sale)
    desk.delete(row, at(timeline.MONDAY, 9))
    fault = "deleted_after_match"
    desk.label(fault, "state", "ledger_changed", sale, 0, 27_300)
    desk.label(fault, "existence", "missing_in_ledger", sale, 27_300, 27_300)


def settled_before_its_day(desk: Desk) -> None:
    """Captured on Friday for Monday's batch, settled on Friday: in another month."""
    sale = desk.payment(at(timeline.FRIDAY, 9, 9), "EUR", 6_600, batch=timeline.FRIDAY)
    desk.both(sale)
    desk.label("settled_before_its_day", "date", "date_mismatch", sale, 0, 6_600)


def settled_after_the_month(desk: Desk) -> None:
    """Due on the last day of February, settled in March; missing in between."""
    days = (timeline.THURSDAY, timeline.MONDAY)
    _late(desk, "settled_after_the_month", *days, "BRL", 51_000, 51_000)


def settled_a_day_late(desk: Desk) -> None:
    """Late within one month: the money is there and no period is wrong."""
    days = (timeline.MONDAY, timeline.NEXT_WEDNESDAY)
    _late(desk, "settled_a_day_late", *days, "EUR", 3_450, 0)


def _late(
    desk: Desk, fault: str, captured: date, settled: date, currency: str,
    amount_minor: int, exposure_minor: int,
) -> None:
    sale = desk.both(desk.payment(at(captured, 16, 5), currency, amount_minor, batch=settled))
    desk.label(
        fault, "existence", "missing_in_statement", sale, -amount_minor, amount_minor,
        is_cleared=True,
    )
    desk.label(fault, "date", "date_mismatch", sale, 0, exposure_minor)


# -- statements -----------------------------------------------------------------------------------


def corrected_file(desk: Desk) -> None:
    """Friday's batch has a wrong amount and a sale that never was; the PSP sends it again."""
    wrong = desk.payment(at(timeline.THURSDAY, 9, 55), "BRL", 13_900)
    desk.book(wrong)
    right_line = statement_line(wrong)
    wrong_line = with_gross(right_line, 13_600)
    phantom = desk.payment(at(timeline.THURSDAY, 9, 56), "BRL", 8_800)
    desk.story.movements.remove(phantom)
    phantom_line = statement_line(phantom)
    versions: tuple[tuple[StatementLine, tuple[int, ...]], ...] = (
        (right_line, (2,)), (wrong_line, (1,)), (phantom_line, (1,))
    )
    for line, shown_in in versions:
        desk.state_line(replace(line, versions=shown_in))
    desk.label(
        "corrected_file", "amount", "amount_mismatch", wrong, -300, 300, is_cleared=True
    )
    desk.label(
        "corrected_file", "existence", "missing_in_ledger", phantom, 8_800, 8_800, is_cleared=True
    )


def refused_file(desk: Desk) -> None:
    """Friday's batch does not add up and is refused; a good one comes on Monday."""
    # Its files are made by adyen_files, its labels by gaps.


def late_file(desk: Desk) -> None:
    """Monday's batch comes half a day late."""
    # Likewise.


FAULTS: dict[str, tuple[AccountProfile, Plant]] = {
    plant.__name__: (profile, plant)
    for profile, plant in (
        (EUROPE, sale_missing_in_ledger),
        (STRIPE, phantom_refund),
        (BRAZIL, sale_never_settled),
        (STRIPE, charge_never_settled),
        (EUROPE, booked_two_days_late),
        (STRIPE, reference_cut),
        (EUROPE, two_sums_fit),
        (EUROPE, unknown_chargeback),
        (STRIPE, bank_debit_failed_later),
        (BRAZIL, unknown_type),
        (STRIPE, unknown_category),
        (EUROPE, settled_in_two_batches),
        (STRIPE, settled_under_two_ids),
        (BRAZIL, booked_twice),
        (EUROPE, one_cent_more),
        (STRIPE, yen_with_decimals),
        (EUROPE, partial_capture_booked_in_full),
        (EUROPE, captures_that_do_not_add_up),
        (BRAZIL, refund_with_wrong_sign),
        (EUROPE, refund_of_another_amount),
        (BRAZIL, settled_in_another_currency),
        (EUROPE, fee_above_the_contract),
        (STRIPE, tax_not_booked_in_full),
        (STRIPE, failed_and_settled),
        (BRAZIL, failed_refund_paid),
        (STRIPE, amount_changed_after_match),
        *((STRIPE, plant) for plant in GATEWAY_FAULTS),
        (BRAZIL, deleted_after_match),
        (EUROPE, settled_before_its_day),
        (BRAZIL, settled_after_the_month),
        (EUROPE, settled_a_day_late),
        (BRAZIL, corrected_file),
        (EUROPE, refused_file),
        (BRAZIL, late_file),
    )
}
