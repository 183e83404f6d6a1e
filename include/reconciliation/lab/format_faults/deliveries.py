"""What is delivered when a statement goes wrong, and what must be seen of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from include.reconciliation.demo.adyen_files import DroppedFile
from include.reconciliation.demo.labels import Label
from include.reconciliation.lab.format_faults.books import Book
from include.reconciliation.lab.format_faults.places import (
    PUT_RIGHT,
    STRIPE_PAYOUTS,
    FormatPlace,
    delivered,
)
from include.reconciliation.lab.scene import RefusedFile
from include.reconciliation.lab.statement_files.faults import FileFault
from include.reconciliation.lab.statement_files.sequence_faults import opening_moved
from include.reconciliation.lab.statement_files.statement import (
    SimulatedLine,
    SimulatedStatement,
    StatementFile,
)
from include.reconciliation.lab.statement_files.writers import WRITERS
from include.reconciliation.legs import LEDGER_STATEMENT, PAYOUT_BANK

# A file that is put right comes under its own name again.
_SAME = ""


@dataclass
class Delivery:
    """The files of an account, and what must be reported of them, or of the account beside it."""

    fault: str
    book: Book
    beside: FormatPlace | None = None
    # What becomes of the statements beside it; they are sound where nothing is said.
    deliver_beside: Callable[[Delivery], None] | None = None
    files: list[DroppedFile] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    said: list[RefusedFile] = field(default_factory=list)

    @property
    def format(self) -> str:
        """The format of the account."""
        return self.book.place.format

    def sound(self, *but: date) -> None:
        """The statements of all days but these, as they should be."""
        for day, statement in self.book.statements.items():
            if day not in but:
                self.drop(day, self.written(statement), delivered(day))

    def written(self, statement: SimulatedStatement) -> tuple[StatementFile, ...]:
        """The bytes of a statement."""
        return WRITERS[self.format].write(statement)

    def drop(
        self, day: date, files: Iterable[StatementFile], known_at: datetime, name: str = _SAME
    ) -> list[str]:
        """These files come; returns their names. `name` is put before each."""
        names = []
        for file in files:
            names.append(f"{name}{day:%Y%m%d}_{file.name}")
            account = self.book.place.account
            self.files.append(DroppedFile(known_at, account, day, names[-1], file.content))
        return names

    def put_right(self, name: str = _SAME) -> None:
        """The statement of the day as it should be comes after the first window."""
        day = self.book.day
        self.drop(day, self.written(self.book.statements[day]), PUT_RIGHT, name)

    def say(self, name: str, state: str, code: str | None) -> None:
        """What must be said of a file."""
        place = self.book.place
        self.said.append(RefusedFile(self.fault, place.psp, place.account, name, state, code))

    def label(
        self, aspect: str, kind: str, line: SimulatedLine | None, delta_minor: int,
        exposure_minor: int | None, *, psp: str | None = None, account: str | None = None,
        leg: str = LEDGER_STATEMENT, event: str = "",
    ) -> None:
        """What must be reported in the first window, and is over in the second."""
        place = self.book.place
        self.labels.append(
            Label(
                fault=self.fault, psp=psp or place.psp, account=account or place.account,
                aspect=aspect, kind=kind, currency=line.currency if line else None,
                delta_minor=delta_minor, exposure_minor=exposure_minor,
                psp_reference=line.payment_reference or line.payout_reference if line else None,
                event=event or (line.event_reference if line else self.fault), is_cleared=True,
                leg=leg,
            )
        )

    def gap(self, lines: Sequence[SimulatedLine] | None = None) -> None:
        """The day's statement is missing: what the ledger waits for is the exposure."""
        waiting = self.book.lines[self.book.day] if lines is None else lines
        sold = [line for line in waiting if line.type == "payment"]
        exposure_minor = sum(line.amount_minor for line in sold) if sold else None
        self.label("source", "statement_gap", None, 0, exposure_minor)
        self.labels[-1] = replace(
            self.labels[-1], currency=self.book.place.currency if sold else None
        )
        if self.format == STRIPE_PAYOUTS:
            for line in waiting:
                self.deposit(line)

    def deposit(self, paid: SimulatedLine) -> None:
        """The bank has a payout that who pays out has not told."""
        self.label(
            "existence", "deposit_without_payout", paid, -paid.amount_minor, -paid.amount_minor,
            leg=PAYOUT_BANK.name, event=f"deposit {paid.payout_reference}",
        )


# Let in with a notice; but no day is proved, so that the statement is still missed.
_PROVES_NOTHING = {("trailer_lost", "paypal_settlement")}

Deliver = Callable[[Delivery], None]


