"""Cases as accounts of a pack, as trial.py runs them."""

from __future__ import annotations

from collections.abc import Sequence

from include.reconciliation.demo.history import History
from include.reconciliation.lab.format_faults.books import Book
from include.reconciliation.lab.format_faults.cases import Case
from include.reconciliation.lab.format_faults.deliveries import Delivery, in_order
from include.reconciliation.lab.format_faults.places import (
    ADYEN,
    CURRENCIES,
    FormatPlace,
    configuration_text,
)
from include.reconciliation.lab.outcome import Outcome
from include.reconciliation.lab.pack import Account
from include.reconciliation.lab.statement_files.writers import WRITERS
from include.reconciliation.lab.trial import outcome, ran
from include.reconciliation.lab.weeks import SPRING
from include.reconciliation.local.server import Server


def try_cases(server: Server, cases: Sequence[Case]) -> Outcome:
    """What the pipeline makes of these cases, in databases of their own."""
    accounts = [account for case in cases for account in accounts_of(case)]
    with ran(server, accounts, configuration_text) as warehouse:
        counted = outcome(warehouse, accounts)
    for case in cases:
        counted.decoys[case.fault.name, case.format] += case.fault.is_harmless
    return counted


def accounts_of(case: Case) -> list[Account]:
    """The account of a case, and behind a bank's the one that is paid out to it."""
    is_bank = WRITERS[case.format].carries.is_bank
    only = WRITERS[case.format].carries.currencies
    currency = next(iter(only)) if only else CURRENCIES[case.exponent]
    name = f"{case.number:06}-{case.number:013}" if case.format.startswith("cnab") else None
    place = FormatPlace(
        format=case.format,
        week=SPRING,
        account=name or f"LAB{case.number}",
        entry=f"bank_{case.number}" if is_bank else case.format,
        currency=currency,
        is_bank=is_bank,
    )
    delivery = Delivery(case.fault.name, Book(place, case.number))
    case.fault.deliver(delivery)
    own = [label for label in delivery.labels if label.psp == place.psp]
    made = [_account(delivery, own)]
    if is_bank:
        payer = FormatPlace(
            format=ADYEN,
            week=SPRING,
            account=f"PAYER{case.number}",
            entry=f"payer_{case.number}",
            currency=currency,
            paid_out_to=f"{place.psp}/{place.account}",
        )
        sound = Delivery(case.fault.name, Book(payer, case.number))
        sound.sound()
        made.append(_account(sound, [label for label in delivery.labels if label not in own]))
    return made


def _account(delivery: Delivery, labels: Sequence[object]) -> Account:
    book = delivery.book
    world = History(
        seed=book.case, ledger_changes=book.ledger, intents=(), transactions=(),
        files=tuple(in_order(delivery.files)), balance_transactions=(), labels=(), decoys=(),
        payments=len(book.ledger),
    )
    return Account(
        book.place, world, (), tuple(labels), tuple(delivery.said),  # type: ignore[arg-type]
        {
            reference: book.case
            for lines in book.lines.values()
            for line in lines
            for reference in (line.event_reference, line.payout_reference)
            if reference
        },
    )
