"""Pix: payments with the refunds inside them, as the central bank's API gives them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from include.reconciliation.errors import StatementError
from include.reconciliation.statements.parsed import Line, StatementEnd, StatementStart
from include.reconciliation.statements.pix import PIX
from tests.statements.api_answers import (
    PIX_ID,
    a_pix,
    a_pix_page,
    a_pix_refund,
    events,
    lines,
    start_and_end,
)


def test_a_payment_is_booked_on_its_day_in_brazil_and_its_costs_are_not_known() -> None:
    start, line, end = events(PIX, a_pix_page(a_pix()))

    assert (
        StatementStart(
            statement_key="20250609T030000Z/20250611T025959Z",
            account="",
            currency=None,
            sequence_number=None,
            period_from=date(2025, 6, 9),
            period_to=date(2025, 6, 10),
        )
        == start
    )
    assert (
        Line(
            row=1,
            provider_type="pix",
            type="payment",
            economic_type="payment",
            gross_minor=11000,
            gross_currency="BRL",
            fee_minor=None,
            tax_minor=None,
            net_minor=11000,
            net_currency="BRL",
            booked_at=datetime(2025, 6, 10, 1, 30, 15, 589000, tzinfo=UTC),
            booked_on=date(2025, 6, 9),
            source_zone="America/Sao_Paulo",
            value_date=None,
            line_key=PIX_ID,
            psp_reference=PIX_ID,
            event_reference=PIX_ID,
            merchant_reference="ORD1",
            further_references=(("pix_key", "key-1"),),
        )
        == line
    )
    assert StatementEnd(proved_by="every page of the range is there") == end


def test_a_refund_is_a_line_of_its_own_under_the_payment_s_reference() -> None:
    payment, refund = lines(PIX, a_pix_page(a_pix(devolucoes=[a_pix_refund()])))

    assert (11000, -1000) == (payment.gross_minor, refund.gross_minor)
    assert ("refund", f"{PIX_ID} r1", PIX_ID, "D1803615020250611090000000000001") == (
        refund.type,
        refund.line_key,
        refund.psp_reference,
        refund.event_reference,
    )
    assert datetime(2025, 6, 11, 9, 0, 5, 120000, tzinfo=UTC) == refund.booked_at


def test_what_the_central_bank_takes_back_is_a_chargeback() -> None:
    refund = a_pix_refund(natureza="MED_FRAUDE")

    line = lines(PIX, a_pix_page(a_pix(devolucoes=[refund])))[1]

    assert ("chargeback", "devolucao MED_FRAUDE") == (line.type, line.provider_type)


def test_a_refund_that_moved_no_money_is_told_and_is_no_line() -> None:
    waiting = a_pix_refund(status="EM_PROCESSAMENTO")
    failed = a_pix_refund(id="r2", status="NAO_REALIZADO")
    page = a_pix_page(a_pix(devolucoes=[waiting, failed]))

    assert 1 == len(lines(PIX, page))
    assert (
        f"a refund of '{PIX_ID}' is still being made: no line",
        f"a refund of '{PIX_ID}' is not made: no line",
    ) == start_and_end(PIX, page)[1].notices


def test_many_refunds_that_moved_no_money_are_one_sentence() -> None:
    failed = [a_pix_refund(id=f"r{number}", status="NAO_REALIZADO") for number in range(3)]

    _, end = start_and_end(PIX, a_pix_page(a_pix(devolucoes=failed)))

    assert (f"3 refunds, as of '{PIX_ID}', are not made: no line",) == end.notices


def test_two_pages_are_one_statement() -> None:
    second = a_pix(endToEndId="E2", valor="5.00")

    found = lines(PIX, a_pix_page(a_pix(), pages=2), a_pix_page(second, number=1, pages=2))

    assert [(1, 11000), (2, 500)] == [(line.row, line.gross_minor) for line in found]


def test_a_part_of_a_day_proves_no_day() -> None:
    page = a_pix_page(a_pix()).replace("2025-06-11T02:59:59Z", "2025-06-10T20:00:00Z")

    start, _ = start_and_end(PIX, page)

    assert (date(2025, 6, 9), date(2025, 6, 9)) == (start.period_from, start.period_to)


def test_days_without_a_payment_are_a_statement_without_lines() -> None:
    assert [] == lines(PIX, a_pix_page())


def test_a_count_below_the_number_listed_is_told() -> None:
    page = a_pix_page(a_pix(), quantidadeTotalDeItens=0)

    assert ("the bank states 0 Pix and lists 1",) == start_and_end(PIX, page)[1].notices


@pytest.mark.parametrize(
    ("pages", "reason_code", "words"),
    [
        ([a_pix_page(a_pix(), pages=2)], "page_missing", "more follows"),
        ([a_pix_page(a_pix(), number=1, pages=2)], "page_missing", "expected page 0"),
        ([a_pix_page(a_pix()), a_pix_page(a_pix())], "page_repeated", "page 2"),
        ([a_pix_page(a_pix(), a_pix())], "page_repeated", "row 2"),
        ([a_pix_page(a_pix(), quantidadeTotalDeItens=2)], "page_missing", "every page of"),
        (
            [
                a_pix_page(a_pix(), pages=2, quantidadeTotalDeItens=2),
                a_pix_page(number=1, pages=2, quantidadeTotalDeItens=2),
            ],
            "page_missing",
            "found 1",
        ),
        (
            [
                a_pix_page(a_pix(), pages=2, quantidadeTotalDeItens=1),
                a_pix_page(number=1, pages=2, quantidadeTotalDeItens=2),
            ],
            "page_missing",
            "expected 2 entries; found 1",
        ),
        ([a_pix_page(a_pix(valor="-110.00"))], "bad_amount", "without a sign"),
        (
            [a_pix_page(a_pix(devolucoes=[a_pix_refund(valor="-10.00")]))],
            "bad_amount",
            "column 'devolucoes[0].valor'",
        ),
        ([a_pix_page(a_pix(horario="2025-06-11T03:00:00Z"))], "outside_range", "horario"),
        ([a_pix_page(a_pix(horario="2025-06-09T02:59:59Z"))], "outside_range", "horario"),
        ([a_pix_page(a_pix(valor="1.005"))], "excess_decimals", "row 1, column 'valor'"),
        ([a_pix_page(a_pix(valor="1,00"))], "bad_amount", "'1,00'"),
        ([a_pix_page(a_pix(valor=110))], "bad_page", "column 'valor'"),
        ([a_pix_page(a_pix(endToEndId=None))], "missing_value", "endToEndId"),
        ([a_pix_page(a_pix(txid="x\0"))], "bad_page", "txid"),
        ([a_pix_page(a_pix(txid="\ud800"))], "bad_page", "txid"),
        ([a_pix_page(a_pix(horario="2025-06-10 09:30"))], "bad_date", "horario"),
        ([a_pix_page(a_pix(horario="2025-02-30T09:30:00Z"))], "bad_date", "horario"),
        ([a_pix_page().replace("2025-06-11T02", "9999-12-31T02")], "bad_date", "fim"),
        ([a_pix_page(a_pix(devolucoes={}))], "bad_page", "devolucoes"),
        (
            [a_pix_page(a_pix(devolucoes=[a_pix_refund(status="NOVO")]))],
            "bad_page",
            "column 'devolucoes[0].status'",
        ),
        (['{"pix": []}'], "bad_page", "parametros.paginacao.paginaAtual"),
        (['{"parametros": {}}'], "bad_page", "parametros.paginacao.paginaAtual"),
    ],
)
def test_an_answer_that_is_not_whole_is_refused(
    pages: list[str], reason_code: str, words: str
) -> None:
    with pytest.raises(StatementError) as refused:
        events(PIX, *pages)

    assert (reason_code, True) == (refused.value.reason_code, words in str(refused.value)), refused
