"""camt.053, 052 and 054: what is known of a statement, whatever its version."""

from __future__ import annotations

import io
import tracemalloc
from datetime import UTC, date, datetime

import pytest

from include.reconciliation.statements import camt
from include.reconciliation.statements.parsed import Line, StatementEnd, StatementStart
from tests.statements.camt_files import (
    CLOSING,
    IBAN,
    OPENING,
    a_balance,
    a_detail,
    a_message,
    a_statement,
    an_entry,
    events_of,
    tag,
    the_statement,
)


def test_a_statement_has_a_start_its_entries_and_an_end() -> None:
    events = events_of(a_message())

    assert [
        StatementStart(
            statement_key="S1",
            account=IBAN,
            currency="EUR",
            sequence_number=7,
            opening_minor=100_00,
            opening_on=date(2025, 6, 9),
            created_at=datetime(2025, 6, 9, 18, tzinfo=UTC),
        ),
        Line(
            row=1,
            provider_type="PMNT-RCDT-ESCT",
            type="bank_entry",
            economic_type="bank_entry",
            gross_minor=20_00,
            gross_currency="EUR",
            fee_minor=None,
            tax_minor=None,
            net_minor=20_00,
            net_currency="EUR",
            booked_at=datetime(2025, 6, 9, tzinfo=UTC),
            booked_on=date(2025, 6, 9),
            source_zone="date only",
            value_date=date(2025, 6, 10),
            line_key="A1 - 2025-06-09 2025-06-10 2000 EUR",
            psp_reference="A1",
            further_references=(("account_servicer", "A1"),),
        ),
        StatementEnd(
            closing_minor=120_00,
            closing_on=date(2025, 6, 9),
            proved_by="opening + entries = closing",
        ),
    ] == events


@pytest.mark.parametrize(
    ("message", "name", "version"),
    [
        ("BkToCstmrStmt", "Stmt", "camt.053.001.02"),
        ("BkToCstmrStmt", "Stmt", "camt.053.001.14"),
        ("BkToCstmrAcctRpt", "Rpt", "camt.052.001.06"),
        ("BkToCstmrDbtCdtNtfctn", "Ntfctn", "camt.054.001.10"),
    ],
)
def test_every_version_is_read_by_local_names(message: str, name: str, version: str) -> None:
    content = a_message(a_statement(name=name), message=message, version=version)

    assert events_of(a_message()) == events_of(content)


def test_prefixes_envelopes_and_no_namespace_at_all_change_nothing() -> None:
    plain = a_message().replace(b' xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"', b"")
    prefixed = a_message().replace(b"<", b"<n:").replace(b"<n:/", b"</n:").replace(b"<n:?", b"<?")
    wrapped = plain.replace(b"<Document>", b"<Body><AppHdr><Id>X</Id></AppHdr><Document>")
    wrapped = wrapped.replace(b"</Document>", b"</Document></Body>")

    for content in (plain, prefixed, wrapped):
        assert events_of(a_message()) == events_of(content)


def test_the_encoding_of_the_declaration_is_followed() -> None:
    text = a_message(a_statement(an_entry("20.00", "CRDT", a_detail(remittance="Müller")))).decode()

    for encoding in ("UTF-8", "ISO-8859-1", "UTF-16", "windows-1252"):
        content = text.replace('encoding="UTF-8"', f'encoding="{encoding}"').encode(encoding)
        _, lines, _ = the_statement(content)
        assert ("remittance", "Müller") in lines[0].further_references


def test_reversals_that_tie_only_the_other_way_are_told() -> None:
    reversed_wrongly = an_entry("3.00", "CRDT", reversal="true")
    balances = OPENING + a_balance("CLBD", "117.00")

    _, lines, end = the_statement(
        a_message(a_statement(an_entry(), reversed_wrongly, balances=balances))
    )

    assert [20_00, 3_00] == [line.gross_minor for line in lines]
    assert (
        "the balances tie only if entries with RvslInd go the other way: ask the bank",
    ) == end.notices


