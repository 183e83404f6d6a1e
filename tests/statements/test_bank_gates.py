"""camt and MT940 through the gate: what ties is let in, what does not is refused whole."""

from __future__ import annotations

import pytest

from tests.statements import camt_files, cnab240_files, mt940_files
from tests.statements.camt_files import CLOSING, IBAN, OPENING, a_balance, an_entry, tag

DASHED = "012345-0000000678901"


@pytest.fixture
def camt(reader_of):
    """An account whose files are camt messages."""
    return reader_of("camt", account=IBAN)


@pytest.fixture
def mt940(reader_of):
    """An account whose files are MT940."""
    return reader_of("mt940", account="DE1")


def _three_days() -> list[bytes]:
    return [
        camt_files.a_message(
            camt_files.a_statement(
                an_entry("20.00", reference=f"A{day}", booked=tag("Dt", f"2025-06-0{day}")),
                key=f"S{day}",
                balances=a_balance("OPBD", f"{80 + 20 * day}.00", on=f"2025-06-0{day}")
                + a_balance("CLBD", f"{100 + 20 * day}.00", on=f"2025-06-0{day}"),
            )
        )
        for day in (1, 2, 3)
    ]


def test_the_days_of_a_chain_are_let_in_and_each_opens_where_the_last_closed(camt) -> None:
    reader, folder = camt
    for day, content in enumerate(_three_days(), 1):
        (folder / f"day-{day}.xml").write_bytes(content)

    counted = reader.run()

    assert {"accepted": 3, "quarantined": 0, "lines": 3} == counted
    assert [("S1", 100_00, 120_00), ("S2", 120_00, 140_00), ("S3", 140_00, 160_00)] == [
        tuple(row.values())
        for row in reader.rows(
            "select statement_key,"
            " sum(control_minor) filter (where measure = 'opening')::bigint as opening,"
            " sum(control_minor) filter (where measure = 'closing')::bigint as closing"
            " from statement_control_totals inner join statements using (statement_id)"
            " group by statement_key order by statement_key"
        )
    ]


def test_a_camt_statement_that_does_not_tie_is_refused_with_its_residual(camt) -> None:
    reader, folder = camt
    wrong = camt_files.a_statement(an_entry("19.99"), balances=OPENING + CLOSING)
    (folder / "day.xml").write_bytes(camt_files.a_message(wrong))

    reader.run()

    state, reason, sentence = reader.verdict()
    assert ("quarantined", "wrong_total") == (state, reason)
    assert "a residual of -0.01 EUR" in str(sentence)
    assert [] == reader.rows("select * from work_statement_lines")


def test_a_batch_is_let_in_as_one_line_with_its_references(camt) -> None:
    reader, folder = camt
    details = [
        camt_files.a_detail("12.00", end_to_end="E1"),
        camt_files.a_detail("8.00", end_to_end="E2"),
    ]
    statement = camt_files.a_statement(an_entry("20.00", "CRDT", *details))
    (folder / "day.xml").write_bytes(camt_files.a_message(statement))

    reader.run()

    (line,) = reader.lines()
    assert (20_00, "A1") == (line["gross_minor"], line["psp_reference"])
    assert [["end_to_end", "E1"], ["end_to_end", "E2"]] == line["further_references"][1:3]


def test_the_pages_of_an_mt940_statement_are_one_and_a_missing_page_is_told(mt940) -> None:
    reader, folder = mt940
    pages = [
        mt940_files.a_statement(account="DE1", number="28C:7/1", closing="62M:C250609EUR120,00"),
        mt940_files.a_statement(
            account="DE1",
            number="28C:7/2",
            opening="60M:C250609EUR120,00",
            closing="62F:C250609EUR140,00",
        ),
    ]
    (folder / "1-whole.sta").write_text("".join(pages))
    (folder / "2-half.sta").write_text(pages[0].replace("28C:7", "28C:8"))

    counted = reader.run()

    assert {"accepted": 1, "quarantined": 1, "lines": 2} == counted
    assert [("7 2025", "accepted", None), ("8 2025", "quarantined", "page_missing")] == [
        tuple(row.values())
        for row in reader.rows(
            "select statement_key, state, reason_code from statements order by statement_key"
        )
    ]


def test_a_reversal_that_the_library_would_sign_wrongly_ties(mt940) -> None:
    reader, folder = mt940
    text = mt940_files.a_statement(
        ":61:250610RC20,00NTRFNONREF", account="DE1", closing="62F:C250609EUR80,00"
    )
    (folder / "day.sta").write_text(text)

    assert {"accepted": 1, "quarantined": 0, "lines": 1} == reader.run()


def test_an_account_with_a_slash_is_the_one_that_is_configured_with_a_dash(reader_of) -> None:
    """An account is a folder too, so psps.toml can't name it as CNAB240 and many an MT940 do."""
    reader, folder = reader_of("cnab240_statement", account=DASHED, currencies="BRL")
    (folder / "extrato.ret").write_bytes(cnab240_files.a_file())

    assert {"accepted": 1, "quarantined": 0, "lines": 2} == reader.run()


def test_an_account_that_differs_in_more_than_its_slash_is_another_one(reader_of) -> None:
    reader, folder = reader_of("cnab240_statement", account=f"{DASHED}2", currencies="BRL")
    (folder / "extrato.ret").write_bytes(cnab240_files.a_file())

    reader.run()

    assert ("quarantined", "wrong_account") == reader.verdict()[:2]
