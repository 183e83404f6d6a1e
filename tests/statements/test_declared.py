"""A CSV format that the configuration declares, and what it says of a wrong declaration."""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from include.reconciliation import config
from include.reconciliation.errors import ConfigurationError
from include.reconciliation.statements.declared import csv_format

ACME = """
[[format]]
name = "acme"
title = "Acme settlements (CSV)"
delimiter = ";"
time_layouts = ["DD/MM/YYYY hh:mm"]
zone = "America/Sao_Paulo"
identities = ["rows_tie"]
statement_key = "remessa {}"
statement_is_number = true
costs_are_negative = true
optional = ["Obs"]
ignored = ["Loja"]
[format.columns]
"Data da venda" = "booked_time"
"Tipo" = "type"
"Pedido" = "merchant_reference"
"NSU" = "further_1"
"Obs" = "further_2"
"Bruto" = "gross"
"Tarifa" = "cost_1"
"Liquido" = "net"
"Moeda" = "net_currency"
"Remessa" = "statement"
"Pago em" = "value_date"
[format.numbers]
decimal = ","
thousands = "."
[format.types]
"Venda" = "payment"
"Estorno" = { type = "reversal", counts_with = "refund" }
"Disputa" = { type = "reversal", negative = "chargeback" }
[format.reference_kinds]
"NSU" = "nsu"
"""
HEADER = "Data da venda;Tipo;Pedido;NSU;Bruto;Tarifa;Liquido;Moeda;Remessa;Pago em;Loja\n"
SALE = "01/03/2026 23:30;Venda;P-1;77;1.234,50;-34,50;1.200,00;BRL;12;03/03/2026 00:00;Centro\n"
DISPUTE = "02/03/2026 09:00;Disputa;P-1;78;-100,00;0;-100,00;BRL;12;;Centro\n"


def declared(text: str = ACME):
    return csv_format(tomllib.loads(text)["format"][0])


@pytest.fixture
def acme(reader_of):
    """An account whose files are in the declared format."""
    reader, folder = reader_of("acme", currencies="BRL")
    path = config.load().source_path
    path.with_name("with format.toml").write_text(ACME + path.read_text(encoding="utf-8"))
    return reader, folder, path.with_name("with format.toml")


def test_a_declared_format_is_read_as_any_other(acme, monkeypatch: pytest.MonkeyPatch) -> None:
    reader, folder, path = acme
    monkeypatch.setenv("RECONCILIATION_CONFIG", str(path))
    (folder / "1.csv").write_text(HEADER + SALE + DISPUTE)

    counted = reader.run()

    sale, dispute = reader.lines()
    assert {"accepted": 1, "quarantined": 0, "lines": 2} == counted
    assert {
        "payment_key": "merchant:P-1",
        "line_scope": "remessa 12",
        "line_key": "venda|P-1||BRL",
        "occurrence": 1,
        "provider_type": "Venda",
        "type": "payment",
        "economic_type": "payment",
        "is_expected": True,
        "psp_reference": None,
        "event_reference": None,
        "merchant_reference": "P-1",
        "payout_reference": None,
        "gross_minor": 123450,
        "gross_currency": "BRL",
        "fee_minor": 3450,
        "tax_minor": None,
        "net_minor": 120000,
        "net_currency": "BRL",
        "booked_at": datetime(2026, 3, 2, 2, 30, tzinfo=UTC),
        "booked_on": date(2026, 3, 1),
        "source_zone": "America/Sao_Paulo",
        "value_date": date(2026, 3, 3),
        "row_number": 2,
        "further_references": [["nsu", "77"]],
    } == sale
    assert ("chargeback", "chargeback", -10000) == tuple(
        dispute[name] for name in ("type", "economic_type", "gross_minor")
    )
    assert ["remessa 12"] == reader.values("select statement_key from statements")


