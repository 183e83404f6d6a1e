"""Several faults on one payment: on its sale one of each aspect, and on events that follow it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from include.reconciliation.demo.movements import Movement, ledger_row
from include.reconciliation.lab.catalogue import BY_NAME
from include.reconciliation.lab.faults.times import make_early
from include.reconciliation.lab.scene import Draft, Scene
from include.reconciliation.lab.weeks import THU

_AMOUNTS = ("one_minor_unit", "sign_flipped", "times_100", "partial_capture_in_full")
_FEES = ("fee_wrong",)
_TAXES = ("tax_wrong",)
_DATES = ("early",)
_REFUNDS = ("phantom_refund", "refund_sign_flipped", "missing_at_psp")
_CHARGEBACKS = ("unknown_chargeback",)
# One of each group at the most can be on one payment.
MEMBERS: tuple[tuple[str, ...], ...] = (
    _AMOUNTS, _FEES, _TAXES, _DATES, _REFUNDS, _CHARGEBACKS
)


def plant_several(scene: Scene, faults: Sequence[str]) -> None:
    """One sale with all of these faults; others stay on it as they are when one is left out."""
    sale = scene.sale(THU)
    # Of the truth, whatever is planted: so a fault less changes nothing else.
    refund = scene.refund(sale, scene.part(sale.amount_minor) // 2)
    chargeback = scene.desk.chargeback(sale, scene.after(sale, 2))
    draft = Draft.of(scene, sale)
    for fault in faults:
        scene.fault = fault
        if fault == "early":
            make_early(draft)
        elif (edit := BY_NAME[fault].draft) is not None:
            edit(draft)
    draft.write()
    _follow(scene, refund, [fault for fault in faults if fault in _REFUNDS], _REFUND_FAULTS)
    if "unknown_chargeback" in faults:
        scene.fault = "unknown_chargeback"
        scene.desk.state(chargeback)
        scene.label_unbooked(chargeback, "chargeback_not_in_ledger")
    else:
        scene.desk.story.movements.remove(chargeback)


def _follow(
    scene: Scene, event: Movement, faults: Sequence[str],
    plants: Mapping[str, Callable[[Scene, Movement], None]],
) -> None:
    if not faults:
        scene.desk.story.movements.remove(event)
        return
    scene.fault = faults[0]
    plants[faults[0]](scene, event)


def _phantom(scene: Scene, refund: Movement) -> None:
    scene.desk.state(refund)
    scene.label_unbooked(refund)


def _sign_flipped(scene: Scene, refund: Movement) -> None:
    scene.desk.state(refund)
    scene.desk.book_row(replace(ledger_row(refund), amount_minor=-refund.amount_minor))
    scene.label("amount", "refund_mismatch", refund, 2 * refund.amount_minor)


def _missing(scene: Scene, refund: Movement) -> None:
    scene.desk.book(refund)
    scene.label_absent(refund)


_REFUND_FAULTS = {
    "phantom_refund": _phantom,
    "refund_sign_flipped": _sign_flipped,
    "missing_at_psp": _missing,
}
