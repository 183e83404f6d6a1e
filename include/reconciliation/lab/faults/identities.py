"""References that one of the two sides spoiled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from include.reconciliation.demo.movements import Movement, ledger_row
from include.reconciliation.lab.scene import Draft, Scene
from include.reconciliation.lab.weeks import SAT, SUN, THU, WED


def _respelt(scene: Scene, respell: Callable[[str], str], sale: Movement | None = None) -> None:
    """The ledger's references of a sale, spelt otherwise: neither side finds the other."""
    sale = sale or scene.sale()
    scene.desk.state(sale)
    row = ledger_row(sale)
    booked = scene.desk.book_row(
        replace(
            row,
            psp_reference=respell(sale.psp_reference),
            event_reference=respell(sale.event_reference),
        )
    )
    scene.label_strangers(sale, booked)


def reference_truncated(scene: Scene) -> None:
    """The ledger's column is too short."""
    _respelt(scene, lambda text: text[:-4])


def reference_case_changed(scene: Scene) -> None:
    """The ledger wrote small letters."""
    sale = _renamed(scene, "Ab", scene.sale())
    _respelt(scene, str.lower, sale)


def leading_zeros_lost(scene: Scene) -> None:
    """A spreadsheet took the references for numbers."""
    sale = _renamed(scene, "00", scene.sale())
    _respelt(scene, lambda text: text.lstrip("0"), sale)


def reference_normalised(scene: Scene) -> None:
    """The ledger's copy has another letter that looks the same."""
    sale = _renamed(scene, "AO", scene.sale())
    _respelt(scene, lambda text: text.replace("AO", "\u0410\u041e"), sale)


def id_reused(scene: Scene) -> None:
    """The PSP gives a payment and its capture the ids of an older one; the ledger has one."""
    first = scene.desk.both(scene.sale(0))
    second = scene.sale(1, first.amount_minor)
    reused = replace(
        second,
        psp_reference=first.psp_reference,
        event_reference=first.event_reference,
        fee_minor=first.fee_minor,
        tax_minor=first.tax_minor,
    )
    scene.desk.story.movements.remove(second)
    line_id = f"txn_reused{second.event_reference[3:]}"
    scene.desk.state_line(replace(Draft.of(scene, reused).line, line_id=line_id))
    scene.label("multiplicity", "duplicate_settlement", reused, reused.amount_minor)


def references_swapped(scene: Scene) -> None:
    """The ledger gave two payments each other's references."""
    day = scene.numbers.choice((WED, THU, SAT, SUN))
    first = Draft.of(scene, scene.sale(day))
    second = Draft.of(scene, scene.sale(day, first.sale.amount_minor + 11))
    for draft, other in ((first, second), (second, first)):
        draft.book(
            psp_reference=other.sale.psp_reference,
            event_reference=other.sale.event_reference,
            merchant_reference=other.sale.merchant_reference,
            fee_minor=None,
            tax_minor=None,
        )
        delta_minor = other.sale.amount_minor - draft.sale.amount_minor
        scene.label("amount", "amount_mismatch", other.sale, delta_minor)
        draft.write()


def _renamed(scene: Scene, mark: str, sale: Movement) -> Movement:
    """The same sale with references that begin with that mark, or have it behind their prefix."""

    def renamed(text: str) -> str:
        prefix, _, rest = text.rpartition("_")
        return f"{prefix}_{mark}{rest}" if prefix and mark != "00" else f"{mark}{text}"

    changed = replace(
        sale,
        psp_reference=renamed(sale.psp_reference),
        event_reference=renamed(sale.event_reference),
    )
    movements = scene.desk.story.movements
    movements[movements.index(sale)] = changed
    return changed
