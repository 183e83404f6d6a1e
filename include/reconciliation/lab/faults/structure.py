"""What goes wrong with whole statements: each kind has an account of its own.

Its payments are plain. What is delivered of them is edited here: the file of Friday's batch is
missing, damaged, corrected or split, and what must be seen of that is written down.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from include.reconciliation.demo.adyen_files import (
    DroppedFile,
    damaged,
    left_over,
    payout_reference,
    settlement_file,
)
from include.reconciliation.demo.desk import Story
from include.reconciliation.demo.gaps import waiting
from include.reconciliation.demo.labels import Label
from include.reconciliation.demo.movements import StatementLine, statement_line, with_gross
from include.reconciliation.demo.timeline import delivered
from include.reconciliation.lab import bank
from include.reconciliation.lab.bank import Payout
from include.reconciliation.lab.scene import Plant, Planted, RefusedFile, Scene
from include.reconciliation.lab.statement_files.adyen import report
from include.reconciliation.lab.weeks import FRI, MON, THU, TUE, Week
from include.reconciliation.legs import PAYOUT_BANK

FIRST_BATCH = 100
PHANTOM_PAYOUT = "phantom_payout"
# More than the clean payments of a seed can give back on one day.
_LARGE_MINOR = 200_000


@dataclass(frozen=True, slots=True)
class Batches:
    """The lines of one account, by the day of their batch."""

    psp: str
    account: str
    week: Week
    story: Story

    def lines(self, day: date, version: int = 2) -> list[StatementLine]:
        """The lines of a batch, in a version of it."""
        return [
            line
            for line in self.story.lines
            if line.booked_on == day and version in line.versions
        ]

    def file(
        self, day: date, *, number: int | None = None, version: int = 2,
        lines: Sequence[StatementLine] | None = None, known_at: datetime | None = None,
        name: str = "",
    ) -> DroppedFile:
        """The file of a batch as it should be, but for what is given."""
        batch = self.number(day) if number is None else number
        shown = self.lines(day, version) if lines is None else lines
        content = settlement_file(self.account, batch, day, shown)
        file_name = f"settlement_detail_report_batch_{batch}{name}.csv"
        return DroppedFile(known_at or delivered(day), self.account, day, file_name, content)

    def number(self, day: date) -> int:
        """The number of the batch of a day."""
        return FIRST_BATCH + self.week.batch_days.index(day)

    @property
    def friday(self) -> date:
        """The day whose batch goes wrong."""
        return self.week.day(FRI)

    @property
    def put_right(self) -> datetime:
        """When the good file comes, after the window that ends on Monday."""
        return self.week.at(TUE, 8)

    def usual(self) -> list[DroppedFile]:
        """One good file per batch."""
        return [self.file(day) for day in self.week.batch_days]

    def without_friday(self) -> list[DroppedFile]:
        """The same but for the day that goes wrong."""
        return [file for file in self.usual() if file.batch_on != self.friday]

    def payouts(self) -> list[Payout]:
        """What the batches say that they paid out in the bank's currency."""
        return [
            Payout(day, payout_reference(self.number(day), bank.CURRENCY), amount_minor)
            for day in self.week.batch_days
            if (amount_minor := left_over(self.lines(day)).get(bank.CURRENCY, 0)) > 0
        ]

    def gap(self, fault: str) -> list[Planted]:
        """The gap of Friday's batch as Monday's window sees it, cleared by the good file."""
        seen_at = self.week.windows[1].end
        waits = waiting(self.story, self.account, self.friday, seen_at)
        return [
            Label(
                fault=fault, psp=self.psp, account=self.account, aspect="source",
                kind="statement_gap", currency=currency, delta_minor=0,
                exposure_minor=exposure_minor, psp_reference=None,
                event=f"batch of {self.account} for {self.friday}", is_cleared=True,
            )
            for currency, exposure_minor in sorted(waits.items())
        ]

    def seen(self, fault: str, file: DroppedFile, state: str, code: str | None) -> RefusedFile:
        """What must be said of a file."""
        return RefusedFile(fault, self.psp, self.account, file.name, state, code)