def damaged(fault: FileFault) -> Deliver:
    """The bytes of the day's file are damaged."""

    def deliver(delivery: Delivery) -> None:
        day = delivery.book.day
        sound = delivery.written(delivery.book.statements[day])
        spoiled = fault.apply(delivery.format, sound)
        expected = fault.expected(delivery.format)
        delivery.sound(day)
        names = delivery.drop(day, spoiled, delivered(day))
        if expected.how == "refused":
            delivery.gap()
            delivery.say(names[0], "corrected", expected.what)
            delivery.put_right()
        elif (fault.name, delivery.format) in _PROVES_NOTHING:
            delivery.label("source", "statement_gap", None, 0, None)
            delivery.say(names[0], "superseded", None)
            delivery.put_right()
        elif expected.how == "unnoticed":
            _label_lines(delivery, sound, spoiled)
            # A list that lacks its newest line is one of another range.
            if delivery.format != "stripe_balance_transactions":
                delivery.say(names[0], "superseded", None)
            delivery.put_right()

    return deliver


def _label_lines(
    delivery: Delivery, sound: Sequence[StatementFile], spoiled: Sequence[StatementFile]
) -> None:
    """Nobody can see it in the file: the matching must find the line that is lost, or twice."""
    before, after = (b"".join(file.content for file in files) for files in (sound, spoiled))
    for line in delivery.book.lines[delivery.book.day]:
        reference = (line.payout_reference or line.event_reference).encode()
        more = after.count(reference) - before.count(reference)
        if not more:
            continue
        if delivery.book.place.is_bank:
            _label_at_bank(delivery, line, more)
        elif more < 0 and delivery.format == STRIPE_PAYOUTS:
            delivery.deposit(line)
        elif more < 0:
            amount_minor = line.amount_minor
            delivery.label(
                "existence", "missing_in_statement", line, -amount_minor, amount_minor
            )
        else:
            _label_twice(delivery, line)


def _label_twice(delivery: Delivery, line: SimulatedLine) -> None:
    amount_minor = line.amount_minor
    delivery.label("multiplicity", "duplicate_settlement", line, amount_minor, amount_minor)


def _label_at_bank(delivery: Delivery, line: SimulatedLine, more: int) -> None:
    """The account that is paid out to the bank lacks its payout, or has a deposit too many."""
    if line.type != "payout":
        return
    assert delivery.beside is not None
    minor = line.amount_minor
    delivery.label(
        "existence", "payout_missing_at_bank" if more < 0 else "deposit_without_payout", line,
        -minor if more < 0 else minor, minor, leg=PAYOUT_BANK.name,
        psp=delivery.beside.psp, account=delivery.beside.account,
        event=f"payout {line.payout_reference}",
    )
    # A later file of OFX withdraws no line of an earlier one.
    if more > 0 and delivery.format == "ofx":
        delivery.labels[-1] = replace(delivery.labels[-1], is_cleared=False)


def missing(delivery: Delivery) -> None:
    """The day's statement comes when the first window is over."""
    delivery.sound(delivery.book.day)
    delivery.gap()
    delivery.put_right()


def opening_off(delivery: Delivery) -> None:
    """From the day on each statement opens one minor unit higher, until they are corrected."""
    delivery.sound(*_from(delivery.book))
    for day in _from(delivery.book):
        statement = delivery.book.statements[day]
        (name,) = delivery.drop(day, delivery.written(opening_moved(statement)), delivered(day))
        delivery.drop(day, delivery.written(statement), PUT_RIGHT)
        delivery.say(name, "superseded", None)
    delivery.label("source", "statement_gap", None, 0, None)


def _from(book: Book) -> list[date]:
    return [day for day in book.days if day >= book.day]


def amended(delivery: Delivery) -> None:
    """The day's statement has a wrong amount and a payment too many, until it is corrected."""
    _label_chain(delivery)
    _other_version(delivery, _wrong_lines(delivery), PUT_RIGHT)


def _label_chain(delivery: Delivery) -> None:
    """What a wrong statement leads to is not where the next one opens."""
    if WRITERS[delivery.format].carries.has_balances:
        delivery.label("source", "statement_gap", None, 0, None, event="behind the wrong one")


def two_versions(delivery: Delivery) -> None:
    """The day's statement comes twice before anybody looked; the later one counts."""
    lines = delivery.book.lines[delivery.book.day][:-1]
    _other_version(delivery, lines, delivered(delivery.book.day) + timedelta(hours=1))


def _wrong_lines(delivery: Delivery) -> tuple[SimulatedLine, ...]:
    book = delivery.book
    first, *others = book.lines[book.day]
    if first.type == "payout":
        return _wrong_payouts(delivery)
    wrong = book.payment(book.day, 0, first.amount_minor - 7)
    phantom = book.payment(book.day, "X", 4_321)
    delivery.label("amount", "amount_mismatch", first, -7, 7)
    delivery.label("existence", "missing_in_ledger", phantom, 4_321, 4_321)
    return (wrong, *others, phantom)


