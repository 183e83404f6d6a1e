"""Settlements in another currency, against a declared table of reference rates."""

from pathlib import Path
from typing import Any

import pytest

from include.reconciliation.errors import ConfigurationError
from tests.scenarios.plain_tables import Configure, Explained, sold

ENTRY = """
[psp.exchange_rates]
file = "rates.csv"
source = "ECB"
tolerance_basis_points = {points}
"""
# One EUR in USD and in JPY, as the ECB publishes: 92.00 EUR are 99.82 USD on the day.
RATES = """source,date,pair,rate
ECB,2026-03-02,EUR/USD,1.0900
ECB,2026-03-03,EUR/USD,1.0850
ECB,2026-03-03,EUR/JPY,160.25
desk,2026-03-03,EUR/USD,2.0000
"""


@pytest.fixture
def rates(tmp_path: Path, explained: Explained, configure: Configure) -> None:
    """The table beside the configuration, with a tolerance of ten basis points."""
    (tmp_path / "rates.csv").write_text(RATES)
    configure(ENTRY.format(points=10))


def _sold_in_dollars(settled: str, rate: str, **changes: Any) -> Any:
    return sold(currency="USD", settled=settled, settled_currency="EUR", rate=rate, **changes)


def _run(explained: Explained, row: Any) -> list[tuple[str, str, int, int | None]]:
    explained.desk.ledger("L1", 10000, currency="USD")
    explained.deliver(1, row)
    explained.desk.run()
    return explained.desk.open_discrepancies()


@pytest.mark.usefixtures("rates")
def test_dollars_that_are_settled_at_the_rate_of_the_day(explained: Explained) -> None:
    # 100.00 / 1.0850 is 92.1659 EUR.
    assert _run(explained, _sold_in_dollars("92.17", "0.92166")) == []
    assert explained.desk.matches() == [("event_reference", 1, 1)]


@pytest.mark.usefixtures("rates")
@pytest.mark.parametrize(
    ("settled", "rate", "found"),
    [
        # Ten basis points below 92.1659 are 92.0737, less half a cent and the rate's own half.
        ("92.07", "0.9207", []),
        ("92.06", "0.9206", [("fx_mismatch", "EUR", -11, 11)]),
    ],
)
def test_the_tolerance_ends_where_it_is_declared(
    explained: Explained, settled: str, rate: str, found: list[Any]
) -> None:
    assert _run(explained, _sold_in_dollars(settled, rate)) == found


@pytest.mark.usefixtures("rates")
def test_the_discrepancy_names_the_source_and_its_rate(explained: Explained) -> None:
    _run(explained, _sold_in_dollars("90.00", "0.9"))

    [row] = explained.desk.rows("select explanation from reconciliation.discrepancies")
    assert row["explanation"] == (
        "settled 90.00 EUR for 100.00 USD: ECB of 2026-03-03 has EUR/USD 1.0850, "
        "which gives 92.17 EUR; off by more than 10 basis points"
    )


@pytest.mark.usefixtures("rates")
def test_fees_are_put_back_before_the_rate_is_compared(explained: Explained) -> None:
    assert _run(explained, _sold_in_dollars("92.17", "0.92166", fee="3.00", tax="0.40")) == []


@pytest.mark.usefixtures("rates")
@pytest.mark.parametrize(("settled", "is_claimed"), [("91.74", True), ("91.76", False)])
def test_a_rate_of_the_day_before(
    explained: Explained, settled: str, is_claimed: bool
) -> None:
    # 100.00 / 1.0900 is 91.743 EUR; the rate's last decimal leaves half a cent open.
    _run(explained, _sold_in_dollars(settled, f"0.{settled.replace('.', '')}"))

    assert [found[:2] for found in explained.claimed()] == (
        [("rate_of_the_day_before", "fx_mismatch")] if is_claimed else []
    )


