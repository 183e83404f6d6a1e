"""OFX: exact lines and balances, whatever the header claims and however the elements lie."""

from __future__ import annotations

import io
import re
from datetime import UTC, date, datetime

import pytest

from include.reconciliation.statements import ofx
from include.reconciliation.statements.bank_entries import bank_entry
from include.reconciliation.statements.ofx_elements import CHUNK_CHARACTERS
from include.reconciliation.statements.parsed import Line, StatementEnd, StatementStart
from tests.statements.ofx_files import XML_HEADER, a_file, a_statement, an_entry


def events(content: bytes) -> list[StatementStart | Line | StatementEnd]:
    return list(ofx.read(io.BytesIO(content), "day.ofx"))


def lines(content: bytes) -> list[Line]:
    return [event for event in events(content) if isinstance(event, Line)]


def starts(content: bytes) -> list[StatementStart]:
    return [event for event in events(content) if isinstance(event, StatementStart)]


def the_line(amount: str = "500.00", currency: str = "BRL", **values: str) -> Line:
    statement = a_statement(an_entry(amount, **values), currency=currency, balance="")
    return lines(a_file(statement))[0]


def the_end(content: bytes) -> StatementEnd:
    return next(event for event in events(content) if isinstance(event, StatementEnd))


def closed(content: bytes) -> bytes:
    """The same as XML: every value has its end."""
    text = content.decode()
    names = set(re.findall(r"<([A-Z0-9]+)>[^<\s]", text))
    for name in names:
        text = re.sub(rf"<{name}>([^<\n]*)", rf"<{name}>\1</{name}>", text)
    return text[text.index("<OFX>") :].encode()


def test_an_account_has_its_statement_with_lines_and_the_balance() -> None:
    assert [
        StatementStart(
            statement_key="2026-06-01 to 2026-06-30",
            account="12345-6",
            currency="BRL",
            sequence_number=None,
            period_from=date(2026, 6, 1),
            period_to=date(2026, 6, 30),
            created_at=datetime(2026, 7, 1, 9, 15, tzinfo=UTC),
            row=1,
        ),
        bank_entry(
            50000,
            "BRL",
            row=1,
            provider_type="CREDIT",
            booked_on=date(2026, 6, 3),
            line_key="2026-06-03 50000 BRL",
            further_references=(("fitid", "N1"), ("remittance", "Pix")),
        ),
        bank_entry(
            -1990,
            "BRL",
            row=2,
            provider_type="DEBIT",
            booked_on=date(2026, 6, 3),
            line_key="2026-06-03 -1990 BRL",
            further_references=(("fitid", "N2"),),
        ),
        StatementEnd(closing_minor=148010, closing_on=date(2026, 6, 30), proved_by="none"),
    ] == events(a_file())


def test_xml_says_the_same_as_sgml() -> None:
    content = a_file(a_statement(an_entry(MEMO="Pix"), an_entry("-1", NAME="Rent", CHECKNUM="7")))
    as_xml = XML_HEADER.encode() + closed(content)

    assert b"</MEMO></STMTTRN>" in as_xml
    assert events(content) == events(as_xml)


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content.replace(b"\n", b""),
        lambda content: content.replace(b"<", b"\r\n\t <"),
        lambda content: content.replace(b"\n", b"\r"),
        lambda content: content.replace(b"STMTTRN", b"StmtTrn"),
        lambda content: content[content.index(b"<OFX>") :],
        lambda content: b"\xef\xbb\xbf" + content,
        lambda content: content.decode().encode("utf-16"),
        lambda content: content.replace(b"<MEMO>Pix", b"<MEMO><![CDATA[Pix]]>"),
        lambda content: content.replace(b"<MEMO>Pix", b"<!-- <TRNAMT>7 --><MEMO>Pix</MEMO>"),
        lambda content: content.replace(b"<MEMO>", b"<CHECKNUM><REFNUM></REFNUM><NAME/><MEMO>"),
        lambda content: content.replace(b"<MEMO>", b"<CHECKNUM/>7<MEMO>"),
        lambda content: content.replace(b"<OFX>", b'<OFX xmlns="http://ofx.net/types/2003/04">'),
    ],
)
def test_how_the_elements_lie_changes_nothing(change) -> None:  # type: ignore[no-untyped-def]
    assert events(a_file()) == events(change(a_file()))


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
@pytest.mark.parametrize("charset", ["CHARSET:1252", "CHARSET:NONE", "ENCODING:ISO-8859-1"])
def test_the_bytes_and_not_the_header_tell_the_encoding(encoding: str, charset: str) -> None:
    """ofxparse 0.21 fails on UTF-8 under CHARSET:1252 and on ENCODING:ISO-8859-1."""
    content = a_file(a_statement(an_entry(MEMO="Devolução à vista – José")))
    content = content.decode().replace("CHARSET:1252", charset).encode(encoding)

    assert ("remittance", "Devolução à vista – José") == lines(content)[0].further_references[1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("AT&amp;T &lt;A&gt; &quot;B&quot; &#233;&#xE9;", 'AT&T <A> "B" éé'),
        ("AT&T, A < B > C, &copy; &#0; &#xD800;", "AT&T, A < B > C, &copy; &#0; &#xD800;"),
        ("<![CDATA[AT&amp;T </MEMO><TRNAMT>7]]>", "AT&amp;T </MEMO><TRNAMT>7"),
        ("  two   blanks ", "two blanks"),
    ],
)
def test_a_text_is_what_its_bank_meant(text: str, expected: str) -> None:
    assert (("fitid", "N1"), ("remittance", expected)) == the_line(MEMO=text).further_references


