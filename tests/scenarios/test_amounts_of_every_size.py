"""From one minor unit to thousands of millions: no size is rounded, cut or left out."""

from decimal import Decimal

import pytest

from tests.scenarios.conftest import Desk, a_line

SIZES_MINOR = (1, 99, 100_00, 999_999_99, 1_000_000_00, 21_474_836_48, 9_007_199_254_740_99)


@pytest.mark.parametrize("sign", [1, -1], ids=["payments", "refunds"])
def test_amounts_of_every_size_are_matched_to_the_minor_unit(desk: Desk, sign: int) -> None:
    types = ("payment", "Settled") if sign > 0 else ("refund", "Refunded")
    for amount_minor in SIZES_MINOR:
        desk.ledger(
            f"L{amount_minor}", sign * amount_minor, type=types[0], event=f"C{amount_minor}"
        )
    desk.batch(
        1,
        *(
            a_line(
                type=types[1],
                event=f"C{amount_minor}",
                amount=str(Decimal(sign * amount_minor).scaleb(-2)),
            )
            for amount_minor in SIZES_MINOR
        ),
    )

    run = desk.run()

    assert ("reconciled", len(SIZES_MINOR)) == (run["verdict"], run["matched"])


@pytest.mark.parametrize("amount_minor", SIZES_MINOR)
def test_a_row_of_any_size_that_no_statement_has_is_told_to_the_minor_unit(
    desk: Desk, amount_minor: int
) -> None:
    desk.ledger("L1", 50_00, event="C1")
    desk.ledger("L2", amount_minor, event="C2", payment="P2")
    desk.batch(1, a_line(event="C1", amount="50.00"))

    desk.run()

    told = desk.rows(
        "select kind, delta_minor, exposure_minor from reconciliation.discrepancies"
        " union all select 'pending', -amount_minor, amount_minor from reconciliation.pending_items"
        " where side = 'ledger'"
    )
    assert [(-amount_minor, amount_minor)] == [
        (row["delta_minor"], row["exposure_minor"]) for row in told
    ]
