"""BAI2 files that are refused, each for its reason, and real ones with what they add up to."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from include.reconciliation.statements import bai2
from include.reconciliation.statements.parsed import Line, StatementEnd, StatementStart
from tests.statements.bai2_files import GROUP, HEADER, MOVEMENTS, a_file, an_account
from tests.statements.conftest import shared_samples
from tests.statements.fuzzing import damaged, refusal_of

SAMPLES = shared_samples("bai2")


def _one(record: str) -> bytes:
    return a_file(an_account(record))


def _summed(summary: str) -> bytes:
    return a_file(an_account(summary="010,0,,")).replace(b"010,0,,", summary.encode())


# Name: bytes, reason, words of the sentence.
BAD_FILES: dict[str, tuple[bytes, str, tuple[str, ...]]] = {
    "empty": (b"", "empty", ()),
    "blank": (b"\n \r\n\x1a", "empty", ()),
    "html": (b"\n<html>", "html_page", ("row 2", "<html>")),
    "csv": (b"date,amount\n", "bad_header", ("row 1", "record 01", "date,amount")),
    "no file header": (a_file().split(b"\n", 1)[1], "malformed_row", ("01, file header",)),
    "a continuation first": (b"88,text/\n" + a_file(), "bad_header", ("row 1",)),
    "version 3": (a_file(header=HEADER.replace(",2/", ",3/")), "bad_header", ("expected 2",)),
    "nul": (a_file().replace(b"RENT", b"RE\0T"), "bad_encoding", ("row 5", "NUL")),
    "utf-16 without mark": (a_file().decode().encode("utf-16-le"), "bad_encoding", ("NUL",)),
    "utf-16 cut": (a_file().decode().encode("utf-16")[:-1], "bad_encoding", ()),
    "endless line": (b"01," + b"x" * 70_000, "beyond_limits", ("row 1", "65536")),
    "endless text": (
        a_file(an_account("16,142,5,Z,,,", *["88," + "x" * 60_000] * 5)),
        "beyond_limits",
        ("too long",),
    ),
    "endless continuations": (
        a_file(an_account("16,142,5,Z,,,", *["88,"] * 300_000)),
        "beyond_limits",
        ("too long",),
    ),
    "cut after a record": (a_file().rsplit(b"\n", 2)[0], "malformed_row", ("99, file trailer",)),
    "cut in a record": (a_file()[:-9], "wrong_total", ("file", "expected 205")),
    "no account trailer": (
        a_file().replace(b"\n49,", b"\n88,"),
        "malformed_row",
        ("row 7", "group trailer", "49"),
    ),
    "a transaction outside": (
        a_file().replace(b"\n98,", b"\n16,142,5,Z,,,/\n98,"),
        "malformed_row",
        ("row 7", "record 16"),
    ),
    "after the end": (a_file() + b"16,142,5,Z,,,/\n", "malformed_row", ("row 9",)),
    "unknown record": (_one("16,142,5,Z,,,/\n17,1,2/"), "malformed_row", ("row 5", "17,1,2")),
    "a word in the balances": (a_file(an_account("RENT")), "malformed_row", ("row 4", "RENT")),
    "lost transaction": (
        a_file().replace(MOVEMENTS[1].encode() + b"\n", b""),
        "wrong_total",
        ("row 5", "account", "expected 205000", "204000"),
    ),
    "changed balance": (a_file().replace(b"010,100000", b"010,100001"), "wrong_total", ("205001",)),
    "wrong group total": (a_file().replace(b"98,205", b"98,206"), "wrong_total", ("group",)),
    "wrong file total": (a_file().replace(b"99,205", b"99,206"), "wrong_total", ("file",)),
    "no control total": (a_file().replace(b"49,205000,", b"49,,"), "bad_amount", ("control",)),
    "total with a point": (a_file().replace(b"49,205000", b"49,2050.00"), "bad_amount", ()),
    "test": (a_file(group=GROUP.replace(",1,", ",4,")), "not_a_statement", ("a test",)),
    "deletion": (a_file(group=GROUP.replace(",1,", ",2,")), "not_a_statement", ("deletion",)),
    "no account": (a_file(an_account(number="")), "missing_value", ("row 3", "account")),
    "unknown currency": (a_file(an_account(currency="EUX")), "unknown_currency", ("EUX",)),
    "no date": (a_file(group=GROUP.replace("260603", "")), "bad_date", ("as-of date",)),
    "30 February": (a_file(group=GROUP.replace("260603", "260230")), "bad_date", ("260230",)),
    "value date": (_one("16,142,5,V,261301,,,,/"), "bad_date", ("row 4", "value date")),
    "file date": (a_file(header=HEADER.replace("260604", "26060x")), "bad_date", ("file date",)),
    "file time": (a_file(header=HEADER.replace("0615", "0660")), "bad_date", ("0660",)),
    "type code": (_one("16,14,5,Z,,,/"), "malformed_row", ("three digits", "'14'")),
    "balance code": (_summed("10,0,,"), "malformed_row", ("three digits",)),
    "funds type": (_one("16,142,5,X,,,/"), "malformed_row", ("funds type", "'X'")),
    "distributions": (_one("16,142,5,D,x,,/"), "malformed_row", ("distributions",)),
    "too many distributions": (_one("16,142,5,D,101,,/"), "malformed_row", ("'101'",)),
    "a loan's code": (_one("16,720,5,Z,,,/"), "unknown_direction", ("'720'", "100 to 399")),
    "no amount": (_one("16,142,,Z,,,/"), "missing_value", ("row 4", "amount")),
    "minus": (_one("16,142,-5,Z,,,/"), "bad_amount", ("sign", "-5")),
    "point": (a_file().replace(b"142,2500", b"142,25.00"), "bad_amount", ("25.00",)),
    "comma in the amount": (
        a_file().replace(b"142,2500,Z", b"142,25,00,Z"),
        "malformed_row",
        ("'00'",),
    ),
    "other digits": (a_file().replace(b"142,2500", "142,２５".encode()), "bad_amount", ()),
    "far too large": (a_file().replace(b"142,2500", b"142," + b"9" * 18), "bad_amount", ()),
    "thousands of digits": (a_file().replace(b"142,2500", b"142," + b"9" * 5000), "bad_amount", ()),
    "infinity": (a_file().replace(b"142,2500", b"142,inf"), "bad_amount", ("inf",)),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_every_bad_file_is_refused_for_its_reason(name: str) -> None:
    content, reason_code, words = BAD_FILES[name]

    error = refusal_of(bai2.read, content)

    assert error is not None
    assert (reason_code, ()) == (
        error.reason_code,
        tuple(word for word in words if word not in str(error)),
    ), str(error)


@settings(max_examples=300, deadline=2000)
@given(content=some.binary(max_size=400))
def test_arbitrary_bytes_are_refused_and_nothing_else(content: bytes) -> None:
    assert refusal_of(bai2.read, content) is not None


PIECES = (
    b"/",
    b",",
    b"\n",
    b"/  16,",
    b"88,",
    b"03,",
    b"49,",
    b"-",
    b"D,",
    b"S,",
    b"\xff",
    b"9" * 30,
)


@settings(max_examples=500, deadline=2000)
@given(content=damaged(a_file(an_account(*MOVEMENTS), an_account(number="4002")), PIECES))
def test_damaged_files_are_read_or_refused_and_nothing_else(content: bytes) -> None:
    refusal_of(bai2.read, content)


# Statements, lines, and what opening and lines leave over at the closing, where there are balances.
EXPECTED_SAMPLES: dict[str, tuple[int, int, list[int | None]]] = {
    "citi_example.bai2": (1, 1, [1]),
    "nwb_example.bai2": (1, 5, [0]),
    "sample1.txt": (2, 17, [None, None]),
    "sample3.txt": (15, 26, [0] * 15),
}


@pytest.mark.skipif(
    not SAMPLES.is_dir(),
    reason="the real files of ../shared/samples do not lie beside this checkout",
)
def test_every_real_file_has_its_lines_and_what_they_add_up_to() -> None:
    found = {}
    for path in SAMPLES.iterdir():
        residuals: list[int | None] = []
        counted = 0
        expected: int | None = None
        for event in bai2.read(io.BytesIO(path.read_bytes()), path.name):
            if isinstance(event, StatementStart):
                expected = event.opening_minor
            elif isinstance(event, Line):
                counted += 1
                expected = None if expected is None else expected + (event.net_minor or 0)
            elif isinstance(event, StatementEnd):
                known = expected is not None and event.closing_minor is not None
                residuals.append(expected - event.closing_minor if known else None)  # type: ignore[operator]
        found[path.name.split("__")[1]] = (len(residuals), counted, residuals)

    assert EXPECTED_SAMPLES == found