Delivery = tuple[list[DroppedFile], list[Planted]]


def payments(scene: Scene) -> None:
    """Plain sales of which one is of Friday's batch."""
    for day in (THU, scene.numbers.choice((FRI, MON))):
        scene.desk.both(scene.sale(day))


def paid_out_payments(scene: Scene) -> None:
    """Plain sales, that of Friday's batch so large that something is paid out of it."""
    scene.desk.both(scene.sale(THU, _LARGE_MINOR))
    scene.desk.both(scene.sale(MON))


def halved_payments(scene: Scene) -> None:
    """Plain sales of Friday's batch, of which only the second version, or half, has the second."""
    payments(scene)
    for versions in ((1,), (2,)):
        sale = scene.sale(THU)
        scene.desk.book(sale)
        scene.desk.state_line(replace(statement_line(sale), versions=versions))


def growing_payments(scene: Scene) -> None:
    """The first version of Friday's batch lacks a sale."""
    payments(scene)
    sale = scene.sale(THU)
    scene.desk.book(sale)
    scene.desk.state_line(replace(statement_line(sale), versions=(2,)))


def amended_payments(scene: Scene) -> None:
    """Friday's batch has a wrong amount and a sale that never was, until it is corrected."""
    payments(scene)
    wrong = scene.sale(THU)
    scene.desk.book(wrong)
    right_line = statement_line(wrong)
    wrong_line = with_gross(right_line, wrong.amount_minor - scene.part(wrong.amount_minor))
    phantom = scene.sale(THU)
    scene.desk.story.movements.remove(phantom)
    for line, shown_in in (
        (right_line, (2,)), (wrong_line, (1,)), (statement_line(phantom), (1,))
    ):
        scene.desk.state_line(replace(line, versions=shown_in))
    assert wrong_line.gross_minor is not None
    delta_minor = wrong_line.gross_minor - wrong.amount_minor
    scene.label("amount", "amount_mismatch", wrong, delta_minor, is_cleared=True)
    scene.label(
        "existence", "missing_in_ledger", phantom, phantom.amount_minor, is_cleared=True
    )


def _missing(batches: Batches) -> Delivery:
    """Friday's file comes when Monday's run has looked for it."""
    late = batches.file(batches.friday, known_at=batches.put_right)
    return [*batches.without_friday(), late], batches.gap("statement_missing")


def _refused(
    batches: Batches, fault: str, code: str, spoil: Callable[[bytes], bytes]
) -> Delivery:
    good = batches.file(batches.friday)
    bad = replace(good, content=spoil(good.content))
    again = batches.file(batches.friday, known_at=batches.put_right, name="_2")
    said = batches.seen(fault, bad, "corrected", code)
    return [*batches.without_friday(), bad, again], [*batches.gap(fault), said]


def _trailer_wrong(batches: Batches) -> Delivery:
    """The payout of Friday's batch is not the sum of its rows."""
    return _refused(batches, "trailer_wrong", "wrong_total", damaged)


def _line_quarantined(batches: Batches) -> Delivery:
    """One amount of Friday's batch can't be read: the file is refused whole."""
    return _refused(batches, "line_quarantined", "bad_amount", _unreadable)


def _inverted_rate(batches: Batches) -> Delivery:
    """One row of Friday's batch has its rate upside down, so that its net is no longer its own."""
    return _refused(batches, "inverted_rate", "row_does_not_tie", _inverted)


def _unreadable(content: bytes) -> bytes:
    return _edited(content, "Net Credit (NC)", lambda text: f"{text}O")


def _inverted(content: bytes) -> bytes:
    return _edited(content, "Exchange Rate", lambda text: "0.5" if text == "1" else "0.25")


def _edited(content: bytes, column: str, edit: Callable[[str], str]) -> bytes:
    rows = list(csv.DictReader(io.StringIO(content.decode())))
    row = next(row for row in rows if row["Type"] == "Settled")
    row[column] = edit(row[column])
    return report(rows)


