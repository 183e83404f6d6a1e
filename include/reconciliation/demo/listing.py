"""The scenarios as tables of a page: `python -m include.reconciliation.demo.listing` prints it."""

from __future__ import annotations

from collections.abc import Iterator

from include.reconciliation.demo.decoys import DECOYS
from include.reconciliation.demo.faults import FAULTS
from include.reconciliation.demo.history import make_history
from include.reconciliation.demo.printing import short_account


def faults_table() -> str:
    """What is planted, where, and under which kinds it must be reported."""
    return "\n".join(_faults())


def decoys_table() -> str:
    """What must be left alone."""
    return "\n".join(_decoys())


def _faults() -> Iterator[str]:
    yield "| fault | account | what happens | reported as |"
    yield "|---|---|---|---|"
    labels = make_history(1).labels
    for name, (profile, plant) in FAULTS.items():
        kinds = [
            f"`{label.kind}`{', cleared later' if label.is_cleared else ''}"
            for label in labels
            if label.fault == name
        ]
        account = short_account(profile.psp, profile.account)
        told = "; ".join(dict.fromkeys(kinds))
        yield f"| {name.replace('_', ' ')} | {account} | {plant.__doc__} | {told} |"


def _decoys() -> Iterator[str]:
    yield "| decoy | account | why it is none |"
    yield "|---|---|---|"
    for name, (profile, plant) in DECOYS.items():
        account = short_account(profile.psp, profile.account)
        yield f"| {name.replace('_', ' ')} | {account} | {plant.__doc__} |"


if __name__ == "__main__":
    print(f"{faults_table()}\n\n{decoys_table()}")