def _wrong_payouts(delivery: Delivery) -> tuple[SimulatedLine, ...]:
    """One with a wrong amount, on the statement of who pays out or of the bank."""
    book = delivery.book
    first, *others = book.lines[book.day]
    wrong = replace(
        first, amount_minor=first.amount_minor - 7, gross_minor=first.gross_minor - 7
    )
    place = book.place if delivery.beside is None or not book.place.is_bank else delivery.beside
    delivery.label(
        "amount", "payout_amount_mismatch", first, -7 if book.place.is_bank else 7, 7,
        psp=place.psp, account=place.account, leg=PAYOUT_BANK.name,
        event=f"payout {first.payout_reference}",
    )
    return (wrong, *others)


def _other_version(
    delivery: Delivery, lines: Sequence[SimulatedLine], second_at: datetime
) -> None:
    book = delivery.book
    day = book.day
    number = book.statements[day].number
    opening = dict(book.statements[day].opening_minor)
    first = book.statement(day, number, lines, opening)
    delivery.sound(day)
    (name,) = delivery.drop(day, delivery.written(first), delivered(day))
    delivery.drop(day, delivery.written(book.statements[day]), second_at, "second_")
    delivery.say(name, "superseded", None)


def split(delivery: Delivery) -> None:
    """The day's lines come in two statements of two numbers: harmless."""
    _in_two(delivery, delivered(delivery.book.day))


def number_missing(delivery: Delivery) -> None:
    """Of two statements of one day the first comes when its number has been missed."""
    delivery.gap(_in_two(delivery, PUT_RIGHT))


def _in_two(delivery: Delivery, first_at: datetime) -> Sequence[SimulatedLine]:
    """Returns the lines of the first of the two."""
    book = delivery.book
    day, lines = book.day, book.lines[book.day]
    delivery.sound(*_from(book))
    whole = book.statements[day]
    first = replace(whole, lines=lines[:2])
    second = replace(
        whole, lines=lines[2:], number=whole.number + 1,
        opening_minor=first.closing_minor if whole.opening_minor else {},
    )
    delivery.drop(day, delivery.written(first), first_at)
    delivery.drop(day, delivery.written(second), delivered(day))
    for later in _from(book)[1:]:
        statement = book.statements[later]
        moved = replace(statement, number=statement.number + 1)
        delivery.drop(later, delivery.written(moved), delivered(later))
    return lines[:2]


def again_in_the_next(delivery: Delivery) -> None:
    """The last statement has a line of the day once more, and nobody corrects it."""
    book = delivery.book
    last = book.days[-1]
    again = book.lines[book.day][0]
    delivery.sound(last)
    statement = book.statements[last]
    wrong = replace(statement, lines=(*statement.lines, again))
    delivery.drop(last, delivery.written(wrong), delivered(last))
    if delivery.book.place.is_bank:
        _label_at_bank(delivery, again, 1)
    else:
        _label_twice(delivery, again)
    delivery.labels[-1] = replace(delivery.labels[-1], is_cleared=False)


def phantom_payout(delivery: Delivery) -> None:
    """The bank lacks the payout of the day until it corrects its statement."""
    day = delivery.book.day
    (paid,) = (line for line in delivery.book.lines[day] if line.type == "payout")
    delivery.sound()
    delivery.deliver_beside = _without_payouts
    minor = paid.amount_minor
    delivery.label(
        "existence", "payout_missing_at_bank", paid, minor, -minor, leg=PAYOUT_BANK.name,
        event=f"payout {paid.payout_reference}",
    )


def _without_payouts(bank: Delivery) -> None:
    own = [line for line in bank.book.lines[bank.book.day] if line.type != "payout"]
    lines = {**bank.book.lines, bank.book.day: own}
    wrong = dict(zip(bank.book.days, bank.book.chain(lines.values()), strict=True))
    for day, statement in bank.book.statements.items():
        names = bank.drop(day, bank.written(wrong[day]), delivered(day))
        if wrong[day] != statement:
            bank.drop(day, bank.written(statement), PUT_RIGHT)
            bank.say(names[0], "superseded", None)


def same_bytes_again(delivery: Delivery) -> None:
    """The same file comes once more under another name: harmless."""
    delivery.sound()
    delivery.put_right("copy_of_")


def in_order(files: Iterable[DroppedFile]) -> Iterator[DroppedFile]:
    """As they come: of two of one name the later one stays."""
    return iter(sorted(files, key=lambda file: file.known_at))
