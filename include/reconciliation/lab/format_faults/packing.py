"""Cases as accounts of a pack, as trial.py runs them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from include.reconciliation.demo.history import History
from include.reconciliation.demo.labels import Label
from include.reconciliation.lab.format_faults.books import Book
from include.reconciliation.lab.format_faults.cases import Case
from include.reconciliation.lab.format_faults.deliveries import Delivery, in_order, phantom_payout
from include.reconciliation.lab.format_faults.places import (
    ADYEN,
    CAMT,
    CURRENCIES,
    STRIPE_PAYOUTS,
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
    """The account of a case; with a bank who is paid out to it, with payouts alone their bank.

    A bank is read before who pays out to it.
    """
    carries = WRITERS[case.format].carries
    currency = next(iter(carries.currencies or ()), CURRENCIES[case.exponent])
    name = f"LAB{case.number}"
    if case.format.startswith("cnab240"):
        name = f"{case.number:06}-{case.number:013}"
    own = FormatPlace(case.format, SPRING, name, entry=case.format, currency=currency)
    other = None
    if carries.is_bank:
        entry = f"bank_{case.number}"
        own = replace(own, entry=entry, is_bank=True, payer=ADYEN)
        other = FormatPlace(
            ADYEN, SPRING, f"OTHER{case.number}", entry=f"payer_{case.number}", currency=currency,
            paid_out_to=f"{entry}/{name}",
        )
    elif case.format == STRIPE_PAYOUTS or case.fault.deliver is phantom_payout:
        entry = f"bank_{case.number}"
        other = FormatPlace(
            CAMT, SPRING, f"OTHER{case.number}", entry=entry, currency=currency, is_bank=True,
            payer=case.format,
        )
        own = replace(own, entry=f"payer_{case.number}", paid_out_to=f"{entry}/{other.account}")
    delivery = Delivery(case.fault.name, Book(own, case.number), other)
    case.fault.deliver(delivery)
    is_seen_beside = any(label.psp != own.psp for label in delivery.labels)
    if other is None or not (own.paid_out_to or is_seen_beside or case.fault.is_of_payouts):
        return [_account(delivery, delivery.labels)]
    beside = Delivery(case.fault.name, Book(other, case.number))
    (delivery.deliver_beside or Delivery.sound)(beside)
    made = [
        _account(each, [label for label in delivery.labels if label.psp == each.book.place.psp])
        for each in (delivery, beside)
    ]
    return sorted(made, key=lambda account: account.place.psp)


def _account(delivery: Delivery, labels: Sequence[Label]) -> Account:
    book = delivery.book
    world = History(
        seed=book.case, ledger_changes=book.ledger, intents=(), transactions=(),
        files=tuple(in_order(delivery.files)), balance_transactions=(), labels=(), decoys=(),
        payments=len(book.ledger),
    )
    return Account(
        book.place, world, (), tuple(labels), tuple(delivery.said),
        {
            reference: book.case
            for lines in book.lines.values()
            for line in lines
            for reference in (line.event_reference, line.payout_reference)
            if reference
        },
    )
