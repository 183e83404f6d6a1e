"""Other amounts, fees, taxes and currencies: edits of a draft, so that several may meet on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from include.reconciliation.demo.movements import converted, ledger_row, with_gross
from include.reconciliation.demo.timeline import settlement_day
from include.reconciliation.lab.reference_rates import day_before, reference_rate
from include.reconciliation.lab.scene import Draft, Scene
from include.reconciliation.lab.weeks import FRI, MON, THU, WED
from include.reconciliation.statements.amounts import EXPONENTS


def _other_amount(draft: Draft, booked_minor: int) -> None:
    """The ledger has another amount; a refund's mismatch has its own name."""
    draft.book(amount_minor=booked_minor)
    kind = "refund_mismatch" if draft.row.type == "refund" else "amount_mismatch"
    delta_minor = draft.sale.amount_minor - booked_minor
    draft.scene.label("amount", kind, draft.sale, delta_minor)


def one_minor_unit(draft: Draft) -> None:
    """One minor unit more or less, on one side or the other."""
    step = draft.scene.numbers.choice((-1, 1))
    if draft.scene.numbers.randrange(2):
        _other_amount(draft, draft.sale.amount_minor + step)
        return
    assert draft.line.gross_minor is not None
    draft.line = with_gross(draft.line, draft.line.gross_minor + step)
    draft.scene.label("amount", "amount_mismatch", draft.sale, step)


def sign_flipped(draft: Draft) -> None:
    """The ledger booked a sale as a refund of itself: minus for plus."""
    _other_amount(draft, -draft.sale.amount_minor)


def times_100(draft: Draft) -> None:
    """The ledger took minor units for major ones, or the other way round."""
    amount_minor = draft.sale.amount_minor
    _other_amount(draft, draft.scene.numbers.choice((amount_minor * 100, amount_minor // 100)))


def fee_wrong(draft: Draft) -> None:
    """The PSP took more, or less, than the ledger's fee table says."""
    difference = draft.scene.numbers.choice((-3, -1, 1, 7))
    if abs(difference) == draft.sale.tax_minor:
        # By chance what leaving out the tax would make, which is another fault.
        difference *= 2
    draft.book(fee_minor=draft.sale.fee_minor - difference)
    draft.scene.label("fee", "fee_mismatch", draft.sale, difference)


def tax_wrong(draft: Draft) -> None:
    """The tax on the fee was booked with another amount."""
    difference = draft.scene.numbers.choice((-1, 1, 5))
    if difference == draft.sale.tax_minor:
        # The ledger would leave the tax out, which is another fault.
        difference = -difference
    draft.book(tax_minor=draft.sale.tax_minor - difference)
    draft.scene.label("fee", "tax_mismatch", draft.sale, difference)


def net_and_gross_swapped(draft: Draft) -> None:
    """The ledger booked what was paid out for what the customer paid."""
    _other_amount(draft, draft.line.net_minor)


def partial_capture_in_full(draft: Draft) -> None:
    """A part was captured; the ledger booked all that was authorised."""
    _other_amount(draft, draft.sale.amount_minor + draft.scene.part(draft.sale.amount_minor))


def decimals_error(draft: Draft) -> None:
    """The ledger gave the currency two decimals, which it does not have."""
    exponent = EXPONENTS[draft.scene.currency]
    amount_minor = draft.sale.amount_minor
    _other_amount(draft, amount_minor * 100 if exponent == 0 else amount_minor // 10)


def wrong_currency(draft: Draft) -> None:
    """The same number, in another currency."""
    other = next(code for code in ("EUR", "USD") if code != draft.scene.currency)
    draft.book(currency=other)
    _label_currencies(draft)


def _label_currencies(draft: Draft) -> None:
    amount_minor = draft.sale.amount_minor
    draft.scene.label("currency", "currency_mismatch", draft.sale, amount_minor)
    draft.scene.label("currency", "currency_mismatch", draft.row, -draft.row.amount_minor, 0)


# -- conversions: scenes of their own, since the sale itself is another one -----------------------


def _foreign_sale(scene: Scene, rate_of: Callable[[date], date] = lambda day: day) -> Draft:
    """Sold in dollars, settled in the account's currency at the rate of its day, or of another."""
    moment = scene.moment(scene.numbers.choice((WED, THU, FRI, MON)))
    settled_on = settlement_day(moment.date())
    sale = scene.desk.payment(
        moment, "USD", net_currency=scene.currency,
        exchange_rate=reference_rate(scene.currency, rate_of(settled_on)),
    )
    return Draft.of(scene, sale)


def rounding_residual(scene: Scene) -> None:
    """A conversion whose rounding leaves what the rate's last decimal allows."""
    _foreign_sale(scene).write()


def stale_rate(scene: Scene) -> None:
    """The PSP settled at the rate of the business day before."""
    draft = _foreign_sale(scene, day_before)
    fair = reference_rate(scene.currency, settlement_day(draft.sale.occurred_at.date()))
    settled_minor, fair_minor = (
        converted(draft.sale.amount_minor, rate, draft.sale.currency, scene.currency)
        for rate in (draft.sale.exchange_rate, fair)
    )
    scene.label(
        "rate", "fx_mismatch", draft.sale, settled_minor - fair_minor, currency=scene.currency
    )
    draft.write()


def settlement_for_presentment(scene: Scene) -> None:
    """The ledger booked the amount and the currency of the settlement."""
    draft = _foreign_sale(scene)
    sale = draft.sale
    settled_minor = converted(
        sale.amount_minor, sale.exchange_rate, sale.currency, sale.net_currency
    )
    draft.book(currency=scene.currency, amount_minor=settled_minor)
    _label_currencies(draft)
    draft.write()


# -- refunds --------------------------------------------------------------------------------------


def refund_sign_flipped(scene: Scene) -> None:
    """The ledger booked a refund as income."""
    sale = scene.desk.both(scene.sale())
    refund = scene.refund(sale, scene.part(sale.amount_minor))
    scene.desk.state(refund)
    scene.desk.book_row(replace(ledger_row(refund), amount_minor=-refund.amount_minor))
    scene.label("amount", "refund_mismatch", refund, 2 * refund.amount_minor)