@pytest.mark.parametrize(
    ("row", "reason", "words"),
    [
        (SALE.replace("1.234,50", "1234.50"), "bad_amount", "such as 1.234,50; found 1234.50"),
        (SALE.replace("1.234,50", "1.23.450"), "bad_amount", "'Bruto'"),
        (SALE.replace("1.234,50", "1.234,505"), "excess_decimals", "1234.505"),
        (SALE.replace("1.200,00", "1.200,01"), "row_does_not_tie", "1200.01 BRL"),
        (SALE.replace("01/03/2026", "2026-03-01"), "bad_date", "such as 17/11/2026 23:50"),
        (SALE.replace("03/03/2026", "31/02/2026"), "bad_date", "'Pago em'"),
        (SALE.replace(";12;", ";x;"), "bad_batch_number", "'Remessa'"),
    ],
)
def test_a_bad_row_is_told_in_the_words_of_the_file(
    acme, monkeypatch: pytest.MonkeyPatch, row: str, reason: str, words: str
) -> None:
    reader, folder, path = acme
    monkeypatch.setenv("RECONCILIATION_CONFIG", str(path))
    (folder / "1.csv").write_text(HEADER + row)

    reader.run()

    assert (reason, True) == (reader.verdict()[1], words in str(reader.verdict()[2]))


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ('"gross"', '"groß"', "columns.'Bruto' = 'groß' is no role"),
        ('"further_2"', '"further_1"', "columns.'Obs' = 'further_1': another column"),
        ('optional = ["Obs"]', 'optional = ["Ops"]', "optional names ['Ops']"),
        ("ignored", "ingored", "unknown keys ['ingored']"),
        ('"DD/MM/YYYY hh:mm"', '"DD/MM hh:mm"', "time_layouts"),
        ('"America/Sao_Paulo"', '"Sao Paulo"', "zone = 'Sao Paulo'"),
        ('"America/Sao_Paulo"', '"abbreviation"', "needs a column with the role booked_zone"),
        ('["rows_tie"]', '["rows_tye"]', "identities = ['rows_tye']: must be a list out of"),
        ('"remessa {}"', '"remessa"', "statement_key = 'remessa': must hold {} once"),
        ('thousands = "."', 'thousands = ","', "numbers: decimal and thousands are the same"),
        ('thousands = "."', 'unit = "cents"', "numbers: unit = 'cents'"),
        ('"Venda" = "payment"', '"Venda" = "sale"', "types.'Venda': type = 'sale'"),
        ('counts_with = "refund"', 'counts = "refund"', "types.'Estorno': unknown keys ['counts']"),
        ('"NSU" = "nsu"', '"TID" = "tid"', "reference_kinds names ['TID']"),
        ('"Data da venda" = "booked_time"', "", "needs a column with the role booked_time"),
        ('"Liquido" = "net"', '"Liquido" = "gross_debit"', "one column for an amount"),
        ('"Liquido" = "net"', "", "needs columns of gross and net, since rows should tie"),
        ('delimiter = ";"', 'line_scope = "account"', "needs a column with the role line_id"),
        ("costs_are_negative = true", "costs_are_negative = 1", "costs_are_negative = 1"),
    ],
)
def test_a_wrong_declaration_names_its_key(before: str, after: str, words: str) -> None:
    assert before in ACME

    with pytest.raises(ConfigurationError) as told:
        declared(ACME.replace(before, after, 1))

    assert words in str(told.value)
    assert "[[format]] acme" in str(told.value)


