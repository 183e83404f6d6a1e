"""Real MT940 files of others, where they lie beside the project: each has the sums it deserves."""

from __future__ import annotations

from pathlib import Path

import pytest

from include.reconciliation.errors import StatementError
from include.reconciliation.statements.parsed import Line, StatementStart
from tests.statements.conftest import shared_samples
from tests.statements.mt940_files import events_of

SAMPLES = shared_samples("mt940")
# End of the file's name: entries and residual of each statement, or the reason of the refusal.
# Files whose amounts were changed by hand do not tie.
EXPECTED: dict[str, list[tuple[int, int]] | str] = {
    "handelsbank.txt": [(0, 0), (0, 0)],
    "headers.txt": "bad_amount",
    "iso8859-1.txt": [(2, 0)],
    "windows-line-breaks.txt": [(2, 0)],
    "jejik-mt940__generic.txt": [(1, 0), (1, 0)],
    "ing-dos.txt": [(7, -49_06)],
    "knab.txt": [(1, 0), (2, -4500_00)],
    "postfinance.txt": [(2, 0), (2, -20)],
    "FI_Example.sta": [(6, 0)],
    "abnamro.sta": [(8, 2038_00), (2, 1002_60)],
    "account_balance_debit.sta": "malformed_row",
    "amount_formats.sta": "malformed_row",
    "february_30.sta": [(1, 0)],
    "mt940__generic.sta": [(1, 0), (1, 0)],
    "mBank__mt940.sta": [(3, 0)],
    # An entry stands behind its closing balance.
    "multiline.sta": "malformed_row",
    "with_binary_character.sta": [(3, 0), (1, 0)],
    "wrapped_timestamp.sta": [(1, 0)],
}
# Files of many statements that all tie, with the number of statements and of their entries.
ALL_TIE = {"DK_Example.sta": (15, 89), "sepa_mt9401.sta": (26, 97)}
pytestmark = pytest.mark.skipif(
    not SAMPLES.is_dir(),
    reason="the real files of ../shared/samples do not lie beside this checkout",
)


def _verdict(path: Path) -> list[tuple[int, int]] | str:
    found = []
    count = total_minor = 0
    try:
        for event in events_of(path.read_bytes()):
            if isinstance(event, StatementStart):
                count, total_minor = 0, event.opening_minor or 0
            elif isinstance(event, Line):
                count, total_minor = count + 1, total_minor + (event.net_minor or 0)
            else:
                found.append((count, total_minor - (event.closing_minor or 0)))
    except StatementError as error:
        return error.reason_code
    return found


def _ending(end: str) -> Path:
    (path,) = SAMPLES.glob(f"*{end}")
    return path


def test_every_file_has_its_entries_and_its_residuals() -> None:
    assert len(EXPECTED) + len(ALL_TIE) == len(list(SAMPLES.iterdir()))
    for end, verdict in EXPECTED.items():
        assert (end, verdict) == (end, _verdict(_ending(end)))


@pytest.mark.parametrize("end", ALL_TIE)
def test_every_statement_of_a_large_file_ties(end: str) -> None:
    """One of them has reversals of credits, which the library signs wrongly by default."""
    verdict = _verdict(_ending(end))

    assert not isinstance(verdict, str), verdict
    assert {0} == {residual for _, residual in verdict}
    assert ALL_TIE[end] == (len(verdict), sum(count for count, _ in verdict))
