"""Each fault of a file, and what the real gate says of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from include.reconciliation.lab.statement_files.faults import (
    FILE_FAULTS,
    Expected,
    FileFault,
)
from include.reconciliation.lab.statement_files.sequence_faults import (
    CHAIN_FAULTS,
    KNOWN_AGAIN,
    NEVER_AGAIN,
    ChainFault,
    delivered_twice,
    line_again,
)
from include.reconciliation.lab.statement_files.statement import (
    FormatCannotCarry,
    SimulatedStatement,
)
from include.reconciliation.lab.statement_files.writers import WRITERS
from include.reconciliation.statement_check.chains import Chains
from tests.lab.statement_files.by_the_gate import in_order, tried
from tests.lab.statement_files.simulated import EXPONENTS, a_line, a_statement


def three_lines(name: str, currency: str = "EUR") -> SimulatedStatement:
    """Three lines that every format can carry, in a currency, or in the only one of the format."""
    carries = WRITERS[name].carries
    currency = "BRL" if carries.currencies else currency
    type_, sign = ("payout", -1) if name == "stripe_payouts" else ("payment", 1)
    lines = [
        a_line(
            number,
            type_,
            sign * minor,
            currency=currency,
            settlement_currency=currency,
            fee_minor=number * 10 if carries.has_fee and not carries.fee_is_line else 0,
        )
        for number, minor in enumerate((10_000, 2_500, 733), 1)
    ]
    return a_statement(*lines, opening_minor={currency: 50_000})


@pytest.mark.parametrize("fault", FILE_FAULTS, ids=lambda fault: fault.name)
def test_the_gate_says_of_a_damaged_file_what_is_expected(
    databases, tmp_path: Path, fault: FileFault
) -> None:
    expected = {name: fault.expected(name) for name in fault.by_format}

    assert expected == {name: said_of(fault, name, tmp_path / name) for name in fault.by_format}


def said_of(fault: FileFault, name: str, folder: Path) -> Expected:
    """What the gate says of the damaged file, in the words of the fault."""
    # Another number of decimals for each fault of a format.
    currencies = [
        code for code in ("EUR", "JPY", "KWD") if EXPONENTS[code] in WRITERS[name].carries.exponents
    ]
    place = FILE_FAULTS.index(fault) + list(WRITERS).index(name)
    statement = three_lines(name, currencies[place % len(currencies)])
    sound = WRITERS[name].write(statement)
    damaged = fault.apply(name, sound)
    assert sound != damaged
    found = tried(damaged, name, statement.zone, folder)
    codes = {each.code for each in found}
    if codes != {"accepted"}:
        return Expected("refused", " ".join(codes))
    read = in_order(line for each in found for line in each.lines)
    if read != in_order(WRITERS[name].canonical(statement)):
        # The gate believes what is not true: the matching has to find it.
        return Expected("unnoticed")
    said = fault.expected(name).what
    is_told = any(said in notice for notice in found[0].verdict.notices)
    return Expected("told", said if is_told else str(found[0].verdict.notices))


def test_the_same_bytes_under_another_name_are_known(databases, tmp_path: Path) -> None:
    for name, writer in WRITERS.items():
        statement = three_lines(name)
        once = writer.write(statement)

        found = tried(delivered_twice(once), name, statement.zone, tmp_path / name)

        assert () == found[-1].lines, name
        assert "the same bytes were read before" in found[-1].verdict.notices[0], name
        assert in_order(writer.canonical(statement)) == in_order(
            line for each in found for line in each.lines
        ), name


@pytest.mark.parametrize("fault", CHAIN_FAULTS, ids=lambda fault: fault.name)
def test_a_statement_that_does_not_follow_the_one_before_it_is_a_break(
    databases, tmp_path: Path, fault: ChainFault
) -> None:
    for name in fault.formats:
        first = three_lines(name)
        second = the_next_day(first)

        assert [[]] == breaks(tmp_path / f"{name} sound", name, first, second), name
        (broken,) = breaks(tmp_path / f"{name} broken", name, first, fault.change(second))
        assert 1 == len(broken), name


def test_a_line_that_comes_again_in_the_next_file_is_the_same_one_or_a_second_event(
    databases, tmp_path: Path
) -> None:
    said = {}
    for name in sorted(WRITERS.keys() - NEVER_AGAIN):
        first = three_lines(name)
        second = line_again(first, the_next_day(first))
        known = [
            keys_of(statement, name, tmp_path / f"{name} {statement.number}")
            for statement in (first, second)
        ]
        said[name] = len(known[0] & known[1])

    assert {name: int(name in KNOWN_AGAIN) for name in said} == said


@pytest.mark.parametrize("name", sorted(NEVER_AGAIN))
def test_a_line_of_another_day_has_no_place_where_a_statement_is_of_its_days(name: str) -> None:
    first = three_lines(name)

    with pytest.raises(FormatCannotCarry):
        WRITERS[name].write(line_again(first, the_next_day(first)))


def keys_of(statement: SimulatedStatement, name: str, folder: Path) -> set[tuple]:
    """What the gate knows the lines by."""
    found = tried(WRITERS[name].write(statement), name, statement.zone, folder)
    assert {"accepted"} == {each.code for each in found}
    return {key for each in found for key in each.keys}


def the_next_day(statement: SimulatedStatement) -> SimulatedStatement:
    """A statement of the day after with a line of its own, which opens as that one closed."""
    (currency,) = statement.currencies
    of_last = statement.lines[-1]
    return a_statement(
        a_line(
            9,
            of_last.type,
            of_last.gross_minor * 2,
            currency=currency,
            settlement_currency=currency,
            booked_at=datetime(2026, 6, 11, 8, tzinfo=UTC),
        ),
        number=statement.number + 1,
        period_from=date(2026, 6, 11),
        period_to=date(2026, 6, 11),
        made_at=statement.made_at + timedelta(days=1),
        opening_minor=statement.closing_minor,
    )


def breaks(folder: Path, name: str, *statements: SimulatedStatement) -> list[list[str]]:
    """How the statements after the first do not follow the one before them."""
    files = [file for statement in statements for file in WRITERS[name].write(statement)]
    found = tried(files, name, statements[0].zone, folder)
    assert {"accepted"} == {each.code for each in found}
    chains = Chains()
    links = [chains.add(each.verdict) for each in found]
    return [list(link["breaks"]) for link in links if link is not None]