def test_a_word_of_two_types_is_expected_in_the_ledger_where_the_type_of_its_sign_is(
    acme, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, folder, path = acme
    word = '"Venda" = { type = "payment", negative = "fee" }'
    path.write_text(path.read_text().replace('"Venda" = "payment"', word))
    monkeypatch.setenv("RECONCILIATION_CONFIG", str(path))
    fee = SALE.replace("1.234,50;-34,50;1.200,00", "-5,00;0;-5,00").replace("P-1", "P-2")
    (folder / "1.csv").write_text(HEADER + SALE + fee)

    reader.run()

    assert [("payment", True), ("fee", False)] == [
        (line["type"], line["is_expected"]) for line in reader.lines()
    ]


def test_two_opening_balances_under_two_words_are_two(
    acme, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, folder, path = acme
    words = '"Saldo inicial" = "opening"\n"Saldo anterior" = "opening"\n"Venda"'
    path.write_text(path.read_text().replace('"Venda"', words, 1))
    monkeypatch.setenv("RECONCILIATION_CONFIG", str(path))
    balance = SALE.replace("1.234,50;-34,50;1.200,00", "10,00;0;10,00")
    opened = balance.replace("Venda", "Saldo inicial") + balance.replace("Venda", "Saldo anterior")
    (folder / "1.csv").write_text(HEADER + opened + SALE)

    reader.run()

    [refused] = reader.rows("select * from statements")
    assert "balance_repeated" == refused["reason_code"]
    assert "expected one opening balance in BRL; found 2" in refused["quarantine_reason"]


def test_without_a_column_of_types_all_lines_are_of_the_declared_one() -> None:
    format_ = declared(
        '[[format]]\nname = "bank"\ntype = "bank_entry"\ntime_layouts = ["YYYY-MM-DD"]\n'
        'zone = "UTC"\n[format.columns]\nDay = "booked_time"\nAmount = "net"\n'
    )

    assert ("bank_entry", frozenset({"booked_time", "net"})) == (
        format_.types[""].type,
        format_.required,
    )


def test_two_formats_of_one_name_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "psps.toml"
    path.write_text(ACME + ACME)

    with pytest.raises(ConfigurationError, match="format 2: the name 'acme' is taken"):
        config.load(path)


def _tried(acme, monkeypatch: pytest.MonkeyPatch, key: str, content: bytes):
    """The account's reader after it has read the content, with one more key in the format."""
    reader, folder, path = acme
    path.write_text(path.read_text().replace("[[format]]\n", f"[[format]]\n{key}\n", 1))
    monkeypatch.setenv("RECONCILIATION_CONFIG", str(path))
    (folder / "1.csv").write_bytes(content)
    reader.run()
    return reader


def test_an_encoding_that_is_declared_is_read_and_no_other_is_guessed(
    acme, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = HEADER + SALE.replace("P-1", "caf\u00e9 \u20ac")

    reader = _tried(acme, monkeypatch, 'encoding = "windows-1252"', text.encode("cp1252"))

    assert ["caf\u00e9 \u20ac"] == [line["merchant_reference"] for line in reader.lines()]


def test_an_encoding_that_is_not_declared_is_refused_with_what_to_do(
    acme, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = HEADER + SALE.replace("P-1", "caf\u00e9")

    reader = _tried(acme, monkeypatch, "", text.encode("cp1252"))

    state, reason, sentence = reader.verdict()
    assert ("quarantined", "bad_encoding") == (state, reason)
    assert "a provider's own encoding is declared, `encoding` in [[format]]" in str(sentence)


def test_a_letter_that_the_declared_encoding_does_not_have_is_refused(
    acme, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = (HEADER + SALE).encode().replace(b"P-1", b"P\x81")

    reader = _tried(acme, monkeypatch, 'encoding = "windows-1252"', content)

    assert ("bad_encoding", True) == (
        reader.verdict()[1],
        "expected windows-1252" in str(reader.verdict()[2]),
    )


ABOVE = 'Relatorio de vendas\n\n"Loja; ""Centro""";Periodo: marco\n'


@pytest.mark.parametrize("above", ["", ABOVE])
def test_rows_above_the_header_are_told_and_rows_keep_their_numbers(
    acme, monkeypatch: pytest.MonkeyPatch, above: str
) -> None:
    reader = _tried(acme, monkeypatch, "rows_above_header = 3", (above + HEADER + SALE).encode())

    assert [above.count("\n") + 2] == [line["row_number"] for line in reader.lines()]
    notices = reader.values("select notices from statements")[0]
    assert (["3 rows above the header: kept, not read"] if above else []) == notices


@pytest.mark.parametrize(
    ("key", "content", "reason", "words"),
    [
        ("rows_above_header = 2", ABOVE + HEADER + SALE, "missing_column", "row 1, column"),
        ("", "Relatorio\n" + HEADER + SALE, "missing_column", "row 1, column 'Data da venda'"),
        (
            "rows_above_header = 3",
            ABOVE + HEADER.replace("Bruto", "Valor") + SALE,
            "missing_column",
            "row 4, column 'Bruto'",
        ),
        ("rows_above_header = 3", ABOVE + HEADER + SALE[:40], "malformed_row", "row 5"),
        ("rows_above_header = 3", ABOVE + HEADER, "empty", "row 5"),
        (
            "rows_above_header = 3",
            ABOVE + HEADER + SALE.replace("1.234,50", "x"),
            "bad_amount",
            "row 5, column 'Bruto'",
        ),
    ],
)
def test_what_is_wrong_below_rows_above_the_header_has_its_row(
    acme, monkeypatch: pytest.MonkeyPatch, key: str, content: str, reason: str, words: str
) -> None:
    reader = _tried(acme, monkeypatch, key, content.encode())

    assert (reason, True) == (reader.verdict()[1], words in str(reader.verdict()[2])), (
        reader.verdict()
    )


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ('encoding = "utf-7"', "must be one of 'utf-8', 'windows-1252', 'iso-8859-1'"),
        ("rows_above_header = 51", "must be a number from 0 to 50"),
        ("rows_above_header = true", "must be a number from 0 to 50"),
    ],
)
def test_an_encoding_or_a_number_of_rows_that_is_none_is_named(key: str, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        declared(ACME.replace("[[format]]\n", f"[[format]]\n{key}\n"))


PLAIN = """
[[format]]
name = "plain"
time_layouts = ["YYYY-MM-DD"]
zone = "UTC"
identities = ["rows_tie"]
type = "payment"
[format.columns]
"Day" = "booked_time"
"Gross" = "gross"
"Net" = "net"
"Currency" = "net_currency"
"""


def test_rows_without_any_cost_tie_where_their_net_is_their_gross(reader_of, monkeypatch) -> None:
    reader, folder = reader_of("plain")
    path = config.load().source_path
    path.write_text(PLAIN + path.read_text())
    monkeypatch.setenv("RECONCILIATION_CONFIG", str(path.rename(path.with_name("plain 2.toml"))))
    header = "Day,Gross,Net,Currency\n2026-03-01,10.00,10.00,EUR\n"
    (folder / "1.csv").write_text(header)
    (folder / "2.csv").write_text(f"{header}2026-03-02,10.00,9.99,EUR\n")

    reader.run()

    assert [None, "row_does_not_tie"] == reader.values(
        "select reason_code from statements order by statement_id"
    )
