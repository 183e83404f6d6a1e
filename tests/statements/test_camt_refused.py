"""Every way in which a camt file can be bad: refused by name, whatever it is made of."""

from __future__ import annotations

import contextlib
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from include.reconciliation.errors import StatementError
from include.reconciliation.statements import camt
from include.reconciliation.statements.xml_elements import HELD_MAX, TEXT_MAX, TOKEN_BYTES_MAX
from tests.statements.camt_files import (
    CLOSING,
    OPENING,
    a_balance,
    a_detail,
    a_message,
    a_statement,
    an_entry,
)

_GOOD = a_message(a_statement(an_entry("20.00", "CRDT", a_detail("20.00", end_to_end="E1"))))
_BOMB = (
    b'<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    b"<Document><BkToCstmrStmt>&b;</BkToCstmrStmt></Document>"
)


def _entry(*arguments: str, **options: str) -> bytes:
    return a_message(a_statement(an_entry(*arguments, **options)))


def _balances(text: str) -> bytes:
    return a_message(a_statement(balances=text))


# Name of the file: its bytes, the reason, words that the sentence must have.
BAD_FILES: dict[str, tuple[bytes, str, tuple[str, ...]]] = {
    "empty": (b"", "empty", ()),
    "blank": (b"\n \n", "empty", ()),
    "html": (b"<html><body>Maintenance</body></html>", "html_page", ("row 1",)),
    "html after a declaration": (b"<!DOCTYPE html><html>", "html_page", ("row 1",)),
    "another message": (
        b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"><CstmrCdtTrfInitn/>'
        b"</Document>",
        "bad_header",
        (),
    ),
    "no statement": (a_message("<!-- -->"), "empty", ("Stmt, Rpt, Ntfctn",)),
    "text": (b":20:STARTUMSE", "bad_xml", ()),
    "cut": (_GOOD.partition(b"</Ntry>")[0], "bad_xml", ("no element found",)),
    "two documents": (_GOOD + _GOOD, "bad_xml", ()),
    "wrong end": (_GOOD.replace(b"</Ntry>", b"</Entry>"), "bad_xml", ("mismatched tag",)),
    "bare ampersand": (_GOOD.replace(b"E1", b"E & 1"), "bad_xml", ()),
    "latin-1 as utf-8": (_GOOD.replace(b"E1", b"\xe9"), "bad_xml", ("invalid token",)),
    "nul": (_GOOD.replace(b"E1", b"\0"), "bad_xml", ()),
    "unknown encoding": (_GOOD.replace(b"UTF-8", b"EBCDIC"), "bad_encoding", ("EBCDIC",)),
    "wide encoding": (_GOOD.replace(b"UTF-8", b"shift_jis"), "bad_encoding", ()),
    "utf-7": (_GOOD.replace(b"UTF-8", b"utf-7"), "bad_encoding", ()),
    "not the declared": (_GOOD.replace(b"UTF-8", b"UTF-16"), "bad_xml", ()),
    "doctype": (b"<!DOCTYPE Document>" + _GOOD.partition(b"\n")[2], "forbidden_xml", ("line 1",)),
    "bomb": (_BOMB, "forbidden_xml", ("'d'",)),
    "outside file": (
        b'<!DOCTYPE d SYSTEM "file:///etc/hostname"><Document/>',
        "forbidden_xml",
        (),
    ),
    "unknown entity": (_GOOD.replace(b"E1", b"&e;"), "bad_xml", ("undefined entity",)),
    "nested": (b"<a>" * 1000, "beyond_limits", ("64",)),
    "long text": (_GOOD.replace(b"E1", b"E" * (TEXT_MAX + 1)), "beyond_limits", ("text",)),
    "long tag": (
        _GOOD.replace(b"<Ntry>", b"<Ntry" + b" " * 2 * TOKEN_BYTES_MAX + b">"),
        "beyond_limits",
        ("tag",),
    ),
    "long comment": (b"<a><!--" + b"x" * 2 * TOKEN_BYTES_MAX, "beyond_limits", ("comment",)),
    "many balances": (
        _balances("<Bal/>" * (HELD_MAX // 200 + 1)),
        "beyond_limits",
        ("belong together",),
    ),
    "no account": (a_message(a_statement(account="")), "missing_value", ("Acct/Id",)),
    "no amount": (_entry(""), "missing_value", ("row 1", "'Ntry/Amt'")),
    "blank amount": (_entry(" "), "missing_value", ()),
    "garbled amount": (_entry("12..34"), "bad_amount", ("'12..34'",)),
    "decimal comma": (_entry("20,00"), "bad_amount", ("'20,00'",)),
    "sign": (_entry("-20.00"), "bad_amount", ("CdtDbtInd", "'-20.00'")),
    "unicode minus": (_entry("\u221220.00"), "bad_amount", ()),
    "exponent": (_entry("2e400"), "bad_amount", ()),
    "not a number": (_entry("NaN"), "bad_amount", ()),
    "other digits": (_entry("\uff12\uff10"), "bad_amount", ()),
    "far too large": (_entry("9" * 40), "bad_amount", ()),
    "sixth of a cent": (_entry("20.00167"), "excess_decimals", ("at most 2", "20.00167")),
    "part of a yen": (_entry("20.5", currency="JPY"), "excess_decimals", ("JPY",)),
    "unknown currency": (_entry(currency="EUX"), "unknown_currency", ("EUX",)),
    "small letters": (_entry(currency="eur"), "unknown_currency", ("eur",)),
    "no currency": (
        a_message(a_statement(an_entry(currency=""), balances="", currency="")),
        "unknown_currency",
        (),
    ),
    "no direction": (_entry("20.00", ""), "unknown_direction", ("CRDT or DBIT", "found 'nothing'")),
    "other direction": (_entry("20.00", "C"), "unknown_direction", ("'C'",)),
    "31 April": (_entry(booked="<Dt>2025-04-31</Dt>"), "bad_date", ("2025-04-31", "BookgDt")),
    "other date": (_entry(value="<Dt>09.06.2025</Dt>"), "bad_date", ("ValDt",)),
    "week date": (_entry(booked="<Dt>2025-W24-1</Dt>"), "bad_date", ()),
    "hour 24": (_entry(booked="<DtTm>2025-06-09T24:00:00Z</DtTm>"), "bad_date", ()),
    "no date anywhere": (
        a_message(a_statement(an_entry(booked="", value=""), balances="")).replace(
            b"<CreDtTm>2025-06-09T20:00:00+02:00</CreDtTm>", b""
        ),
        "missing_value",
        ("dated",),
    ),
    "bad balance": (_balances(a_balance("OPBD", "1.0.0")), "bad_amount", ("Bal[OPBD]/Amt",)),
    "balance without an amount": (_balances(a_balance("CLBD", "")), "missing_value", ()),
    "direction of a balance": (
        _balances(a_balance("CLBD", "1", "D")),
        "unknown_direction",
        ("Bal",),
    ),
    "closing in dollars": (
        _balances(OPENING + CLOSING.replace("EUR", "USD")),
        "wrong_currency",
        ("Bal[CLBD]", "in EUR", "120.00 USD"),
    ),
    "closing in dollars, the account in no currency": (
        a_message(a_statement(balances=OPENING + CLOSING.replace("EUR", "USD"), currency="")),
        "wrong_currency",
        ("Bal[CLBD]", "in EUR", "120.00 USD"),
    ),
    "all balances in dollars": (
        _balances((OPENING + CLOSING).replace("EUR", "USD")),
        "wrong_currency",
        ("Bal[OPBD]", "in EUR", "100.00 USD"),
    ),
    "opening at the end": (
        a_message(a_statement(an_entry(), OPENING, balances=CLOSING)),
        "bad_xml",
        ("behind the entries",),
    ),
    "entry outside": (a_message(a_statement(), an_entry()), "bad_xml", ("row 2", "outside")),
    "number of entries": (
        a_message(
            a_statement(
                more="<TxsSummry><TtlNtries><NbOfNtries>two</NbOfNtries></TtlNtries></TxsSummry>"
            )
        ),
        "bad_amount",
        ("'two'",),
    ),
}


def _read(content: bytes) -> int:
    return sum(1 for _ in camt.read(io.BytesIO(content), "a.xml"))


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_is_refused_for_its_reason(name: str) -> None:
    content, reason, words = BAD_FILES[name]

    with pytest.raises(StatementError) as caught:
        _read(content)

    assert reason == caught.value.reason_code, caught.value
    for word in ("file a.xml", *words):
        assert word in str(caught.value)


def test_the_row_of_an_error_is_the_number_of_the_entry_in_the_file() -> None:
    entries = [an_entry(), an_entry("0.00"), an_entry("x")]

    with pytest.raises(StatementError, match="row 4, column 'Ntry/Amt'"):
        _read(a_message(a_statement(), a_statement(*entries)))


@settings(max_examples=300, deadline=2000)
@given(st.binary(max_size=300))
def test_arbitrary_bytes_are_refused_and_nothing_worse(content: bytes) -> None:
    with pytest.raises(StatementError):
        _read(content)


@settings(max_examples=500, deadline=2000)
@given(st.integers(0, len(_GOOD)), st.integers(0, 30), st.binary(max_size=12))
def test_a_damaged_file_is_read_or_refused_and_nothing_worse(
    start: int, length: int, instead: bytes
) -> None:
    with contextlib.suppress(StatementError):
        _read(_GOOD[:start] + instead + _GOOD[start + length :])


_NAMES = (
    "Document",
    "BkToCstmrStmt",
    "Stmt",
    "Ntry",
    "NtryDtls",
    "TxDtls",
    "Amt",
    "Bal",
    "Acct",
    "Id",
)


@settings(max_examples=300, deadline=2000)
@given(
    st.recursive(
        st.text("0123456789.-TZCRDBOP \u0661", max_size=12),
        lambda inside: st.builds(
            lambda name, parts: f"<{name}>{''.join(parts)}</{name}>",
            st.sampled_from(_NAMES),
            st.lists(inside, max_size=4),
        ),
        max_leaves=30,
    )
)
def test_elements_in_any_order_are_read_or_refused_and_nothing_worse(inside: str) -> None:
    with contextlib.suppress(StatementError):
        _read(a_message(inside or "<Stmt/>"))
