"""Histories with planted faults: what was planted is what is claimed, and nothing else is."""

import random
from collections import Counter
from dataclasses import dataclass, field

import pytest

from tests.scenarios.plain_tables import Configure, Explained, Sold, sold

PAYMENTS = 240


@dataclass
class History:
    """What the two sides will say, and which cause was planted for which payment."""

    explained: Explained
    seed: int
    rows: list[Sold] = field(default_factory=list)
    planted: dict[str, str | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)

    def pay(self, number: int) -> None:
        """One payment, sound or with a fault."""
        reference = f"PAYMENT{self.seed}{number:05d}Z{self.chance.randrange(10**6):06d}"
        gross = self.chance.randrange(2_000, 90_000)
        fee = gross * 29 // 1000 + 31
        tax = fee * 19 // 100 + 1
        fault = self.chance.choice(FAULTS)
        ledger = {
            "net_booked_for_gross": gross - fee - tax,
            "delta_is_the_fee": gross + fee,
            "delta_is_fee_and_tax": gross + fee + tax,
            "tax_left_out": gross - tax,
            "amount_hundredfold": gross * 100,
            "sign_flipped": -gross,
            "noise": gross + self.chance.randrange(3, 29),
        }.get(fault, gross)
        booked = {
            "reference_recased": reference.lower(),
            "reference_cut": reference[:14],
            "reference_spaced": f"{reference[:7]} {reference[7:]}",
            "reference_padded": f"{reference}----",
        }.get(fault, reference)
        self.planted[reference] = None if fault in ("sound", "noise") else fault
        self.rows.append(
            sold(
                reference,
                _major(gross),
                fee=_major(fee),
                tax=_major(tax),
                event=f"E{number}",
                order=f"shop-{number}" if fault != "noise" else "",
            )
        )
        if fault == "webhook_missing":
            return
        self.book(number, booked, ledger)
        if fault == "ledger_row_booked_twice":
            self.book(number, booked, ledger, again="b")

    def book(self, number: int, reference: str, minor: int, again: str = "") -> None:
        """Books a sale in the ledger."""
        self.explained.desk.ledger(
            f"L{number}{again}",
            minor,
            payment=reference,
            # A changed reference comes with an event of its own: else the event would tie the two.
            event=f"E{number}" if reference in self.planted else f"own-{number}",
        )


FAULTS = (
    *("sound",) * 6,
    *("net_booked_for_gross", "delta_is_the_fee", "delta_is_fee_and_tax", "tax_left_out"),
    *("amount_hundredfold", "sign_flipped", "reference_recased", "reference_cut"),
    *("reference_spaced", "reference_padded", "webhook_missing", "ledger_row_booked_twice"),
    "noise",
)


def _major(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02d}"


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_was_planted_explains_the_money_and_nothing_is_claimed_falsely(
    explained: Explained, configure: Configure, seed: int
) -> None:
    configure('[psp.causes]\nown_reference = "shop-[0-9]+"\n')
    history = History(explained, seed)
    for number in range(PAYMENTS):
        history.pay(number)
    explained.deliver(1, *history.rows)

    explained.desk.run()

    found = explained.desk.rows(
        "select discrepancies.psp_reference, discrepancies.exposure_minor, members.cause"
        " from reconciliation.discrepancies left join reconciliation.cause_members as members"
        " on discrepancies.discrepancy_id = members.discrepancy_id and members.is_claimed"
        " and members.is_head where discrepancies.change <> 'resolved'"
    )
    changed = {
        form(reference): reference
        for reference in history.planted
        for form in (
            str,
            str.lower,
            lambda text: text[:14],
            lambda text: f"{text[:7]} {text[7:]}",
            lambda text: f"{text}----",
        )
    }
    money: Counter[str] = Counter()
    for row in found:
        planted = history.planted[changed[row["psp_reference"]]]
        verdict = "none" if row["cause"] is None else "false"
        verdict = "true" if row["cause"] == planted and planted else verdict
        if planted or verdict == "false":
            money[verdict] += row["exposure_minor"]

    assert money["false"] == 0
    assert money["true"] * 100 >= 95 * (money["true"] + money["none"])
    assert {cause for cause, _ in explained.totals()} == {None, *FAULTS} - {"sound", "noise"}