@pytest.mark.usefixtures("rates")
@pytest.mark.parametrize(("settled", "is_claimed"), [("108.50", True), ("108.52", False)])
def test_a_rate_that_is_turned_round(
    explained: Explained, settled: str, is_claimed: bool
) -> None:
    _run(explained, _sold_in_dollars(settled, f"1.{settled[1:].replace('.', '')}"))

    assert [found[:2] for found in explained.claimed()] == (
        [("rate_inverted", "fx_mismatch")] if is_claimed else []
    )


@pytest.mark.usefixtures("rates")
def test_euros_that_are_settled_in_yen_have_no_decimals(explained: Explained) -> None:
    explained.desk.ledger("L1", 10000)
    explained.desk.ledger("L2", 10000, payment="P2", event="C2")
    yen = {"settled_currency": "JPY"}
    explained.deliver(
        1,
        sold(settled="16025", rate="160.25", **yen),
        sold("P2", event="C2", settled="15900", rate="159.00", **yen),
    )

    explained.desk.run()

    assert explained.desk.open_discrepancies() == [("fx_mismatch", "JPY", -125, 125)]


@pytest.mark.usefixtures("rates")
def test_a_line_without_a_reference_rate_is_counted_and_not_compared(
    explained: Explained,
) -> None:
    # The last rate is of the third, and holds for four days.
    row = _sold_in_dollars("92.17", "0.92166", booked="2026-03-08 12:00:00")
    explained.deliver(1, row)
    explained.desk.run(end="2026-03-09T00:00:00Z")

    assert ("rate", "EUR", 1, 9217) in explained.not_compared()
    assert "fx_mismatch" not in {found[0] for found in explained.desk.open_discrepancies()}


@pytest.mark.usefixtures("rates")
def test_another_currency_than_the_ledgers_is_told_alone(explained: Explained) -> None:
    explained.desk.ledger("L1", 10000)
    explained.deliver(1, _sold_in_dollars("80.00", "0.8"))
    explained.desk.run()

    kinds = {found[0] for found in explained.desk.open_discrepancies()}
    assert kinds == {"currency_mismatch"}


@pytest.mark.usefixtures("rates")
def test_a_rate_that_is_off_stays_open_in_the_next_run(explained: Explained) -> None:
    _run(explained, _sold_in_dollars("90.00", "0.9"))

    explained.desk.run("2026-03-05T00:00:00Z", "2026-03-05T06:00:00Z")

    assert explained.desk.changes() == [("fx_mismatch", "persisting", 1)]


def test_without_a_table_no_rate_is_compared(explained: Explained) -> None:
    assert _run(explained, _sold_in_dollars("50.00", "0.5")) == []
    assert "rate" not in {what for what, *_ in explained.not_compared()}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("source,date", "quelle,date", "expected the header source,date,pair,rate"),
        ("1.0850", "1,0850", "row 3: expected 4 columns; found 5"),
        ("1.0850", "0.0000", "row 3, rate: expected decimals above 0"),
        ("1.0850", "1e1", "row 3, rate: expected decimals above 0"),
        ("2026-03-03,EUR/USD,1", "03/03/2026,EUR/USD,1", "row 3, date: expected 2026-03-02"),
        ("EUR/USD,1.0850", "EURUSD,1.0850", "row 3, pair: expected two as EUR/USD"),
        ("2026-03-03,EUR/USD,1", "2026-03-02,USD/EUR,1", "USD/EUR of 2026-03-02 is in row 2"),
    ],
)
def test_a_table_that_can_t_be_read_is_refused_with_row_and_column(
    tmp_path: Path, explained: Explained, configure: Configure, old: str, new: str, said: str
) -> None:
    assert old in RATES
    (tmp_path / "rates.csv").write_text(RATES.replace(old, new, 1))
    configure(ENTRY.format(points=10))

    with pytest.raises(ConfigurationError) as refused:
        explained.desk.begin("2026-03-02T00:00:00Z", "2026-03-05T00:00:00Z")

    assert said in str(refused.value)
