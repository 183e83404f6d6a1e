"""A capability is true: what it leaves out is refused, what it claims shows in the files."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from include.reconciliation.lab.statement_files import adyen, pairs
from include.reconciliation.lab.statement_files.faults import (
    FILE_FAULTS,
    LAST_PAGE_MISSING,
    LINE_LOST,
    TRAILER_COUNT,
    TRAILER_SUM,
)
from include.reconciliation.lab.statement_files.fitness import SIGNS
from include.reconciliation.lab.statement_files.sequence_faults import CHAIN_FAULTS
from include.reconciliation.lab.statement_files.statement import (
    LINE_TYPES,
    FormatCannotCarry,
    SimulatedLine,
)
from include.reconciliation.lab.statement_files.writers import WRITERS
from tests.lab.statement_files.simulated import EXPONENTS, OF_A_PAYMENT, a_line, a_statement

CARRIES = {name: writer.carries for name, writer in WRITERS.items()}


def refused_with(name: str, *lines: SimulatedLine, **statement: Any) -> str:
    """The sentence of the refusal, which is the same for the bytes and for the lines."""
    simulated = a_statement(*lines, **statement)
    with pytest.raises(FormatCannotCarry) as of_bytes:
        WRITERS[name].write(simulated)
    with pytest.raises(FormatCannotCarry) as of_lines:
        WRITERS[name].canonical(simulated)
    assert str(of_bytes.value) == str(of_lines.value)
    assert str(of_bytes.value).startswith(f"{name}, statement 7: ")
    return str(of_bytes.value)


def its_own_line(name: str, **other: Any) -> SimulatedLine:
    """A line that the format carries, in euro or in its only currency, changed by `other`."""
    currency = "BRL" if CARRIES[name].currencies else "EUR"
    type_, minor = ("payout", -900) if name == "stripe_payouts" else ("payment", 900)
    line = a_line(1, type_, minor, currency=currency, settlement_currency=currency)
    return replace(line, **other)


def opening(name: str) -> dict[str, int]:
    return {"BRL" if CARRIES[name].currencies else "EUR": 50_000}


@pytest.mark.parametrize("name", [name for name in WRITERS if not CARRIES[name].is_bank])
def test_a_type_without_a_word_is_refused(name: str) -> None:
    pairs_of_types = [*SIGNS, *((type_, type_) for type_ in LINE_TYPES if type_ != "reversal")]
    for type_, counts_with in pairs_of_types:
        if (type_, counts_with) in CARRIES[name].types:
            continue
        payment = "EVENT1" if type_ in OF_A_PAYMENT else None
        sign = SIGNS.get((type_, counts_with), -1)
        line = its_own_line(
            name,
            type=type_,
            economic_type=counts_with,
            payment_reference=payment,
            amount_minor=sign * 900,
            gross_minor=sign * 900,
        )
        said = refused_with(name, line, opening_minor=opening(name))

        assert f"line EVENT1: there is no word for {type_} that counts with {counts_with}" in said


@pytest.mark.parametrize(
    ("name", "currency"),
    [
        (name, currency)
        for name in WRITERS
        for currency, exponent in EXPONENTS.items()
        if exponent not in CARRIES[name].exponents
    ],
)
def test_a_currency_with_decimals_that_it_cannot_write_is_refused(name: str, currency: str) -> None:
    line = its_own_line(name, currency=currency, settlement_currency=currency)

    said = refused_with(name, line, opening_minor={currency: 1})

    assert currency in said


@pytest.mark.parametrize("cost", ["fee", "tax"])
def test_a_cost_without_a_place_is_refused(cost: str) -> None:
    without = [name for name in WRITERS if not getattr(CARRIES[name], f"has_{cost}")]
    for name in without:
        line = its_own_line(name, **{f"{cost}_minor": 30})

        said = refused_with(name, line, opening_minor=opening(name))

        assert f"line EVENT1: there is no place for a {cost}, found 30" in said


def test_a_cost_that_is_given_back_is_refused_where_costs_have_no_sign() -> None:
    for name in ("adyen_settlement_details", "razorpay_settlements"):
        said = refused_with(name, its_own_line(name, fee_minor=-30))

        assert "a fee can't be given back, found -30" in said


def test_a_second_currency_in_a_line_is_refused_where_there_is_one_column_for_it() -> None:
    for name in WRITERS:
        if not CARRIES[name].has_conversion and CARRIES[name].currencies is None:
            line = its_own_line(name, currency="USD", amount_minor=its_own_line(name).gross_minor)

            assert "there is no place for USD beside EUR" in refused_with(name, line)


def test_a_second_currency_in_a_statement_is_refused_where_an_account_has_one() -> None:
    for name in WRITERS:
        if not CARRIES[name].has_several_currencies:
            said = refused_with(name, its_own_line(name), opening_minor={"EUR": 1, "USD": 2})

            assert "expected one, found ['EUR', 'USD']" in said


def test_a_conversion_whose_rate_leads_elsewhere_is_refused_by_adyen() -> None:
    line = a_line(1, currency="USD", amount_minor=10_000, minor=9_000, exchange_rate="0.9100")
    line = replace(line, gross_minor=9_000, amount_minor=10_000)

    with pytest.raises(FormatCannotCarry, match=r"EVENT1: 0\.9100 does not lead"):
        WRITERS[adyen.WRITER.format].write(a_statement(line))


def test_the_first_of_two_equal_hours_is_refused_where_a_time_has_no_offset() -> None:
    summer, winter = (datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1))
    without = [name for name in WRITERS if not CARRIES[name].tells_repeated_hour]

    assert ["checkout_financial_actions", "stripe_payout_reconciliation"] == without
    for name in without:
        assert WRITERS[name].write(a_statement(its_own_line(name, booked_at=winter)))
        said = refused_with(name, its_own_line(name, booked_at=summer))
        assert "is in the first of two equal hours, which it can't tell" in said


def test_a_reference_with_other_characters_is_refused() -> None:
    for name in WRITERS:
        line = its_own_line(name, order_reference="a\nb")

        assert "found 'a\\nb'" in refused_with(name, line, opening_minor=opening(name))


def test_a_word_that_means_no_reference_to_a_bank_is_refused() -> None:
    for name in WRITERS:
        if CARRIES[name].is_bank:
            line = its_own_line(name, payout_reference="NONREF")
            with pytest.raises(FormatCannotCarry, match="'NONREF' says that there is no reference"):
                WRITERS[name].write(a_statement(line))


def test_a_second_id_of_a_payment_is_refused_where_it_has_one() -> None:
    for name in WRITERS:
        if CARRIES[name].payment_is_event:
            line = its_own_line(name, payment_reference="OTHER")

            said = refused_with(name, line, opening_minor=opening(name))
            assert "a payment has one id here, found OTHER as well" in said


def test_a_payment_that_takes_money_away_is_refused_by_every_psp() -> None:
    for name in WRITERS:
        if not CARRIES[name].is_bank and name != "stripe_payouts":
            line = its_own_line(name, amount_minor=-5, gross_minor=-5)

            said = refused_with(name, line, opening_minor=opening(name))
            assert "a payment with the direction of -5 is something else" in said


def test_costs_above_the_gross_are_refused_where_the_net_says_what_a_line_is() -> None:
    for name in WRITERS:
        if "chargeback" in CARRIES[name].net_decides:
            line = its_own_line(
                name,
                type="reversal",
                economic_type="reversal",
                fee_minor=900,
            )

            said = refused_with(name, line, opening_minor=opening(name))
            assert "its costs are more than its gross, and the net says what it is" in said


def test_a_payout_that_comes_back_is_refused_where_payouts_only_leave() -> None:
    for name in ("adyen_settlement_details", "checkout_financial_actions", "stripe_payouts"):
        line = its_own_line(
            name, type="payout", payment_reference=None, amount_minor=5, gross_minor=5
        )

        assert "a payout with the direction of 5 is something else" in refused_with(name, line)


def test_a_line_that_moves_nothing_is_refused() -> None:
    for name in WRITERS:
        line = its_own_line(name, amount_minor=0, gross_minor=0)

        said = refused_with(name, line, opening_minor=opening(name))
        assert "amount and gross must have one direction, and none may be 0" in said


def test_a_statement_without_a_line_is_refused_where_nothing_would_say_its_days() -> None:
    for name in WRITERS:
        if not CARRIES[name].may_be_empty:
            assert "there is no line" in refused_with(name)


def test_totals_are_claimed_where_a_fault_of_them_is_known() -> None:
    with_faults = {*TRAILER_COUNT.by_format, *TRAILER_SUM.by_format}

    assert with_faults == {name for name in WRITERS if CARRIES[name].has_totals}
    assert LAST_PAGE_MISSING.by_format.keys() <= WRITERS.keys()


def test_every_format_has_a_say_on_a_lost_line_and_on_a_truncated_file() -> None:
    everywhere = ("truncated", "line_lost", "line_twice", "line_unreadable")
    found = {fault.name: set(fault.by_format) for fault in FILE_FAULTS}

    assert {name: set(WRITERS) for name in everywhere} == {name: found[name] for name in everywhere}
    assert {"opening", "gap_in_numbers"} == {fault.name for fault in CHAIN_FAULTS}


def test_a_lost_line_shows_where_something_counts_or_sums_the_lines() -> None:
    summed = {name for name in WRITERS if CARRIES[name].has_totals or CARRIES[name].has_balances}
    shown = {name for name in LINE_LOST.by_format if pairs.shows_a_lost_line(name)}

    assert {*summed, "adyen_settlement_details"} == shown


def test_the_lab_pairs_every_fault_with_every_exponent_that_the_format_carries() -> None:
    assert pairs.Faulted("truncated", "camt", 3) in pairs.faulted()
    assert {2} == {each.exponent for each in pairs.faulted() if each.format == "pix"}
    assert ("paypal_settlement", 3) not in {
        (each.format, each.exponent) for each in pairs.carried()
    }
    assert len(set(pairs.carried())) == len(pairs.carried()) > 300


def test_the_table_has_a_row_for_each_format() -> None:
    header, _, *rows = pairs.capability_table().splitlines()

    assert [f"`{name}`" for name in WRITERS] == [row.split(" | ")[0][2:] for row in rows]
    assert {header.count("|")} == {row.count("|") for row in rows}
    assert (
        "| `mt940` | any, as entries | 0, 2, 3, 4 | - | - | - | - | yes | yes | - | - | yes |"
        " merchant, psp |" in rows
    )