def test_what_real_files_lack_is_done_without() -> None:
    entry = an_entry(status="", booked="", value="", reference="", code="")
    balances = a_balance("OPBD", "100.00", "") + a_balance("CLBD", "120.00", "")

    start, lines, end = the_statement(a_message(a_statement(entry, balances=balances)))

    assert (100_00, 120_00) == (start.opening_minor, end.closing_minor)
    assert ("Ntry", "- - 2025-06-09 - 2000 EUR") == (lines[0].provider_type, lines[0].line_key)
    assert "balances have no CdtDbtInd: they were read as credits" == end.notices[0]


def test_a_notification_informs_of_what_another_message_books() -> None:
    statement = a_statement(an_entry(status="INFO"), balances="", name="Ntfctn", currency="")

    start, lines, end = the_statement(a_message(statement, message="BkToCstmrDbtCdtNtfctn"))

    assert (None, None, None) == (start.currency, start.opening_minor, end.closing_minor)
    assert ["PMNT-RCDT-ESCT INFO"] == [line.provider_type for line in lines]
    assert ("none", ()) == (end.proved_by, end.notices)


def test_the_opening_is_the_first_of_its_kind_and_the_closing_the_last() -> None:
    balances = "".join(
        (
            a_balance("PRCD", "99.00", on="2025-06-06"),
            a_balance("OPBD", "101.00", on="2025-06-10"),
            a_balance("OPBD", "100.00"),
            a_balance("CLBD", "120.00", on="2025-06-10"),
            a_balance("CLBD", "101.00"),
            a_balance("CLAV", "1.00", on="2025-06-12"),
            a_balance("ITBD", "110.00"),
        )
    )

    start, _, end = the_statement(a_message(a_statement(balances=balances)))

    assert (100_00, date(2025, 6, 9)) == (start.opening_minor, start.opening_on)
    assert (120_00, date(2025, 6, 10)) == (end.closing_minor, end.closing_on)


def test_the_previous_closing_opens_a_statement_that_has_no_opening_and_a_debit_is_negative() -> (
    None
):
    balances = a_balance("PRCD", "100.00", "DBIT") + a_balance("CLBD", "80.00", "DBIT")

    start, _, end = the_statement(a_message(a_statement(balances=balances)))

    assert (-100_00, -80_00) == (start.opening_minor, end.closing_minor)


def test_a_statement_without_a_closing_balance_is_proved_by_nothing() -> None:
    _, _, end = the_statement(a_message(a_statement(balances=OPENING)))

    assert (None, "none") == (end.closing_minor, end.proved_by)
    assert ("there is no closing balance, so nothing proves the entries",) == end.notices


def test_a_statement_without_an_opening_balance_is_proved_by_nothing() -> None:
    closing = a_balance("CLBD", "120.00", "CRDT")

    _, _, end = the_statement(a_message(a_statement(balances=closing)))

    assert (12000, "none") == (end.closing_minor, end.proved_by)
    assert ("there is no opening balance, so nothing proves the entries",) == end.notices


@pytest.mark.parametrize("currency", ["EUR", ""])
def test_balances_in_a_second_currency_are_told_and_prove_nothing(currency: str) -> None:
    dollars = (a_balance("OPBD", "7.00") + a_balance("CLBD", "9.00")).replace("EUR", "USD")
    balances = OPENING + CLOSING + dollars

    start, _, end = the_statement(a_message(a_statement(balances=balances, currency=currency)))

    assert ("EUR", 100_00, 120_00) == (start.currency, start.opening_minor, end.closing_minor)
    assert (
        "OPBD of 7.00 USD is in another currency than the account: it proves nothing",
        "CLBD of 9.00 USD is in another currency than the account: it proves nothing",
    ) == end.notices


def test_a_closing_balance_that_is_stated_with_two_amounts_is_told() -> None:
    balances = OPENING + a_balance("CLBD", "121.00") + CLOSING + CLOSING

    _, _, end = the_statement(a_message(a_statement(balances=balances)))

    assert 120_00 == end.closing_minor
    assert ("CLBD of 2025-06-09 is stated with 2 amounts: ask the bank which holds",) == end.notices