def _amended(batches: Batches) -> Delivery:
    """Friday's batch comes again with what was wrong in it put right."""
    first = batches.file(batches.friday, version=1)
    second = batches.file(batches.friday, known_at=batches.put_right, name="_2")
    said = batches.seen("statement_amended", first, "superseded", None)
    return [*batches.without_friday(), first, second], [said]


def _two_versions(batches: Batches) -> Delivery:
    """Friday's batch comes twice under one number before anybody looked; the later one counts."""
    first = batches.file(batches.friday, version=1)
    later = first.known_at + timedelta(hours=1)
    second = batches.file(batches.friday, known_at=later, name="_2")
    said = batches.seen("two_versions_with_one_id", first, "superseded", None)
    return [*batches.without_friday(), first, second], [said]


def _split(batches: Batches) -> Delivery:
    """Friday's lines come in two batches of two numbers: harmless."""
    return _in_two(batches, None), []


def _gap_in_sequence(batches: Batches) -> Delivery:
    """Friday has two batches. The first comes when Monday's run has missed its number."""
    second_half = [line for line in batches.lines(batches.friday) if 1 not in line.versions]
    # What the second one shows is no longer waited for.
    shown = [
        replace(line, booked_at=line.booked_at - timedelta(days=1))
        if line in second_half
        else line
        for line in batches.story.lines
    ]
    labels = replace(batches, story=replace(batches.story, lines=shown)).gap("gap_in_sequence")
    return _in_two(batches, batches.put_right), labels


def _in_two(batches: Batches, first_known_at: datetime | None) -> list[DroppedFile]:
    """Friday's lines in two files, and every later batch with the number after its own."""
    others = [
        batches.file(day, number=batches.number(day) + (day > batches.friday))
        for day in batches.week.batch_days
        if day != batches.friday
    ]
    first = batches.file(batches.friday, version=1, known_at=first_known_at)
    rest = [line for line in batches.lines(batches.friday) if 1 not in line.versions]
    number = batches.number(batches.friday) + 1
    return [*others, first, batches.file(batches.friday, number=number, lines=rest)]


def came_to_the_bank(batches: Batches) -> list[Payout]:
    """The payouts of an account that is followed to its bank: all but Friday's."""
    return [payout for payout in batches.payouts() if payout.batch_on != batches.friday]


def _phantom_payout(batches: Batches) -> Delivery:
    """Friday's batch says that it was paid out; nothing of it has come to the bank."""
    said = next(paid for paid in batches.payouts() if paid.batch_on == batches.friday)
    label = Label(
        fault=PHANTOM_PAYOUT, psp=batches.psp, account=batches.account, aspect="existence",
        kind="payout_missing_at_bank", currency=bank.CURRENCY, delta_minor=-said.amount_minor,
        exposure_minor=said.amount_minor, psp_reference=said.reference,
        event=f"payout {said.reference}", leg=PAYOUT_BANK.name,
    )
    return batches.usual(), [label]


STRUCTURES: dict[str, Callable[[Batches], Delivery]] = {
    "statement_missing": _missing,
    "statement_amended": _amended,
    "two_versions_with_one_id": _two_versions,
    "gap_in_sequence": _gap_in_sequence,
    "trailer_wrong": _trailer_wrong,
    "line_quarantined": _line_quarantined,
    "inverted_rate": _inverted_rate,
    "batch_split": _split,
    PHANTOM_PAYOUT: _phantom_payout,
}
# The payments of a kind, where they are more than plain ones.
PAYMENTS: dict[str, Plant] = {
    "statement_amended": amended_payments,
    "two_versions_with_one_id": growing_payments,
    "gap_in_sequence": halved_payments,
    "batch_split": halved_payments,
    PHANTOM_PAYOUT: paid_out_payments,
}
PLANTS = frozenset({payments, *PAYMENTS.values()})
