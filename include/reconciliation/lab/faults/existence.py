"""A side that is not there, or there too often."""

from __future__ import annotations

from dataclasses import replace

from include.reconciliation.demo.movements import ledger_row, statement_line
from include.reconciliation.demo.timeline import booked_in_batch_of, next_business_day
from include.reconciliation.lab.scene import Scene
from include.reconciliation.lab.weeks import SAT, SUN, THU, WED


def missing_at_psp(scene: Scene) -> None:
    """The ledger counts on a sale that the PSP never settled."""
    sale = scene.sale()
    scene.desk.book(sale)
    scene.label_absent(sale)


def missing_in_ledger(scene: Scene) -> None:
    """The PSP settled a sale that the ledger lost."""
    sale = scene.sale()
    scene.desk.state(sale)
    scene.label_unbooked(sale)


def exact_duplicate_line(scene: Scene) -> None:
    """One statement has the same line twice, to the letter."""
    sale = scene.desk.both(scene.sale())
    again = scene.desk.state(sale)
    scene.label("multiplicity", "duplicate_settlement", again, sale.amount_minor)


def duplicate_with_new_line_id(scene: Scene) -> None:
    """The PSP settled one capture under two line ids."""
    sale = scene.desk.both(scene.sale())
    again = replace(statement_line(sale), line_id=f"txn_again{sale.event_reference[3:]}")
    scene.desk.state_line(again)
    scene.label("multiplicity", "duplicate_settlement", again, sale.amount_minor)


def identical_twins(scene: Scene) -> None:
    """Two customers buy the same in the same second; one order is captured in equal halves."""
    moment = scene.moment(THU)
    amount_minor = scene.sale(at=moment).amount_minor
    scene.desk.story.movements.pop()
    for _ in range(2):
        scene.desk.both(scene.sale(at=moment, amount_minor=amount_minor))
    first = scene.desk.both(scene.sale(at=moment, amount_minor=amount_minor))
    scene.desk.both(scene.desk.capture(first, amount_minor, moment))


def duplicate_across_files(scene: Scene) -> None:
    """Two batches have the same capture."""
    sale = scene.desk.both(scene.sale(scene.numbers.choice((WED, THU, SAT, SUN))))
    line = statement_line(sale)
    again = replace(line, booked_at=booked_in_batch_of(next_business_day(line.booked_on)))
    scene.desk.state_line(again)
    scene.label("multiplicity", "duplicate_settlement", again, sale.amount_minor)


def phantom_refund(scene: Scene) -> None:
    """A refund was made in the PSP's dashboard; nobody booked it."""
    sale = scene.desk.both(scene.sale())
    refund = scene.refund(sale, scene.part(sale.amount_minor))
    scene.desk.state(refund)
    scene.label_unbooked(refund)


def booked_twice(scene: Scene) -> None:
    """A retry without an idempotency key booked a sale twice."""
    sale = scene.desk.both(scene.sale())
    scene.desk.book_row(ledger_row(sale, ledger_id=f"lt_{sale.event_reference}_retry"))
    scene.label("multiplicity", "duplicate_in_ledger", sale, -sale.amount_minor)
