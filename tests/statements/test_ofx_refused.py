"""OFX files that are refused, each for its reason; no bytes do anything worse."""

from __future__ import annotations

import io
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from include.reconciliation.statements import ofx
from tests.statements.fuzzing import damaged, refusal_of
from tests.statements.ofx_files import SGML_HEADER, XML_HEADER, a_file, a_statement, an_entry

ERROR = "<STATUS><CODE>15500<SEVERITY>ERROR<MESSAGE>Signon invalid</STATUS>"


def _entry(amount: str = "500.00", **values: str) -> bytes:
    return a_file(a_statement(an_entry(amount, **values)))


def _in(currency: str, amount: str) -> bytes:
    return a_file(a_statement(an_entry(amount), currency=currency, balance=""))


def _with(old: str, new: str) -> bytes:
    return a_file().replace(old.encode(), new.encode(), 1)


# Name: bytes, reason, words of the sentence.
BAD_FILES: dict[str, tuple[bytes, str, tuple[str, ...]]] = {
    "empty": (b"", "empty", ()),
    "blank": (b" \r\n\x1a", "empty", ()),
    "only a header": (SGML_HEADER.encode(), "bad_header", ("element OFX",)),
    "html": (b"<!-- x --><html><body><OFX></body>", "html_page", ()),
    "html after a declaration": (b"<!DOCTYPE html><html>", "html_page", ()),
    "csv": (b"date,amount\n2026-06-03,5", "bad_header", ("date,amount",)),
    "nul": (a_file().replace(b"Pix", b"P\0x"), "bad_encoding", ("NUL",)),
    "utf-16 without mark": (a_file().decode().encode("utf-16-le"), "bad_encoding", ()),
    "utf-16 cut": (a_file().decode().encode("utf-16")[:-1], "bad_encoding", ()),
    "doctype": (_with("<OFX>", '<!DOCTYPE OFX SYSTEM "x.dtd"><OFX>'), "forbidden_xml", ()),
    "doctype inside": (_with("<SONRS>", "<SONRS><!doctype x>"), "forbidden_xml", ()),
    "entity": (
        XML_HEADER.encode() + _with("<OFX>", '<!ENTITY a "b"><OFX>'),
        "forbidden_xml",
        (),
    ),
    "cut": (a_file()[:-8], "bad_xml", ("was cut",)),
    "a second file cut": (a_file() + a_file()[:-8], "bad_xml", ("was cut",)),
    "cut in an entry": (a_file().split(b"<FITID>")[0], "bad_xml", ("was cut",)),
    "cut and joined": (a_file()[:600] + a_file(), "bad_xml", ("inside of itself",)),
    "an entry in an entry": (_with("<TRNAMT>", "<STMTTRN><TRNAMT>"), "bad_xml", ("STMTTRN",)),
    "an end too many": (
        _with("</BANKTRANLIST>", "</STMTTRN></BANKTRANLIST>"),
        "bad_xml",
        ("row 2", "the end of BANKTRANLIST"),
    ),
    "an end lost": (_with("</STMTTRN>", ""), "bad_xml", ("row 1", "inside of itself")),
    "entries without a list": (
        a_file().replace(b"<BANKTRANLIST>", b"").replace(b"</BANKTRANLIST>", b""),
        "bad_xml",
        ("outside of the list", "'STMTRS'"),
    ),
    "two amounts": (_with("<TRNAMT>500.00", "<TRNAMT>500.00<TRNAMT>5"), "bad_xml", ("two values",)),
    "two accounts": (
        _with("<BANKTRANLIST>", "<BANKACCTFROM><ACCTID>9</BANKACCTFROM><BANKTRANLIST>"),
        "bad_xml",
        ("two accounts",),
    ),
    "no statement": (a_file("<X>"), "empty", ("STMTRS",)),
    "investments": (
        a_file("<INVSTMTRS><CURDEF>USD</INVSTMTRS>"),
        "bad_header",
        ("investments",),
    ),
    "an error": (
        a_file("<X>", status=ERROR),
        "not_a_statement",
        ("15500 Signon invalid",),
    ),
    "no account": (a_file(a_statement(an_entry(), account="")), "missing_value", ("ACCTID",)),
    "no currency": (a_file(a_statement(an_entry(), currency="")), "missing_value", ("CURDEF",)),
    "unknown currency": (_in("EUX", "5"), "unknown_currency", ("EUX",)),
    "no amount": (_entry(""), "missing_value", ("row 1", "TRNAMT")),
    "no date": (_entry(DTPOSTED=""), "missing_value", ("DTPOSTED",)),
    "a correction": (_entry(CORRECTFITID="N0"), "not_a_statement", ("takes another",)),
    "thousands": (_entry("1.234,56"), "bad_amount", ("1.234,56", "up to 2 decimals")),
    "thousands or decimals": (_entry("1,234"), "bad_amount", ("1,234",)),
    "thousands or zeros": (_entry("5.000"), "bad_amount", ("5.000",)),
    "a thousand yen": (_in("JPY", "1,000"), "bad_amount", ("1,000",)),
    "part of a cent": (_entry("1.2345"), "excess_decimals", ("TRNAMT", "1.2345")),
    "part of a yen": (_in("JPY", "1.5"), "excess_decimals", ("JPY",)),
    "trailing minus": (_entry("5.00-"), "bad_amount", ()),
    "parentheses": (_entry("(5.00)"), "bad_amount", ()),
    "minus sign": (_entry("\u22125.00"), "bad_amount", ()),
    "a blank inside": (_entry("- 5.00"), "bad_amount", ()),
    "other digits": (_entry("\uff15"), "bad_amount", ()),
    "exponent": (_entry("1e400"), "bad_amount", ()),
    "not a number": (_entry("NaN"), "bad_amount", ()),
    "only a sign": (_entry("-"), "bad_amount", ()),
    "only a point": (_entry("."), "bad_amount", ()),
    "far too large": (_entry("9" * 16), "bad_amount", ()),
    "thousands of digits": (_entry("9" * 5000), "bad_amount", ()),
    "balance": (_with("1480.10", "1.480,10"), "bad_amount", ("BALAMT",)),
    "30 February": (_entry(DTPOSTED="20260230"), "bad_date", ("20260230",)),
    "the year 9999": (_entry(DTPOSTED="99991231"), "bad_date", ("99991231",)),
    "zeros": (_entry(DTPOSTED="00000000"), "bad_date", ("YYYYMMDD",)),
    "dashes": (_entry(DTPOSTED="2026-06-03"), "bad_date", ()),
    "hour 24": (_entry(DTPOSTED="20260603240000"), "bad_date", ()),
    "offset": (_entry(DTPOSTED="20260603120000[-15:X]"), "bad_date", ("[-15:X]",)),
    "part of an offset": (_entry(DTPOSTED="20260603120000[-3.7:X]"), "bad_date", ()),
    "a zone without offset": (_entry(DTPOSTED="20260603120000[BRT]"), "bad_date", ()),
    "period": (a_file(a_statement(period="<DTSTART>2026")), "bad_date", ("DTSTART",)),
    "made at": (a_file(made_at="yesterday"), "bad_date", ("DTSERVER", "yesterday")),
    "endless value": (_entry(MEMO="x" * 20_000), "beyond_limits", ("MEMO",)),
    "endless texts": (_entry(MEMO="<MEMO>".join(["x" * 99] * 200)), "beyond_limits", ("parts",)),
    "endless comment": (_with("<SONRS>", "<SONRS><!-- "), "beyond_limits", ()),
    "endless section": (_with("<MEMO>", "<MEMO><![CDATA["), "beyond_limits", ()),
    "signs of comparison": (_with("<MEMO>", "<MEMO>" + "<" * 70_000), "beyond_limits", ()),
    "depth": (
        _with("<SONRS>", "<SONRS><OFX>" * 1000),
        "bad_xml",
        ("inside of itself",),
    ),
    "entries before the currency": (
        a_file(a_statement(an_entry() * 10_001, currency="")),
        "bad_xml",
        ("row 10001", "far behind"),
    ),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_every_bad_file_is_refused_for_its_reason(name: str) -> None:
    content, reason_code, words = BAD_FILES[name]

    error = refusal_of(ofx.read, content)

    assert error is not None
    assert (reason_code, ()) == (
        error.reason_code,
        tuple(word for word in words if word not in str(error)),
    ), str(error)


@settings(max_examples=300, deadline=2000)
@given(content=some.binary(max_size=400))
def test_arbitrary_bytes_are_refused_and_nothing_else(content: bytes) -> None:
    assert refusal_of(ofx.read, content) is not None
    assert refusal_of(ofx.read, b"<OFX>" + content) is not None


PIECES = (b"<", b">", b"</", b"<STMTTRN>", b"</STMTTRN>", b"<!--", b"-->", b"<![CDATA[", b"]]>",
          b"<TRNAMT>", b"&#x", b"&amp;", b"\xff", b"[", b",")  # fmt: skip


@settings(max_examples=500, deadline=2000)
@given(content=damaged(a_file(), PIECES))
def test_damaged_files_are_read_or_refused_and_nothing_else(content: bytes) -> None:
    refusal_of(ofx.read, content)


@pytest.mark.parametrize("piece", [b"<", b"<a ", b"<!-- ", b"&", b"</a", b"<a>", b"<a>b", b"<?"])
def test_what_is_made_to_be_slow_is_not(piece: bytes) -> None:
    begun = time.monotonic()
    refusal_of(ofx.read, b"<OFX>" + piece * (500_000 // len(piece)))

    assert time.monotonic() - begun < 10


def test_a_file_of_many_entries_is_read_entry_by_entry() -> None:
    first = a_file().split(b"</STMTTRN>")[0] + b"</STMTTRN>"
    reading = ofx.read(io.BytesIO(first + b"<STMTTRN>" + b"<" * 100_000), "day.ofx")

    assert 50000 == (next(reading), next(reading))[1].net_minor  # type: ignore[union-attr]
