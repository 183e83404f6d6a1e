"""Fees against the declared schedule, on lines of a statement."""

from typing import Any
from zipfile import ZipFile

import pytest

from include.reconciliation.config import reports_folder
from include.reconciliation.errors import ConfigurationError
from tests.scenarios.plain_tables import Configure, Explained, sold

SCHEDULE = """
[psp.fees]
rounding = "half_up"
rounds = "component"
base = "parallel"
[[psp.fees.rule]]
name = "cards"
currency = "EUR"
components = [{ percent = "1.4" }, { flat_minor = 25 }]
[[psp.fees.rule]]
name = "boleto"
currency = "EUR"
methods = ["boleto"]
components = [{ flat_minor = 200 }]
"""
BY_VOLUME = """
[psp.fees]
rounding = "half_up"
rounds = "component"
base = "parallel"
[[psp.fees.rule]]
name = "cards"
currency = "EUR"
components = [
  { by = "volume", tiers = [{ up_to_minor = 10000, percent = "2" }, { percent = "1" }] },
]
"""


def _fees(explained: Explained) -> list[tuple[Any, ...]]:
    """(currency, lines, charged, expected, over, under, without rule, without fee) of the head."""
    return [
        (
            *(row["currency"], row["lines"], row["charged_minor"], row["expected_minor"]),
            *(row["overcharged_minor"], row["undercharged_minor"]),
            *(row["lines_without_rule"], row["lines_without_fee"]),
        )
        for row in explained.desk.rows(
            "select * from reconciliation.fees where is_head order by currency"
        )
    ]


def _differences(explained: Explained) -> list[tuple[Any, ...]]:
    return sorted(
        (row["psp_reference"], row["rule"], row["charged_minor"], row["expected_minor"],
         row["overcharged_minor"])
        for row in explained.desk.rows("select * from reconciliation.fee_differences")
    )


def test_a_fee_as_the_schedule_has_it_is_no_difference(
    explained: Explained, configure: Configure
) -> None:
    configure(SCHEDULE)
    explained.deliver(1, sold(fee="1.65"))

    explained.desk.run()

    assert _fees(explained) == [("EUR", 1, 165, 165, 0, 0, 0, 0)]
    assert _differences(explained) == []


def test_too_much_and_too_little_are_told_apart_and_signed(
    explained: Explained, configure: Configure
) -> None:
    configure(SCHEDULE)
    explained.deliver(
        1,
        sold(fee="1.66"),
        sold("P2", fee="1.60", event="C2"),
        sold("P3", fee="2.00", event="C3", method="Boleto"),
        sold("P4", fee="2.10", event="C4", method="Boleto"),
    )

    explained.desk.run()

    assert _differences(explained) == [
        ("P1", "cards", 166, 165, 1),
        ("P2", "cards", 160, 165, -5),
        ("P4", "boleto", 210, 200, 10),
    ]
    assert _fees(explained) == [("EUR", 4, 736, 730, 11, -5, 0, 0)]


def test_lines_that_no_rule_prices_are_counted_and_not_compared(
    explained: Explained, configure: Configure
) -> None:
    configure(SCHEDULE)
    explained.deliver(
        1, sold(fee="9.00", currency="BRL"), sold(gross="-10.00", type="Refund", event="R1")
    )

    explained.desk.run()

    assert _fees(explained) == [
        ("BRL", 0, 0, 0, 0, 0, 1, 0),
        ("EUR", 0, 0, 0, 0, 0, 1, 0),
    ]


def test_the_volume_of_the_month_goes_on_over_runs(
    explained: Explained, configure: Configure
) -> None:
    configure(BY_VOLUME)
    explained.deliver(1, sold(fee="2.00"))
    explained.desk.run()
    # 100.00 were sold in March before it, which is still of the first tier; then it is more.
    explained.deliver(
        2,
        sold("P2", "50.00", fee="1.00", event="C2", booked="2026-03-04 09:00:00"),
        sold("P3", fee="2.00", event="C3", booked="2026-03-04 10:00:00"),
        sold("P4", fee="2.00", event="C4", booked="2026-04-01 10:00:00"),
    )

    explained.desk.run("2026-03-05T00:00:00Z", "2026-04-03T00:00:00Z")

    assert _differences(explained) == [("P3", "cards", 200, 100, 100)]
    [row] = explained.desk.rows("select volume_minor from reconciliation.fee_differences")
    assert row["volume_minor"] == 15000


def test_a_psp_without_a_schedule_has_no_figures_of_fees(explained: Explained) -> None:
    explained.deliver(1, sold(fee="1.65"))

    run = explained.desk.run()

    assert _fees(explained) == []
    assert "Fees against the schedule" not in _texts(run["run_id"])


