"""Every way in which an MT940 file can be bad: refused by name, whatever it is made of."""

from __future__ import annotations

import contextlib

import mt940
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from include.reconciliation.errors import StatementError
from include.reconciliation.statements import mt940_fields
from tests.listening import listening
from tests.statements.mt940_files import CREDIT, a_statement, events_of


def _entry(text: str) -> str:
    return a_statement(CREDIT, f":61:{text}")


# Name of the file: its text, the reason, words that the sentence must have.
BAD_FILES: dict[str, tuple[str | bytes, str, tuple[str, ...]]] = {
    "empty": ("", "empty", ()),
    "blank": ("\r\n \r\n", "empty", ()),
    "html": ("<html>Maintenance</html>", "html_page", (":20:", "Maintenance")),
    "nul": (a_statement().replace("ORDER", "\0"), "bad_encoding", ("row 5",)),
    "cut utf-16": (a_statement().encode("utf-16")[:-1], "bad_encoding", ()),
    "endless line": (":20:" + "x" * 100_000, "beyond_limits", ("row 1",)),
    "endless field": (
        a_statement(CREDIT, ":86:" + "x\r\n" * mt940_fields.FIELD_CHARACTERS_MAX),
        "beyond_limits",
        ("'86'",),
    ),
    "entry without a statement": (CREDIT, "malformed_row", ("row 1", "outside of a statement")),
    "balance without a statement": (":60F:C250606EUR1,", "malformed_row", ("'60F'",)),
    "entry after the closing": (a_statement() + CREDIT, "malformed_row", ("row 8", "outside")),
    "second opening": (
        a_statement(CREDIT, ":60F:C250606EUR100,00"),
        "malformed_row",
        ("row 6", "comes twice"),
    ),
    "second account": (a_statement(":25:OTHER", CREDIT), "malformed_row", ("'25'",)),
    "second closing": (a_statement() + ":62F:C250609EUR120,00", "malformed_row", ()),
    "cut": (a_statement(closing=""), "missing_value", ("'62F'", "cut")),
    "cut, then another": (a_statement(closing="") + a_statement(), "malformed_row", ("60F",)),
    "cut in the head": (":20:A\r\n" + a_statement(), "missing_value", ("row 1", "'62F'")),
    "no account": (a_statement(account=""), "missing_value", ("'25'",)),
    "no opening": (a_statement(opening=""), "missing_value", ("'60'",)),
    "other currency": (
        a_statement(closing="62F:C250609USD120,00"),
        "malformed_row",
        ("a balance in EUR",),
    ),
    "unknown currency": (
        a_statement(opening="60F:C250606EUX1,", closing="62F:C250609EUX1,"),
        "unknown_currency",
        ("EUX",),
    ),
    "small letters": (a_statement(opening="60F:C250606eur1,"), "malformed_row", ()),
    "balance cut in two": (
        a_statement(closing="62F:C250609EUR11 27421,94"),
        "bad_amount",
        ("row 6", "11 27421,94"),
    ),
    "balance with a point": (a_statement(closing="62F:C250609EUR120.00"), "bad_amount", ()),
    "balance of 16": (a_statement(closing="62F:C250609EUR" + "0" * 14 + ",5"), "bad_amount", ()),
    "balance of no day": (a_statement(closing="62F:C251387EUR120,00"), "bad_date", ()),
    "balance of 32 May": (a_statement(closing="62F:C250532EUR120,00"), "bad_date", ()),
    "balance of day 0": (a_statement(closing="62F:C250500EUR120,00"), "bad_date", ()),
    "entry with a point": (_entry("250610C20.00NTRFX"), "bad_amount", ("row 6", "20.00")),
    "entry with thousands": (_entry("250610C1.020,00NTRFX"), "bad_amount", ()),
    "entry with a blank": (_entry("250610C1 020,00NTRFX"), "bad_amount", ()),
    "entry of two commas": (_entry("250610C1,0,0NTRFX"), "bad_amount", ()),
    "entry without an amount": (_entry("250610CNTRFX"), "bad_amount", ()),
    "entry with a sign": (_entry("250610C-20,00NTRFX"), "bad_amount", ()),
    "entry of 16": (_entry("250610C1234567890123,45NTRFX"), "bad_amount", ("15",)),
    # The letter would be the first of a type ONTR, and the amount still that of the balances.
    "entry with an O for a 0": (_entry("250610C20,0ONTRFX"), "bad_amount", ("row 6", "20,0O")),
    "entry of other digits": (_entry("250610C\uff12\uff10,00NTRFX"), "bad_amount", ()),
    "entry of a third of a cent": (_entry("250610C20,003NTRFX"), "excess_decimals", ("row 6",)),
    "entry without a type": (_entry("250610C20,00"), "bad_amount", ()),
    "entry of a short type": (_entry("250610C20,00N"), "malformed_row", ("type",)),
    "entry without a mark": (_entry("25061020,00NTRFX"), "malformed_row", ("C, D, RC or RD",)),
    "expected entry": (_entry("250610EC20,00NTRFX"), "malformed_row", ()),
    "entry of 31 April": (_entry("250431C20,00NTRFX"), "bad_date", ("row 6", "250431")),
    "entry of month 13": (_entry("251301C20,00NTRFX"), "bad_date", ()),
    "booked on 31 April": (_entry("2504300431C20,00NTRFX"), "bad_date", ()),
    "empty entry": (_entry(""), "malformed_row", ()),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_is_refused_for_its_reason(name: str) -> None:
    text, reason, words = BAD_FILES[name]

    with pytest.raises(StatementError) as caught:
        events_of(text)

    assert reason == caught.value.reason_code, caught.value
    for word in ("file a.sta", *words):
        assert word in str(caught.value)


def test_a_statement_of_any_length_is_not_held(monkeypatch) -> None:
    monkeypatch.setattr(mt940_fields, "STATEMENT_CHARACTERS_MAX", 1000)

    assert events_of(a_statement() * 100)
    with pytest.raises(StatementError, match="at most 1000 characters") as caught:
        events_of(a_statement(*[CREDIT] * 100))
    assert "beyond_limits" == caught.value.reason_code


def test_the_library_takes_a_part_of_a_broken_balance_for_the_whole() -> None:
    (found,) = mt940.parse_statements(
        BAD_FILES["balance cut in two"][0].encode(),  # type: ignore[union-attr]
        options=mt940.Options.all(),
    )

    assert 11 == found.data["final_closing_balance"].amount.amount


def test_the_library_forgets_an_entry_without_a_type() -> None:
    text = a_statement(":61:250610C5,00\r\nX", CREDIT)

    (found,) = mt940.parse_statements(text.encode(), options=mt940.Options.all())

    assert [20] == [transaction.data["amount"].amount for transaction in found]
    with pytest.raises(StatementError, match="row 5"):
        events_of(text)


def test_what_can_not_be_read_is_not_logged() -> None:
    with listening() as messages, contextlib.suppress(StatementError):
        events_of(_entry("250431C20,00NTRFSECRET"))

    assert "SECRET" not in "\n".join(messages)


_GOOD = a_statement(CREDIT, ":86:166?00GUTSCHRIFT?20EREF+ORDER-1?21SVWZ+x").encode()


@settings(max_examples=300, deadline=2000)
@given(st.binary(max_size=300))
def test_arbitrary_bytes_are_refused_and_nothing_worse(content: bytes) -> None:
    with pytest.raises(StatementError):
        events_of(content)


@settings(max_examples=500, deadline=2000)
@given(st.integers(0, len(_GOOD)), st.integers(0, 20), st.binary(max_size=12))
def test_a_damaged_file_is_read_or_refused_and_nothing_worse(
    start: int, length: int, instead: bytes
) -> None:
    with contextlib.suppress(StatementError):
        events_of(_GOOD[:start] + instead + _GOOD[start + length :])


@settings(max_examples=500, deadline=2000)
@given(
    st.lists(
        st.one_of(
            st.text("0123456789,CDRNTEUR/?+ \n:", max_size=20).map(lambda text: f":61:{text}"),
            st.text("0123456789?+REFVWZ/: \n\u0662", max_size=30).map(lambda text: f":86:{text}"),
            st.text("0123456789,CDRNTEUR", max_size=12).map(lambda text: f":61:250610C{text}"),
            st.sampled_from([CREDIT, ":60M:C250606EUR1,", ":62M:C250606EUR1,", ":20:X", ":", "-"]),
        ),
        max_size=6,
    )
)
def test_fields_of_any_content_are_read_or_refused_and_nothing_worse(fields: list[str]) -> None:
    with contextlib.suppress(StatementError):
        events_of(a_statement(*fields))
