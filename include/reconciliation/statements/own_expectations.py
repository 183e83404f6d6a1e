"""What must be true of the published rows of a format: chosen by what it declares."""

from __future__ import annotations

from collections.abc import Iterator

from include.reconciliation.edges.expectations import OwnExpectation
from include.reconciliation.statements import roles
from include.reconciliation.statements.description import NOT_LINES, CsvFormat, Format


def own_expectations(format_: Format) -> tuple[OwnExpectation, ...]:
    """The format's own expectations, beside those that hold for the rows of every format."""
    return (*_of_statements(format_), *_of_lines(format_))


def _of_statements(format_: Format) -> Iterator[OwnExpectation]:
    # Lines that are the account's stay with the read that brought them: no statement sums to them.
    if format_.line_scope == "account":
        return
    yield OwnExpectation(
        "statements",
        "lines_are_not_the_control_total",
        "lines in force sum to the control totals of their statement",
    )
    # What a parser yields has its balances where the statement states them.
    identities = format_.identities if isinstance(format_, CsvFormat) else (_BALANCES,)
    if _BALANCES in identities:
        yield OwnExpectation(
            "statements",
            "closing_is_not_opening_and_lines",
            "opening + lines in force = closing, where both are stated",
        )
    if "statements_sum_to_zero" in identities:
        yield OwnExpectation(
            "statements",
            "statement_does_not_sum_to_zero",
            "lines in force of a statement sum to 0 per currency",
        )


def _of_lines(format_: Format) -> Iterator[OwnExpectation]:
    types = format_.types.values()
    negative = {line.negative for line in types if line.negative}
    known = {line.type for line in types} | negative
    if not isinstance(format_, CsvFormat):
        known |= set(format_.line_types)
    yield OwnExpectation(
        "statement_lines",
        "type_is_not_of_the_format",
        "a type is one that the format has, or unknown",
        {"types": sorted(known - set(NOT_LINES) | {"unknown"})},
    )
    yield OwnExpectation(
        "statement_lines",
        "net_is_not_gross_less_costs",
        "net = gross - fee - tax in one currency",
        {"costs": _cost_columns(format_)},
    )
    plain = {line.type for line in types if not line.negative}
    binds = {
        "leaving_words": sorted(word for word, line in format_.types.items() if line.leaves),
        "leaving_types": sorted(negative - {line.type for line in types}),
        "coming_types": sorted({line.type for line in types if line.negative} - plain - negative),
    }
    if any(binds.values()):
        yield OwnExpectation(
            "statement_lines",
            "amount_has_the_other_sign",
            "money comes in or goes out as word and type say",
            binds,
        )
    if isinstance(format_, CsvFormat) and "rows_tie" in format_.identities:
        yield OwnExpectation(
            "statement_lines", "line_has_lost_its_net", "a line that has a gross has its net"
        )


def _cost_columns(format_: Format) -> tuple[str, ...]:
    """Of fee and tax those that are NULL where a file lacks their columns."""
    if not isinstance(format_, CsvFormat):
        return ()
    declared = set(format_.columns.values())
    kinds = {"fee": roles.COSTS, "tax": roles.TAXES}
    return tuple(kind for kind, columns in kinds.items() if declared & set(columns))


_BALANCES = "opening_and_lines_are_closing"
