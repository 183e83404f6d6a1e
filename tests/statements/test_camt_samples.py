"""Real camt files of others, where they lie beside the project: each has the sums it deserves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from include.reconciliation.errors import StatementError
from include.reconciliation.statements import camt
from include.reconciliation.statements.parsed import Line, StatementEnd, StatementStart
from tests.statements.conftest import shared_samples

SINGLE = shared_samples("camt053")
CHAIN = shared_samples("camt053_chain")
# End of the file's name: lines and residual of each statement (None: nothing to prove), or the
# reason of the refusal. Files that were shortened by hand do not tie.
EXPECTED: dict[str, list[tuple[int, int | None]] | str] = {
    "duplicate_same_day.xml": [(2, None)],
    "garbled_amount.xml": "bad_amount",
    "v2.all-balance-types.xml": [(1, 582)],
    "v2.five.decimals.xml": [(1, -5)],
    "v2.minimal.xml": "wrong_currency",
    "v2.multi.statement.xml": [(1, 0), (1, 0)],
    "v2.wrong.xml": "empty",
    "camt053.v4.xml": "wrong_currency",
    "camt053.v8.xml": "wrong_currency",
    "camt054.v4.xml": [(1, None)],
    "valid_example.xml": [(2, 0)],
    "valid_example_v8.xml": [(3, -1251_02)],
    "valid_example_with_batch.xml": [(3, -12774_14)],
    "valid_example_with_debit.xml": [(4, -66_12)],
}
pytestmark = pytest.mark.skipif(
    not CHAIN.is_dir(), reason="the real files of ../shared/samples do not lie beside this checkout"
)


def _statements(path: Path) -> Iterator[tuple[StatementStart, list[Line], StatementEnd]]:
    lines: list[Line] = []
    start = None
    with path.open("rb") as stream:
        for event in camt.read(stream, path.name):
            if isinstance(event, StatementStart):
                start, lines = event, []
            elif isinstance(event, Line):
                lines.append(event)
            else:
                assert start is not None
                yield start, lines, event


def _residual(start: StatementStart, lines: list[Line], end: StatementEnd) -> int | None:
    if start.opening_minor is None or end.closing_minor is None:
        return None
    return start.opening_minor + sum(line.net_minor or 0 for line in lines) - end.closing_minor


def _verdict(path: Path) -> list[tuple[int, int | None]] | str:
    try:
        return [
            (len(lines), _residual(start, lines, end)) for start, lines, end in _statements(path)
        ]
    except StatementError as error:
        return error.reason_code


def test_every_single_file_has_its_lines_and_its_residual() -> None:
    found = {path.name.partition("__")[2]: _verdict(path) for path in sorted(SINGLE.glob("*.xml"))}

    assert len(EXPECTED) == len(found)
    for end, verdict in EXPECTED.items():
        assert (end, verdict) == (end, next(v for name, v in found.items() if name.endswith(end)))


def test_every_statement_of_the_chain_ties_and_follows_the_one_before() -> None:
    closing: dict[str, int | None] = {}
    proved = unproved = 0
    for path in sorted(CHAIN.glob("*.xml")):
        for start, lines, end in _statements(path):
            if end.proved_by == "none":
                unproved += 1
                continue
            proved += 1
            assert (path.name, 0) == (path.name, _residual(start, lines, end))
            assert (path.name, start.opening_minor) == (
                path.name,
                closing.get(start.account, start.opening_minor),
            )
            closing[start.account] = end.closing_minor

    assert (32, 9, 2) == (proved, unproved, len(closing))


def test_the_details_of_every_batch_of_the_chain_sum_to_their_entry() -> None:
    batches = notices = 0
    for path in sorted(CHAIN.glob("*.xml")):
        for _, lines, end in _statements(path):
            batches += sum(
                kind == "detail_count" for line in lines for kind, _ in line.further_references
            )
            notices += sum("details sum to" in notice for notice in end.notices)

    assert (0, 126) == (notices, batches)
