"""CNAB240 bank statements: exact lines and balances, also of lines that lost what was blank."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from include.reconciliation.statements import cnab240_statement
from include.reconciliation.statements.bank_entries import bank_entry
from include.reconciliation.statements.parsed import Line, StatementEnd, StatementStart
from tests.statements.cnab240_files import a_file, a_lot, an_entry
from tests.statements.conftest import shared_samples
from tests.statements.fuzzing import damaged, refusal_of

SAMPLES = shared_samples("cnab240_extrato")
PROVED_BY = "opening + entries = closing; totals of debits and credits"


def events(content: bytes) -> list[StatementStart | Line | StatementEnd]:
    return list(cnab240_statement.read(io.BytesIO(content), "extrato.ret"))


def starts(content: bytes) -> list[StatementStart]:
    return [event for event in events(content) if isinstance(event, StatementStart)]


def lines(content: bytes) -> list[Line]:
    return [event for event in events(content) if isinstance(event, Line)]


def the_end(content: bytes) -> StatementEnd:
    return next(event for event in events(content) if isinstance(event, StatementEnd))


def the_line(bank: str = "001", **fields: str) -> Line:
    return lines(a_file(a_lot([an_entry(500, **fields)], bank=bank), bank=bank))[0]


def test_a_lot_is_a_statement_with_its_entries_and_balances() -> None:
    assert [
        StatementStart(
            statement_key="41 of 2026-06-02",
            account="012345/0000000678901",
            currency="BRL",
            sequence_number=41,
            opening_minor=100000,
            opening_on=date(2026, 6, 2),
            created_at=datetime(2026, 6, 4, 6, 15, tzinfo=UTC),
            row=2,
        ),
        bank_entry(
            50000,
            "BRL",
            row=3,
            provider_type="209 0470",
            booked_on=date(2026, 6, 3),
            line_key="2026-06-03 209 0470 50000 0000123",
            further_references=(
                ("remittance", "PIX RECEBIDO"),
                ("document", "0000123"),
                ("nature", "DPV"),
            ),
        ),
        bank_entry(
            -1990,
            "BRL",
            row=4,
            provider_type="105 0470",
            booked_on=date(2026, 6, 3),
            line_key="2026-06-03 105 0470 -1990 0000123",
            further_references=(
                ("remittance", "TARIFA"),
                ("document", "0000123"),
                ("nature", "DPV"),
            ),
        ),
        StatementEnd(
            closing_minor=148010,
            closing_on=date(2026, 6, 3),
            control=(("debits", "BRL", 1990), ("credits", "BRL", 50000)),
            proved_by=PROVED_BY,
        ),
    ] == events(a_file())


def test_each_lot_is_a_statement_of_its_own() -> None:
    other = a_lot([an_entry(-700, account="42")], number=2, account="42", opening=-300)
    content = a_file(a_lot([an_entry(1)]), other)

    assert ["012345/0000000678901", "012345/42"] == [start.account for start in starts(content)]
    assert [100000, -300] == [start.opening_minor for start in starts(content)]
    assert [-1000] == [
        event.closing_minor for event in events(content)[-1:] if isinstance(event, StatementEnd)
    ]


def test_files_that_a_bank_joined_are_read_one_after_the_other() -> None:
    joined = a_file() + a_file(a_lot([an_entry(1)], sequence="00042"), made_on="00000000")

    assert [
        ("41 of 2026-06-02", datetime(2026, 6, 4, 6, 15, tzinfo=UTC)),
        ("42 of 2026-06-02", None),
    ] == [(start.statement_key, start.created_at) for start in starts(joined)]


def test_lines_that_lost_their_trailing_blanks_are_filled_up() -> None:
    content = a_file(a_lot([an_entry(500, document=""), an_entry(-700, history="", document="")]))
    stripped = b"\n".join(line.rstrip() for line in content.splitlines())

    assert {29, 163 + 13, 188, 178, 212} <= {len(line) for line in stripped.splitlines()}
    assert events(content) == events(stripped)


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content.replace(b"\r\n", b"\n"),
        lambda content: content.replace(b"\r\n", b" \r\n"),
        lambda content: content.replace(b"\r\n", b"\n", 2),
        lambda content: content + b"\x1a",
        lambda content: b"\xef\xbb\xbf" + content,
        lambda content: content.decode("latin-1").encode("utf-16"),
        lambda content: content.decode("latin-1").encode(),
    ],
)
def test_encodings_line_ends_and_marks_change_nothing(change) -> None:  # type: ignore[no-untyped-def]
    content = a_file(a_lot([an_entry(500, history="LIQUIDAÇÃO")]))

    assert "LIQUIDAÇÃO" == lines(content)[0].further_references[0][1]
    assert events(content) == events(change(content))


@pytest.mark.parametrize(
    ("bank", "fields", "document", "remittance"),
    [
        ("001", {"document": "A document of 39 columns as a standard"},
         "A document of 39 columns as a standard", "PIX RECEBIDO"),
        ("237", {"document": "OCRJN6Z", "remark": "PEDIDO 7"}, "OCRJN6Z", "PIX RECEBIDO PEDIDO 7"),
        ("104", {"document": "OCRJN6Z"}, "OCRJN6Z", "PIX RECEBIDO"),
        ("341", {"document": "OCRJN6", "remark": "PEDIDO 7"}, "OCRJN6", "PIX RECEBIDO PEDIDO 7"),
    ],
)  # fmt: skip
def test_a_bank_divides_the_last_columns_in_its_own_way(
    bank: str, fields: dict[str, str], document: str, remittance: str
) -> None:
    line = the_line(bank, **fields)

    assert (("remittance", remittance), ("document", document)) == line.further_references[:2]


def test_what_else_an_entry_says_is_kept_with_its_kind() -> None:
    line = the_line(
        complement="00100", accounting_date="10062020", document="0000000", nature="SSR"
    )

    assert (
        ("remittance", "PIX RECEBIDO"),
        ("nature", "SSR"),
        ("complement", "00100"),
        ("accounting_date", "10062020"),
    ) == line.further_references


def test_zeros_are_no_complement_and_no_accounting_date() -> None:
    line = the_line(complement="0" * 20, accounting_date="00000000")

    assert ["remittance", "document", "nature"] == [kind for kind, _ in line.further_references]


def test_the_letter_beside_the_amount_counts_and_the_category_is_a_notice() -> None:
    content = a_file(a_lot([an_entry(500, category="105")]))

    assert 500 == lines(content)[0].net_minor
    assert (
        "1 entries are debits of a category of credits or the other way round: the letter beside"
        " the amount counts",
    ) == the_end(content).notices


@pytest.mark.parametrize(
    ("status", "notices"),
    [("F", ()), ("P", ("the closing balance is partial",)),
     ("I", ("the closing balance is of the same day",))],
)  # fmt: skip
def test_a_closing_balance_that_is_not_final_is_noticed(status: str, notices) -> None:  # type: ignore[no-untyped-def]
    assert notices == the_end(a_file(a_lot([an_entry()], trailer={"status": status}))).notices


@pytest.mark.parametrize(
    ("currency", "amount", "expected"),
    [("BRL", 500, (500, "BRL")), ("", 500, (500, "BRL")), ("R$", 500, (500, "BRL")),
     ("JPY", 500, (5, "JPY")), ("KWD", 500, (5000, "KWD"))],
)  # fmt: skip
def test_two_decimals_are_implied_in_every_currency(currency: str, amount: int, expected) -> None:  # type: ignore[no-untyped-def]
    line = lines(a_file(a_lot([an_entry(amount)], currency=currency, opening=0)))[0]

    assert expected == (line.net_minor, line.net_currency)


def test_a_statement_without_a_number_is_named_by_its_day() -> None:
    start = starts(a_file(a_lot([an_entry()], sequence="00000")))[0]

    assert ("2026-06-02", None) == (start.statement_key, start.sequence_number)


def test_totals_that_a_bank_leaves_blank_are_no_control() -> None:
    assert (("credits", "BRL", 12345),) == (
        the_end(a_file(a_lot([an_entry()], trailer={"debits": ""}))).control
    )


def _entry(**fields: str) -> bytes:
    return a_file(a_lot([an_entry(500, **fields)]))


def _written(amount: str) -> bytes:
    """A file whose entry has something else in the columns of its amount."""
    return _entry().replace(b"000000000000000500C209", amount.encode() + b"C209")


def _trailer(**fields: str) -> bytes:
    return a_file(a_lot([an_entry()], trailer=fields))


_LINES = a_file().splitlines(keepends=True)
# Name: bytes, reason, words of the sentence.
BAD_FILES: dict[str, tuple[bytes, str, tuple[str, ...]]] = {
    "empty": (b"", "empty", ()),
    "html": (b"<html>", "html_page", ()),
    "cnab400": (b"02RETORNO01COBRANCA" + b" " * 381, "bad_header", ("row 1", "240 columns")),
    "no file header": (b"".join(_LINES[1:]), "bad_header", ("record 0",)),
    "no lot header": (b"".join(_LINES[:1] + _LINES[2:]), "malformed_row", ("row 2", "lot header")),
    "cut": (b"".join(_LINES[:-1]), "malformed_row", ("record 9", "row 5")),
    "cut in a line": (b"".join(_LINES)[:-215], "bad_amount", ("records", "row 6")),
    "an entry lost": (b"".join(_LINES[:3] + _LINES[4:]), "wrong_total", ("records (171-176)", "3")),
    "a lot lost": (
        b"".join(_LINES[:1] + _LINES[-1:]),
        "wrong_total",
        ("lots (18-23)", "expected 0", "000001"),
    ),
    "an entry too many": (
        b"".join([*_LINES[:3], *_LINES[2:]]),
        "wrong_total",
        ("expected 5", "000004"),
    ),
    "another lot's entry": (_entry(lot="0002"), "malformed_row", ("lot (4-7)", "0002")),
    "another account's entry": (_entry(account="999"), "wrong_account", ("row 3", "999")),
    "a collection lot": (
        a_file(a_lot([an_entry()], service="01")),
        "bad_header",
        ("service (10-11)", "expected 04"),
    ),
    "no account": (a_file(a_lot([an_entry()], account="000")), "missing_value", ("account",)),
    "another segment": (_entry(segment="T"), "malformed_row", ("segment (14-14)", "'T'")),
    "an unknown record": (_entry(kind="4"), "malformed_row", ("row 3", "record 4")),
    "line too long": (b"".join(_LINES).replace(b"\r\n", b" x\r\n"), "malformed_row", ("242",)),
    "line cut in the amount": (
        b"".join([*_LINES[:2], _LINES[2][:160] + b"\n", *_LINES[3:]]),
        "bad_amount",
        ("row 3", "'0000000000        '"),
    ),
    "line cut before the amount": (
        b"".join([*_LINES[:2], _LINES[2][:150] + b"\n", *_LINES[3:]]),
        "bad_amount",
        ("row 3", "amount"),
    ),
    "no direction": (_entry(direction=""), "unknown_direction", ("direction (169-169)",)),
    "minus": (_written("-00000000000000500"), "bad_amount", ("sign",)),
    "point": (_written("000000000000005.00"), "bad_amount", ("5.00",)),
    "nine hundred trillions": (_written("9" * 18), "bad_amount", ("999",)),
    "31 June": (_entry(date="31062026"), "bad_date", ("date (143-150)", "31062026")),
    "the year 9999": (_entry(date="31129999"), "bad_date", ("31129999",)),
    "no date": (_entry(date="00000000"), "bad_date", ("DDMMYYYY with a year from 1970 to 2199",)),
    "opening date": (a_file(a_lot([an_entry()], opening_date="")), "bad_date", ("row 2",)),
    "opening balance": (a_file(a_lot([], opening_balance="x")), "bad_amount", ("opening",)),
    "closing balance": (_trailer(**{"closing balance": "1,00"}), "bad_amount", ("1,00",)),
    "count": (_trailer(records="x"), "bad_amount", ("records",)),
    "unknown currency": (a_file(a_lot([], currency="XYZ")), "unknown_currency", ("XYZ",)),
    "part of a yen": (
        a_file(a_lot([an_entry(550)], currency="JPY", opening=0)),
        "excess_decimals",
        ("0 decimals in JPY",),
    ),
    "hour": (a_file(made_at="240000"), "bad_date", ("made at", "240000")),
    "day": (a_file(made_on="31022026"), "bad_date", ("made on",)),
    "nul": (a_file().replace(b"TARIFA", b"TAR\0FA"), "bad_encoding", ("row 4",)),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_every_bad_file_is_refused_for_its_reason(name: str) -> None:
    content, reason_code, words = BAD_FILES[name]

    error = refusal_of(cnab240_statement.read, content)

    assert error is not None
    assert (reason_code, ()) == (
        error.reason_code,
        tuple(word for word in words if word not in str(error)),
    ), str(error)


@settings(max_examples=300, deadline=2000)
@given(content=some.binary(max_size=600))
def test_arbitrary_bytes_are_refused_and_nothing_else(content: bytes) -> None:
    assert refusal_of(cnab240_statement.read, content) is not None


PIECES = (b"\n", b"0", b"9", b" ", b"D", b"C", b"3", b"5", b"00100013", b"\xff", b"\xc3")


@settings(max_examples=500, deadline=2000)
@given(content=damaged(a_file(), PIECES))
def test_damaged_files_are_read_or_refused_and_nothing_else(content: bytes) -> None:
    refusal_of(cnab240_statement.read, content)


@pytest.mark.skipif(
    not SAMPLES.is_dir(),
    reason="the real files of ../shared/samples do not lie beside this checkout",
)
def test_the_totals_of_real_files_are_those_of_their_entries_and_the_balances_are_not() -> None:
    for path in SAMPLES.iterdir():
        found = events(path.read_bytes())
        amounts = [event.net_minor or 0 for event in found if isinstance(event, Line)]
        end = found[-1]
        assert isinstance(end, StatementEnd)

        assert (
            ("debits", "BRL", -sum(amount for amount in amounts if amount < 0)),
            ("credits", "BRL", sum(amount for amount in amounts if amount > 0)),
        ) == end.control
        assert (9, 93241081, 21136549) == (
            len(amounts),
            starts(path.read_bytes())[0].opening_minor,
            end.closing_minor,
        )