def test_pages_have_intermediate_balances_and_their_numbers() -> None:
    between = a_balance("ITBD", "120.00")
    pages = [
        (OPENING + between, "1", "false"),
        (between + a_balance("ITBD", "140.00"), "2", "false"),
        (a_balance("ITBD", "140.00") + a_balance("CLBD", "160.00"), "3", "true"),
    ]

    found = []
    for balances, number, is_last in pages:
        pagination = tag("MsgPgntn", tag("PgNb", number), tag("LastPgInd", is_last))
        start, _, end = the_statement(a_message(a_statement(balances=balances), pages=pagination))
        found.append((start.page, start.is_last_page, start.opening_minor, end.closing_minor))

    assert [
        (1, False, 100_00, 120_00),
        (2, False, 120_00, 140_00),
        (3, True, 140_00, 160_00),
    ] == found


def test_the_pages_of_a_message_are_not_those_of_a_statement_that_is_whole() -> None:
    numbers = tag("PgNb", "2") + tag("LastPgInd", "false")

    for content in (
        a_message(pages=tag("MsgPgntn", numbers)),
        a_message(a_statement(more=tag("StmtPgntn", numbers))),
    ):
        start, _, _ = the_statement(content)
        assert (None, True) == (start.page, start.is_last_page)


def test_a_statement_may_number_its_own_pages() -> None:
    numbers = tag("StmtPgntn", tag("PgNb", "3"), tag("LastPgInd", "false"))
    pagination = tag("MsgPgntn", tag("PgNb", "1"), tag("LastPgInd", "true"))

    start, _, _ = the_statement(a_message(a_statement(balances="", more=numbers), pages=pagination))

    assert (3, False) == (start.page, start.is_last_page)


def test_what_a_statement_says_of_its_entries_is_handed_on() -> None:
    summary = tag(
        "TxsSummry",
        tag("TtlNtries", tag("NbOfNtries", "2"), tag("Sum", "28.00")),
        tag("TtlCdtNtries", tag("NbOfNtries", "1"), tag("Sum", "24.00")),
        tag("TtlDbtNtries", tag("NbOfNtries", "1"), tag("Sum", "4.00")),
    )
    period = tag(
        "FrToDt",
        tag("FrDtTm", "2025-06-08T00:00:00"),
        tag("ToDtTm", "2025-06-09T24:00:00Z"),
    )

    start, _, end = the_statement(a_message(a_statement(more=period + summary)))

    assert (date(2025, 6, 8), date(2025, 6, 9)) == (start.period_from, start.period_to)
    assert (
        ("lines", "", 2),
        ("credit_lines", "", 1),
        ("credits", "EUR", 24_00),
        ("debit_lines", "", 1),
        ("debits", "EUR", 4_00),
    ) == end.control


def test_several_statements_of_several_messages_stay_apart() -> None:
    other = tag("Othr", tag("Id", "12345"))
    first = a_statement(an_entry(), an_entry("0.00"))
    content = a_message(first, a_statement(key="S2", account=other))

    events = events_of(content)

    assert [("S1", IBAN, 1), ("S2", "12345", 3)] == [
        (event.statement_key, event.account, event.row)
        for event in events
        if isinstance(event, StatementStart)
    ]
    assert [1, 2, 3] == [event.row for event in events if isinstance(event, Line)]
    assert 2 == sum(isinstance(event, StatementEnd) for event in events)


def test_nothing_depends_on_where_a_chunk_ends() -> None:
    class Drops(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(1)

    details = (a_detail("20.00", end_to_end="E 1 & 2".replace("&", "&amp;"), remittance="a  b"),)
    content = a_message(
        a_statement(an_entry("20.00", "CRDT", *details), balances=OPENING + CLOSING)
    )

    assert events_of(content) == list(camt.read(Drops(content), "a.xml"))
    assert ("remittance", "a b") in the_statement(content)[1][0].further_references


def test_a_file_of_any_length_needs_the_memory_of_its_largest_part() -> None:
    class Endless(io.RawIOBase):
        def __init__(self) -> None:
            before, _, after = a_message(a_statement("<!-- -->")).partition(b"<!-- -->")
            self.parts = [before, *[an_entry("0.00").encode()] * 12_000, after]
            self.parts.reverse()

        def read(self, size: int = -1) -> bytes:
            return self.parts.pop() if self.parts else b""

    stream = Endless()
    tracemalloc.start()
    try:
        count = sum(isinstance(event, Line) for event in camt.read(stream, "a.xml"))  # type: ignore[arg-type]
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert 12_000 == count
    assert peak_bytes < 1 << 20