@pytest.mark.parametrize("before", range(7))
def test_what_lies_across_the_edge_of_a_chunk_is_whole(before: int) -> None:
    content = a_file(a_statement(an_entry(MEMO="AT&amp;T")))
    missing = CHUNK_CHARACTERS - content.index(b"amp;") - before
    comments = (f"<!--{'x' * (missing // 8 - 7)}-->" * 8 + " " * (missing % 8)).encode()
    shifted = content.replace(b"<OFX>", b"<OFX>" + comments)

    assert CHUNK_CHARACTERS - before == shifted.index(b"amp;")
    assert events(content) == events(shifted)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("12.34", "BRL", 1234),
        ("12,34", "BRL", 1234),
        ("+12,3", "BRL", 1230),
        ("-.5", "BRL", -50),
        ("-12.5000", "BRL", -1250),
        ("12,", "BRL", 1200),
        ("0012", "BRL", 1200),
        ("12", "JPY", 12),
        ("1,234", "KWD", 1234),
        ("-0.00", "BRL", 0),
    ],
)
def test_a_comma_or_a_point_stands_before_the_decimals(
    text: str, currency: str, minor: int
) -> None:
    line = the_line(text, currency)

    assert (minor, currency) == (line.net_minor, line.net_currency)


@pytest.mark.parametrize(
    ("written", "at", "on", "zone"),
    [
        ("20260603", (2026, 6, 3), (2026, 6, 3), "date only"),
        ("20260603000000[-3:BRT]", (2026, 6, 3, 3), (2026, 6, 3), "-03:00"),
        ("20260603220000.000[-03:EST]", (2026, 6, 4, 1), (2026, 6, 3), "-03:00"),
        ("20260603013000[+5.5:IST]", (2026, 6, 2, 20), (2026, 6, 3), "+05:30"),
        ("20260603013000[-9.30]", (2026, 6, 3, 11), (2026, 6, 3), "-09:30"),
        ("20260603120000", (2026, 6, 3, 12), (2026, 6, 3), "UTC"),
        ("202606031200", (2026, 6, 3, 12), (2026, 6, 3), "UTC"),
        ("20260603120000[0:GMT]", (2026, 6, 3, 12), (2026, 6, 3), "+00:00"),
        ("20260603120000[-3:BRT", (2026, 6, 3, 15), (2026, 6, 3), "-03:00"),
        ("20260603 [-3:BRT]", (2026, 6, 3, 3), (2026, 6, 3), "-03:00"),
    ],
)  # fmt: skip
def test_the_offset_gives_the_instant_and_the_date_stays_as_written(written, at, on, zone) -> None:  # type: ignore[no-untyped-def]
    line = the_line(DTPOSTED=written)

    assert (datetime(*at, tzinfo=UTC), date(*on), zone) == (
        line.booked_at, line.booked_on, line.source_zone
    )  # fmt: skip


def test_a_fitid_that_comes_twice_or_changes_is_no_key() -> None:
    first = lines(a_file(a_statement(an_entry("1", FITID="A"), an_entry("2", FITID="A"))))
    again = lines(a_file(a_statement(an_entry("1", FITID="B"), an_entry("2", FITID="C"))))

    assert 2 == len({line.line_key for line in first})
    assert [line.line_key for line in first] == [line.line_key for line in again]
    assert ("fitid", "A") == first[0].further_references[0]


def test_every_reference_is_kept_with_its_kind() -> None:
    line = the_line(
        CHECKNUM="7", REFNUM="8", SRVRTID="9", NAME="ACME", MEMO="Pix", DTAVAIL="20260605"
    )

    assert (
        ("fitid", "N1"), ("check", "7"), ("reference", "8"), ("server", "9"),
        ("remittance", "ACME Pix"),
    ) == line.further_references  # fmt: skip
    assert date(2026, 6, 5) == line.value_date


