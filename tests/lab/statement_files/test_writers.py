"""What a writer writes, the gate accepts, and reads back line for line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as some

from include.reconciliation.lab.statement_files.statement import FormatCannotCarry
from include.reconciliation.lab.statement_files.writers import WRITERS
from include.reconciliation.statements.formats import FORMATS
from tests.lab.statement_files.by_the_gate import in_order, tried
from tests.lab.statement_files.simulated import statements


@pytest.mark.parametrize("name", WRITERS)
@given(data=some.data())
@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_the_gate_accepts_what_is_written_and_reads_the_lines_back(
    databases, tmp_path: Path, name: str, data: some.DataObject
) -> None:
    writer = WRITERS[name]
    statement = data.draw(statements(writer.carries))
    try:
        files, expected = writer.write(statement), writer.canonical(statement)
    except FormatCannotCarry as error:
        assume("the first of two equal hours" not in str(error))
        raise

    found = tried(files, name, statement.zone, tmp_path)

    assert {"accepted"} == {each.code for each in found}, [each.verdict.error for each in found]
    assert in_order(expected) == in_order(line for each in found for line in each.lines)
    if writer.carries.is_numbered:
        assert [statement.number] == [each.verdict.sequence_number for each in found]
    if writer.carries.has_balances:
        assert statement.opening_minor == _balances(found[0], "opening_minor")
        assert statement.closing_minor == _balances(found[-1], "closing_minor")


def test_every_format_of_the_pipeline_has_a_writer_and_so_has_the_declared_one() -> None:
    assert {*FORMATS, "narrow"} == set(WRITERS)


def _balances(each, name: str) -> dict[str, int]:
    return {balance.currency: getattr(balance, name) for balance in each.verdict.balances}