def test_a_fee_that_the_ledger_does_not_book_is_counted_and_still_held_to_the_schedule(
    explained: Explained, configure: Configure
) -> None:
    configure(SCHEDULE)
    explained.desk.ledger("L1", 10000)
    explained.deliver(1, sold(fee="1.70"))

    explained.desk.run()

    [fees] = explained.desk.rows(
        "select lines, amount_minor from internal.run_not_compared where what = 'fee'"
    )
    assert (fees["lines"], fees["amount_minor"]) == (1, 170)
    assert explained.desk.open_discrepancies() == []
    assert _differences(explained) == [("P1", "cards", 170, 165, 5)]


def test_costs_in_another_currency_than_the_ledgers_are_counted_and_not_compared(
    explained: Explained,
) -> None:
    explained.desk.ledger("L1", 10000, currency="USD", fee_minor=326, tax_minor=43)
    settled = {"settled": "92.00", "settled_currency": "EUR", "rate": "0.92"}
    explained.deliver(1, sold(currency="USD", fee="3.00", tax="0.40", **settled))

    explained.desk.run()

    assert explained.desk.open_discrepancies() == []
    assert [
        tuple(row.values())
        for row in explained.desk.rows(
            "select what, currency, lines, amount_minor from internal.run_not_compared"
            " where what in ('fee', 'tax') order by what"
        )
    ] == [("fee", "EUR", 1, 300), ("tax", "EUR", 1, 40)]


def test_the_report_has_the_totals_and_the_lines(
    explained: Explained, configure: Configure
) -> None:
    configure(SCHEDULE)
    explained.deliver(1, sold(fee="1.66"), sold("P2", fee="1.60", event="C2"))

    run = explained.desk.run()

    texts = _texts(run["run_id"])
    assert "Fees against the schedule" in texts
    for amount in ("3.26", "3.30", "0.01", "-0.05", "-0.04"):
        assert f">{amount}<" in texts


def test_a_schedule_that_contradicts_itself_is_refused_before_anything_is_fetched(
    explained: Explained, configure: Configure
) -> None:
    configure(SCHEDULE.replace('methods = ["boleto"]\n', ""))

    with pytest.raises(ConfigurationError, match="'cards' and 'boleto' both price payment by"):
        explained.desk.begin("2026-03-02T00:00:00Z", "2026-03-05T00:00:00Z")


def _texts(run_id: str) -> str:
    [path] = reports_folder().rglob(f"{run_id}/discrepancies.xlsx")
    with ZipFile(path) as book:
        return "".join(
            book.read(name).decode() for name in book.namelist() if name.endswith(".xml")
        )


ROUNDED = """
[psp.fees]
rounding = "half_up"
rounds = "{rounds}"
base = "parallel"
[[psp.fees.rule]]
name = "acquirer_and_scheme"
currency = "EUR"
components = [{{ percent = "1" }}, {{ percent = "0.5" }}]
"""


@pytest.mark.parametrize(
    ("rounds", "expected", "over"),
    # 1 % of 3.50 is 0.035, and 0.5 % is 0.0175: 0.04 + 0.02 where each is rounded, else 0.05.
    [("component", 6, 0), ("total", 5, 1)],
)
def test_the_sum_of_rounded_components_is_not_the_rounded_sum(
    explained: Explained, configure: Configure, rounds: str, expected: int, over: int
) -> None:
    configure(ROUNDED.format(rounds=rounds))
    explained.deliver(1, sold(gross="3.50", fee="0.06"))

    explained.desk.run()

    assert _fees(explained) == [("EUR", 1, 6, expected, over, 0, 0, 0)]


def test_a_ledger_that_rounds_the_sum_is_a_cent_apart_on_each_payment(
    explained: Explained, configure: Configure
) -> None:
    configure(ROUNDED.format(rounds="component"))
    for number in range(1, 4):
        explained.desk.ledger(
            f"L{number}", 350, payment=f"P{number}", event=f"C{number}", fee_minor=5
        )
    explained.deliver(
        1, *(sold(f"P{number}", "3.50", fee="0.06", event=f"C{number}") for number in range(1, 4))
    )

    explained.desk.run()

    # By the schedule the PSP is right: the cents are the ledger's, and no sum of them is let go.
    assert explained.desk.open_discrepancies() == [("fee_mismatch", "EUR", 1, 1)] * 3
    assert _fees(explained) == [("EUR", 3, 18, 18, 0, 0, 0, 0)]
    assert explained.totals() == {(None, "EUR"): (3, 3)}
