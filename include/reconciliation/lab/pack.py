"""Many seeds in one place: what the outside world of every account does, and what must be reported.

Payments of all seeds share the accounts, each with references of its own; a fault of whole
statements has an account of its own per PSP. A seed says the same alone and packed: what seeds
have in common (a gap's exposure) is a sum over them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from include.reconciliation.demo.adyen_files import DroppedFile
from include.reconciliation.demo.desk import Desk, Story
from include.reconciliation.demo.gateway import gateway_rows
from include.reconciliation.demo.history import History, in_order
from include.reconciliation.demo.labels import Label
from include.reconciliation.demo.streams import stream
from include.reconciliation.demo.stripe_objects import balance_transactions
from include.reconciliation.lab.bank import bank_files
from include.reconciliation.lab.catalogue import (
    GATEWAY,
    OPENING_IS_NOT_CLOSING,
    RELEASES,
    WRITTEN,
)
from include.reconciliation.lab.faults.structure import STRUCTURES, Batches, came_to_the_bank
from include.reconciliation.lab.history import Place, SeedHistory, merged, profile
from include.reconciliation.lab.scene import RefusedFile
from include.reconciliation.lab.statement_files.sequence_faults import opening_moved
from include.reconciliation.lab.weeks import FRI
from include.reconciliation.lab.written import files

WRITERS_USED = (*WRITTEN, RELEASES)
_NOTHING = History(
    seed=0, ledger_changes=(), intents=(), transactions=(), files=(), balance_transactions=(),
    labels=(), decoys=(), payments=0,
)


@dataclass(frozen=True, slots=True)
class Account:
    """One account of a pack: its world, the labels of each seed, and those of whole statements."""

    place: Place
    world: History
    labels: tuple[tuple[int, Label], ...]
    statement_labels: tuple[Label, ...]
    refused: tuple[RefusedFile, ...]
    # Which seed a reference, of a payment, an event or an order, belongs to.
    seed_of: dict[str, int]

    @property
    def all_labels(self) -> tuple[Label, ...]:
        """Everything that must be reported as a discrepancy."""
        return (*(label for _, label in self.labels), *self.statement_labels)


def pack(histories: Sequence[SeedHistory]) -> tuple[Account, ...]:
    """The accounts of these seeds, in a fixed order: a bank is read before who pays out to it."""
    by_place: dict[Place, list[tuple[int, Story]]] = defaultdict(list)
    for history in histories:
        for place, story in history.stories.items():
            by_place[place].append((history.plan.seed, story))
    places = sorted(by_place, key=lambda place: (place.psp, place.account))
    accounts = [account(place, by_place[place]) for place in places]
    banks = [
        _bank_of(place, [story for _, story in by_place[place]]) for place in places if place.bank
    ]
    return (*banks, *accounts)


def account(place: Place, seeds: Sequence[tuple[int, Story]]) -> Account:
    """The account of these stories, each with its seed."""
    whole = merged([_usual(place), *(story for _, story in seeds)])
    delivered, planted = _delivered(place, whole)
    has_gateway = place.switched_on == GATEWAY
    intents, transactions = gateway_rows(whole.movements if has_gateway else (), whole.gateway)
    world = replace(
        _NOTHING,
        ledger_changes=in_order(whole.changes),
        intents=intents,
        transactions=transactions,
        files=tuple(sorted(delivered, key=lambda file: (file.known_at, file.name))),
        balance_transactions=(
            balance_transactions(whole.lines, until=place.week.end)
            if place.family == "stripe"
            else ()
        ),
        payments=len({movement.psp_reference for movement in whole.movements}),
    )
    return Account(
        place=place,
        world=world,
        labels=tuple((seed, label) for seed, story in seeds for label in story.labels),
        statement_labels=tuple(label for label in planted if isinstance(label, Label)),
        refused=tuple(label for label in planted if isinstance(label, RefusedFile)),
        seed_of={
            reference: seed for seed, story in seeds for reference in _references(story)
        },
    )


def _bank_of(place: Place, stories: Sequence[Story]) -> Account:
    """The bank of a place: it has what came of the place's payouts, and no label of its own."""
    assert place.bank is not None
    whole = merged([_usual(place), *stories])
    arrived = came_to_the_bank(Batches(place.psp, place.account, place.week, whole))
    world = replace(_NOTHING, files=tuple(bank_files(place.week, arrived)))
    return Account(place.bank, world, (), (), (), {})


def _usual(place: Place) -> Story:
    """A sale in every batch, so that none is empty, whatever the seeds say."""
    story = Story()
    if place.family == "stripe":
        return story
    desk = Desk(story, profile(place, "USUAL_"), stream(0, f"usual {place.psp} {place.account}"))
    for day in place.week.batch_days:
        desk.both(desk.payment(desk.some_time(day), "EUR", is_same_day=True))
    return story


def _delivered(
    place: Place, story: Story
) -> tuple[list[DroppedFile], list[Label | RefusedFile]]:
    if place.family == "stripe":
        return [], []
    if place.format in WRITERS_USED:
        return _written(place, story)
    batches = Batches(place.psp, place.account, place.week, story)
    deliver = STRUCTURES.get(place.account)
    return (batches.usual(), []) if deliver is None else deliver(batches)


def _written(
    place: Place, story: Story
) -> tuple[list[DroppedFile], list[Label | RefusedFile]]:
    """The files of the format's own writer; in one kind, from Friday on they miss a minor unit."""
    breaks = place.account == OPENING_IS_NOT_CLOSING
    behind = [day for day in place.week.batch_days if day >= place.week.day(FRI)]
    changed = dict.fromkeys(behind, opening_moved) if breaks else {}
    delivered = list(files(place.format, place.account, place.week, story.lines, changed))
    gap = Label(
        fault=place.account, psp=place.psp, account=place.account, aspect="source",
        kind="statement_gap", currency=None, delta_minor=0, exposure_minor=None,
        psp_reference=None, event=f"between two statements of {place.account}",
    )
    return delivered, [gap] if breaks else []


def _references(story: Story) -> Iterable[str]:
    for row in (change.row for change in story.changes):
        if row is not None:
            yield from filter(
                None, (row.psp_reference, row.event_reference, row.merchant_reference)
            )
    for line in story.lines:
        yield from filter(
            None, (line.psp_reference, line.event_reference, line.merchant_reference)
        )
