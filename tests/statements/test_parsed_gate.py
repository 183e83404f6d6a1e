"""Parsed formats: what a parser yields is proved before a line of it counts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any, BinaryIO

import pytest

from include.reconciliation.errors import StatementError
from include.reconciliation.identifiers import sha256_of
from include.reconciliation.statements.description import ParsedFormat
from include.reconciliation.statements.formats import FORMATS
from include.reconciliation.statements.parsed import Event, Line, StatementEnd, StatementStart


def read(stream: BinaryIO, file: str) -> Iterator[Event]:
    """A format of events as JSON, a line each: what a test writes is what the parser yields."""
    for row, text in enumerate(stream, 1):
        kind, fields = json.loads(text)
        if kind == "start":
            if "created_at" in fields:
                fields["created_at"] = datetime.fromisoformat(fields["created_at"])
            yield StatementStart(**{**a_start(), **fields, "row": row})
        elif kind == "line":
            yield a_line(row, **fields)
        elif kind == "end":
            fields["control"] = tuple(tuple(figure) for figure in fields.get("control", ()))
            yield StatementEnd(**fields)
        else:
            raise StatementError("malformed_row", "the row can't be read", file=file, row=row)


TOY = ParsedFormat(
    name="toy",
    title="Events, a line each",
    how_to_fetch="",
    read=read,
    begins_with=(rb'\["start"',),
    identity="opening + entries = closing",
    units="",
    signs="",
    zones="",
    references="",
)


def a_start() -> dict[str, Any]:
    return {
        "statement_key": "7",
        "account": "Shop",
        "currency": "EUR",
        "sequence_number": 7,
        "opening_minor": 1000,
    }


def a_line(row: int, amount: int = 250, **fields: Any) -> Line:
    own = {
        "provider_type": "NTRF",
        "type": "bank_entry",
        "economic_type": "bank_entry",
        "gross_minor": amount,
        "gross_currency": "EUR",
        "fee_minor": None,
        "tax_minor": None,
        "net_minor": amount,
        "net_currency": "EUR",
        "booked_at": datetime(2026, 3, 2, tzinfo=UTC),
        "booked_on": date(2026, 3, 2),
        "source_zone": "date only",
        "value_date": None,
        "line_key": "NTRF|A",
    }
    return Line(row=row, **{**own, **fields})


def events(*pairs: tuple[str, dict[str, Any]]) -> bytes:
    return "".join(f"{json.dumps(pair)}\n" for pair in pairs).encode()


# Longer than an index takes, and nothing that could be compressed.
LONG = "".join(sha256_of(str(number).encode()) for number in range(100))
START: tuple[str, dict[str, Any]] = ("start", {})
LINE: tuple[str, dict[str, Any]] = ("line", {})
END = ("end", {"closing_minor": 1250, "proved_by": "opening + entries = closing"})


@pytest.fixture
def toy(reader_of, monkeypatch: pytest.MonkeyPatch):
    """An account whose files are in the toy format."""
    monkeypatch.setitem(FORMATS, "toy", TOY)
    return reader_of("toy")


def test_a_statement_that_adds_up_is_let_in_line_by_line(toy) -> None:
    reader, folder = toy
    reference = {"further_references": (("end_to_end", "E1"), ("remittance", "Invoice 7"))}
    (folder / "7.txt").write_bytes(events(START, ("line", reference), END))

    counted = reader.run()

    (line,) = reader.lines()
    assert {"accepted": 1, "quarantined": 0, "lines": 1} == counted
    assert {
        "payment_key": "line:7:NTRF|A:1",
        "line_scope": "7",
        "line_key": "NTRF|A",
        "occurrence": 1,
        "provider_type": "NTRF",
        "type": "bank_entry",
        "economic_type": "bank_entry",
        "is_expected": False,
        "psp_reference": None,
        "event_reference": None,
        "merchant_reference": None,
        "payout_reference": None,
        "gross_minor": 250,
        "gross_currency": "EUR",
        "fee_minor": None,
        "tax_minor": None,
        "net_minor": 250,
        "net_currency": "EUR",
        "booked_at": datetime(2026, 3, 2, tzinfo=UTC),
        "booked_on": date(2026, 3, 2),
        "source_zone": "date only",
        "value_date": None,
        "row_number": 2,
        "further_references": [["end_to_end", "E1"], ["remittance", "Invoice 7"]],
    } == line
    assert [
        ("closing", 1250, 0),
        ("gross", 250, 1),
        ("net", 250, 1),
        ("opening", 1000, 0),
    ] == [
        tuple(row.values())
        for row in reader.rows(
            "select measure, control_minor, lines from statement_control_totals order by measure"
        )
    ]


def test_equal_lines_of_a_statement_are_two_events(toy) -> None:
    reader, folder = toy
    (folder / "7.txt").write_bytes(events(START, LINE, LINE, ("end", {"closing_minor": 1500})))

    reader.run()

    assert [(1, 2), (2, 3)] == [(line["occurrence"], line["row_number"]) for line in reader.lines()]


_TOTALS = [["lines", "", 1], ["credits", "EUR", 250], ["debits", "EUR", 0], ["net", "EUR", 250]]


@pytest.mark.parametrize(
    ("content", "reason", "words"),
    [
        (events(), "empty", "no statement"),
        (events(START, LINE, LINE, END), "wrong_total", "a residual of 2.50 EUR"),
        (events(START, ("line", {"amount": 2500}), END), "wrong_total", "a residual of 22.50 EUR"),
        (events(("start", {"account": "Other"}), LINE, END), "wrong_account", "found Other"),
        (events(("start", {"currency": "EUX"}), LINE, END), "unknown_currency", "EUX"),
        (events(("start", {"currency": "USD"}), LINE, END), "wrong_currency", "lines in USD"),
        (
            events(
                ("start", {"currency": "CHF"}),
                ("line", {"gross_currency": "CHF", "net_currency": "CHF"}),
                END,
            ),
            "currency_not_configured",
            "CHF",
        ),
        (events(START, ("line", {"fee_minor": 1}), END), "row_does_not_tie", "2.49 EUR"),
        (events(START, LINE, ("oops", {})), "malformed_row", "row 3"),
        (
            events(START, LINE, ("end", {"control": [["lines", "", 2]]})),
            "wrong_total",
            "lines of 7': the rows do not add up",
        ),
        (
            events(START, LINE, ("end", {"control": [["credits", "EUR", 251]]})),
            "wrong_total",
            "expected 2.51 EUR; found 2.50 EUR",
        ),
        (events(("start", {"page": 2}), LINE, END), "page_missing", "expected page 1 of 7"),
        (
            events(("start", {"page": 1, "is_last_page": False}), LINE, END),
            "page_missing",
            "the last page of 7; found none",
        ),
        (
            events(
                ("start", {"page": 1, "is_last_page": False}),
                LINE,
                END,
                ("start", {"page": 2, "opening_minor": 1251}),
                ("end", {"closing_minor": 1251}),
            ),
            "page_missing",
            "a difference of 0.01 EUR",
        ),
        (events(START, ("line", {"line_key": "a\\u0000b"}), END), None, ""),
        (
            events(("start", {"statement_key": LONG}), LINE, END),
            "beyond_limits",
            "'key of the statement'",
        ),
        (events(START, ("line", {"line_key": LONG}), END), "beyond_limits", "'key of the line'"),
    ],
)
def test_what_does_not_hold_refuses_the_file(toy, content, reason, words) -> None:
    reader, folder = toy
    (folder / "7.txt").write_bytes(content)

    reader.run()

    state, code, sentence = reader.verdict()
    assert ("quarantined" if reason else "accepted", reason) == (state, code)
    assert words in (sentence or "")


def test_figures_that_the_lines_come_to_and_pages_that_follow_are_fine(toy) -> None:
    reader, folder = toy
    (folder / "7.txt").write_bytes(
        events(
            ("start", {"page": 1, "is_last_page": False}),
            LINE,
            ("end", {"closing_minor": 1250, "control": _TOTALS}),
            ("start", {"page": 2, "opening_minor": 1250}),
            ("line", {"amount": -50}),
            ("end", {"closing_minor": 1200, "notices": ["a note"], "proved_by": "balances"}),
        )
    )

    reader.run()

    assert [("7", 2, ["a note"], "balances")] == [
        tuple(row.values())
        for row in reader.rows("select statement_key, lines, notices, proved_by from statements")
    ]


def test_an_older_version_that_comes_late_changes_nothing(toy) -> None:
    reader, folder = toy
    for name, hour in (("new", 10), ("old", 9)):
        made = {"created_at": datetime(2026, 3, 3, hour, tzinfo=UTC).isoformat()}
        (folder / f"{name}.txt").write_bytes(events(("start", made), LINE, END))
        counted = reader.run()

    assert ["accepted", "late_version"] == reader.values(
        "select state from statements order by statement_id"
    )
    assert {"accepted": 1, "quarantined": 0, "lines": 1} == counted


def test_a_refused_file_names_the_statements_that_its_parser_saw(toy) -> None:
    reader, folder = toy
    (folder / "7.txt").write_bytes(events(START, LINE, END, ("start", {"statement_key": "8"})))
    (folder / "9.txt").write_bytes(events(("start", {"statement_key": "9"}), ("oops", {})))

    reader.run()

    assert ["7", "8", "9"] == reader.values("select statement_key from statements order by 1")


def test_sums_that_no_column_holds_are_refused_under_the_name_of_their_statement(toy) -> None:
    reader, folder = toy
    largest = ("line", {"amount": 10**18})
    (folder / "7.txt").write_bytes(events(START, *[largest] * 10, END))
    beyond = ("line", {"amount": 10**20})
    (folder / "8.txt").write_bytes(events(("start", {"statement_key": "8"}), beyond, END))

    reader.run()

    assert [("7", "beyond_limits"), ("8", "beyond_limits")] == [
        tuple(row.values())
        for row in reader.rows("select statement_key, reason_code from statements order by 1")
    ]
    nine = events(("start", {"statement_key": "9"}), LINE, END)
    (folder / "9.txt").write_bytes(nine)
    reader.run()

    assert ["quarantined", "quarantined", "accepted"] == reader.values(
        "select state from statements order by statement_key"
    )


def test_of_a_file_with_several_accounts_only_its_own_statements_are_taken(toy) -> None:
    reader, folder = toy
    # Its key is the same, its lines do not add up, and no limits are set for its currency.
    other = ("start", {"account": "Other", "currency": "CHF", "opening_minor": 5})
    francs = ("line", {"gross_currency": "CHF", "net_currency": "CHF", "fee_minor": 1})
    content = events(other, francs, francs, END, START, LINE, END, other, END)
    (folder / "7.txt").write_bytes(content)

    counted = reader.run()

    (line,) = reader.lines()
    assert {"accepted": 1, "quarantined": 0, "lines": 1} == counted
    assert ("EUR", 6) == (line["net_currency"], line["row_number"])
    assert [["'7' of account 'Other' is in the file: 2 lines, not read here"]] == reader.values(
        "select notices from statements"
    )
    assert [("EUR", "closing", 1250), ("EUR", "net", 250), ("EUR", "opening", 1000)] == [
        tuple(row.values())
        for row in reader.rows(
            "select currency, measure, control_minor from statement_control_totals"
            " where measure <> 'gross' order by measure"
        )
    ]


def test_of_many_other_accounts_the_first_ones_are_named(toy) -> None:
    reader, folder = toy
    others = [pair for n in range(25) for pair in (("start", {"account": f"Other {n}"}), END)]
    (folder / "7.txt").write_bytes(events(START, LINE, END, *others))

    reader.run()

    (notices,) = reader.values("select notices from statements")
    assert (21, "5 more statements of other accounts, not read here") == (len(notices), notices[-1])