def test_the_name_of_a_payee_stands_for_a_name_and_one_text_is_not_repeated() -> None:
    payee = an_entry(MEMO="Rent").replace("<MEMO>", "<PAYEE><NAME>ACME</NAME></PAYEE><MEMO>")
    same = an_entry(NAME="Pix", MEMO="Pix")
    found = [line.further_references[1] for line in lines(a_file(a_statement(payee, same)))]

    assert [("remittance", "ACME Rent"), ("remittance", "Pix")] == found


@pytest.mark.parametrize("name", ["BANKACCTTO", "BANKACCTFROM"])
def test_an_account_in_an_entry_is_not_the_statement_s(name: str) -> None:
    other = an_entry().replace("</STMTTRN>", f"<{name}><ACCTID>99</{name}></STMTTRN>")

    assert ["12345-6"] == [start.account for start in starts(a_file(a_statement(other)))]


def test_the_order_of_elements_changes_nothing() -> None:
    """ofxtools refuses elements in another order."""
    ordered = a_file()
    head, entries, balance = re.split("(<BANKTRANLIST>.*</BANKTRANLIST>)", ordered.decode())
    currency = head[head.index("<CURDEF>") :]
    ledger, rest = balance[: balance.index("</STMTRS>")], balance[balance.index("</STMTRS>") :]
    turned = head.replace(currency, "") + ledger + entries + currency + rest

    assert ordered != turned.encode()
    assert events(ordered) == events(turned.encode())


def test_without_a_ledger_balance_nothing_proves_the_statement() -> None:
    """ofxtools refuses a file without LEDGERBAL."""
    end = the_end(a_file(a_statement(an_entry(), balance="")))

    assert (None, None, "none") == (end.closing_minor, end.closing_on, end.proved_by)
    assert ("there is no LEDGERBAL: the balance of the account is not known",) == end.notices


def test_a_card_and_a_bank_account_are_two_statements() -> None:
    content = a_file(a_statement(an_entry()), a_statement(an_entry(), account="4111", kind="CC"))

    assert [("12345-6", 1), ("4111", 2)] == [
        (start.account, start.row) for start in starts(content)
    ]


def test_a_period_that_ends_after_the_download_is_covered_up_to_it() -> None:
    start = starts(a_file(made_at="20260610120000[-3:BRT]"))[0]

    assert ("2026-06-01 to 2026-06-30", date(2026, 6, 10)) == (
        start.statement_key,
        start.period_to,
    )


@pytest.mark.parametrize(
    ("period", "key"),
    [
        ("<DTSTART>20260601", "2026-06-01"),
        ("<DTSTART>00000000<DTEND>20260630", "2026-06-30"),
        ("", "made on 2026-07-01"),
    ],
)
def test_a_statement_without_a_period_is_named_by_what_it_has(period: str, key: str) -> None:
    assert [key] == [
        start.statement_key for start in starts(a_file(a_statement(an_entry(), period=period)))
    ]


def test_a_statement_without_entries_has_its_period_and_balance() -> None:
    start, end = events(a_file(a_statement()))

    assert ("2026-06-01 to 2026-06-30", 148010) == (start.statement_key, end.closing_minor)


def test_entries_that_are_pending_are_counted_and_not_read() -> None:
    pending = "<BANKTRANLISTP><DTASOF>20260630<STMTTRNP><TRNAMT>5</STMTTRNP></BANKTRANLISTP>"
    content = a_file(a_statement(an_entry()).replace("</STMTRS>", pending + "</STMTRS>"))

    assert 1 == len(lines(content))
    assert ("1 entries are pending, not booked: not read",) == the_end(content).notices


def test_the_amount_counts_where_the_type_says_otherwise() -> None:
    content = a_file(a_statement(an_entry("5", TRNTYPE="DEBIT"), an_entry("-5", TRNTYPE="DEP")))

    assert [500, -500] == [line.net_minor for line in lines(content)]
    assert (
        "2 entries are credits by their type and debits by their amount, or the other way round:"
        " the amount counts",
    ) == the_end(content).notices


def test_an_entry_in_another_currency_keeps_it() -> None:
    foreign = an_entry("5").replace(
        "</STMTTRN>", "<CURRENCY><CURRATE>5.1<CURSYM>USD</CURRENCY></STMTTRN>"
    )
    converted = foreign.replace("CURRENCY>", "ORIGCURRENCY>")

    assert [(500, "USD"), (500, "BRL"), (50000, "BRL")] == [
        (line.net_minor, line.net_currency)
        for line in lines(a_file(a_statement(foreign, converted, an_entry())))
    ]
