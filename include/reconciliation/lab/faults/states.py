"""What the two sides say has become of an event."""

from __future__ import annotations

from dataclasses import replace

from include.reconciliation.demo.movements import FAILED
from include.reconciliation.lab.scene import Draft, Scene
from include.reconciliation.lab.weeks import MON, THU, TUE, WED
from include.reconciliation.legs import GATEWAY_LEDGER


def captured_against_failed(scene: Scene) -> None:
    """The ledger says failed, but the PSP took the money."""
    _unmoved(scene, FAILED)


def success_not_finalised(scene: Scene) -> None:
    """The success of a payment never reached the ledger: it still waits there."""
    _unmoved(scene, "pending")


def _unmoved(scene: Scene, status: str) -> None:
    draft = Draft.of(scene, scene.sale())
    draft.book(status=status)
    scene.label("state", "status_mismatch", draft.sale, draft.sale.amount_minor)
    draft.write()


def late_failure(scene: Scene) -> None:
    """Acknowledged and settled, then it failed: the PSP took the money back."""
    sale = scene.desk.both(scene.sale(scene.numbers.choice((0, 1))))
    if scene.is_api:
        back = scene.desk.reversal(sale, "charge_failure", -sale.amount_minor, scene.after(sale, 2))
        scene.desk.state(back)
        scene.label(
            "existence", "reversed_after_settlement", back, back.amount_minor,
            event=f"reversal of {sale.event_reference}",
        )
        return
    back = scene.desk.chargeback(sale, scene.after(sale, 2))
    scene.desk.state(back)
    scene.label_unbooked(back, "chargeback_not_in_ledger")


def unknown_chargeback(scene: Scene) -> None:
    """A card holder took the money back; the ledger still counts on it."""
    sale = scene.desk.both(scene.sale(scene.numbers.choice((0, 1, 2))))
    chargeback = scene.desk.chargeback(sale, scene.after(sale, 1))
    scene.desk.state(chargeback)
    scene.label_unbooked(chargeback, "chargeback_not_in_ledger")


def double_settlement(scene: Scene) -> None:
    """One capture was settled, and days later again."""
    sale = scene.desk.both(scene.sale(0))
    line = Draft.of(scene, sale).line
    later = scene.desk.payment(scene.moment(MON), scene.currency, sale.amount_minor)
    scene.desk.story.movements.remove(later)
    again = replace(
        line, line_id=f"txn_second{sale.event_reference[3:]}", booked_at=later.booked_at
    )
    scene.desk.state_line(again)
    scene.label("multiplicity", "duplicate_settlement", again, sale.amount_minor)


def refund_without_capture(scene: Scene) -> None:
    """More was given back than was ever taken: all books agree on a refund of no capture.

    The gateway has the authorisation. Beside it a sale that is refunded in full, which is harmless.
    """
    sale = scene.sale(WED)
    scene.desk.story.gateway.unknown_events.add(sale.event_reference)
    refund = scene.desk.both(scene.refund(sale, scene.part(sale.amount_minor)))
    scene.label(
        "amount", "refund_mismatch", refund, 0, -refund.amount_minor, leg=GATEWAY_LEDGER.name
    )
    scene.desk.both(scene.refund(scene.desk.both(scene.sale(THU))))


def unknown_type(scene: Scene) -> None:
    """The PSP invents a type of line."""
    movement = scene.sale()
    scene.desk.story.movements.remove(movement)
    word = "carbon_rebate" if scene.is_api else "LoyaltyPayback"
    line = scene.desk.state_line(replace(Draft.of(scene, movement).line, provider_type=word))
    scene.label("existence", "unclassified_line", line, movement.amount_minor)


def amount_changed_after_match(scene: Scene) -> None:
    """Somebody lowered a sale when it had been matched."""
    sale = scene.sale(0)
    scene.desk.state(sale)
    row = scene.desk.book(sale)
    lower_minor = sale.amount_minor - scene.part(sale.amount_minor)
    scene.desk.rebook(row, scene.week.at(MON, 16), amount_minor=lower_minor)
    scene.label("state", "ledger_changed", sale, 0, sale.amount_minor)
    scene.label("amount", "amount_mismatch", sale, sale.amount_minor - lower_minor)


def deleted_after_match(scene: Scene) -> None:
    """Somebody deleted a sale that had been matched."""
    sale = scene.sale(0)
    scene.desk.state(sale)
    row = scene.desk.book(sale)
    scene.desk.delete(row, scene.week.at(TUE, 9))
    scene.label("state", "ledger_changed", sale, 0, sale.amount_minor)
    scene.label_unbooked(sale)

