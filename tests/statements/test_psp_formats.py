"""PayPal's reports and the answers of APIs, through the gate: from the file to the line."""

from __future__ import annotations

from datetime import date

import pytest

from include.reconciliation.demo.stripe_server import StripeServer
from include.reconciliation.lab.behaviours.answers import always
from tests.statements import api_answers as answers
from tests.statements.conftest import CONFIGURATION, WINDOW, Reader, shared_samples
from tests.statements.paypal_reports import a_report, a_row

STRIPE = shared_samples("stripe")
PAYMENT = a_row("PAY1", "T0006", "CR", 10000, fee=("DR", 390), invoice="ORD-1")
LINES = (
    "select line_scope, line_key, type, payment_key, gross_minor, gross_currency, fee_minor,"
    " net_minor, booked_on, source_zone from work_statement_lines order by row_number"
)


def staged(reader: Reader) -> list[tuple[object, ...]]:
    return [tuple(row.values()) for row in reader.rows(LINES)]


def test_a_paypal_report_is_let_in_with_its_footers_as_proof(reader_of) -> None:
    reader, folder = reader_of("paypal_settlement", account="MERCHANT1")
    (folder / "STL-20260310.01.009.CSV").write_bytes(
        a_report(PAYMENT, a_row("OUT1", "T0400", "DR", 9000)).encode()
    )

    counted = reader.run()

    scope = "20260310T070000Z/20260311T065959Z"
    day = date(2026, 3, 10)
    assert {"accepted": 1, "quarantined": 0, "lines": 2} == counted
    assert [
        (scope, "PAY1 T0006", "payment", "PAY1", 10000, "USD", 390, 9610, day, "-07:00"),
        (scope, "OUT1 T0400", "payout", "OUT1", -9000, "USD", 0, -9000, day, "-07:00"),
    ] == staged(reader)
    assert [("USD", "closing", 100610), ("USD", "opening", 100000)] == [
        tuple(row.values())
        for row in reader.rows(
            "select currency, measure, control_minor from statement_control_totals"
            " where measure in ('opening', 'closing') order by 2"
        )
    ]


WHOLE = a_report(PAYMENT, a_row("PAY2", "T0006", "CR", 5000, "EUR"))


@pytest.mark.parametrize(
    ("damaged", "words"),
    [
        (WHOLE.replace('F","USD",10000', 'F","USD",10001'), "expected 100.01 USD; found 100.00"),
        (WHOLE.replace('"CR",109610', '"CR",109611'), "a residual of -0.01 USD"),
        (WHOLE.replace('"SC",2', '"SC",3'), "expected 3; found 2"),
        (WHOLE.replace(",0,1\r\n", ",0,7\r\n"), "expected 7; found 1"),
    ],
)
def test_a_footer_that_does_not_tie_refuses_the_report(checked, damaged: str, words: str) -> None:
    code, (verdict,) = checked(damaged.encode())

    assert (2, "paypal_settlement", "wrong_total") == (
        code,
        verdict["format"],
        verdict["reason_code"],
    )
    assert words in verdict["reason"]


@pytest.mark.parametrize(
    ("page", "name"),
    [
        (answers.a_pix_page(answers.a_pix(devolucoes=[answers.a_pix_refund()])), "pix"),
        (answers.a_payout_page(answers.a_payout()), "stripe_payouts"),
        (answers.a_collection(answers.an_item()), "razorpay_settlements"),
        (
            answers.a_balance_page(answers.a_balance_transaction()),
            "mollie_balance_transactions",
        ),
    ],
)
def test_an_answer_in_a_file_is_known_by_its_content(checked, page: str, name: str) -> None:
    code, (verdict,) = checked(page.encode())

    assert (0, name, "accepted") == (code, verdict["format"], verdict["verdict"])


@pytest.mark.parametrize(
    "page",
    [
        answers.a_collection(answers.an_item(credit=48821)),
        answers.a_balance_page(
            answers.a_balance_transaction(resultAmount={"value": "99.52", "currency": "EUR"})
        ),
    ],
)
def test_a_line_that_does_not_tie_refuses_the_answer(checked, page: str) -> None:
    code, (verdict,) = checked(page.encode())

    assert (2, "row_does_not_tie") == (code, verdict["reason_code"])


def test_a_real_balance_transaction_in_a_list_is_a_line(checked) -> None:
    found = sorted(STRIPE.glob("dj-stripe__balance_transaction*.json"))
    if not found:
        pytest.skip("the real files of ../shared/samples do not lie beside the project")
    page = b'{"object": "list", "has_more": false, "data": [' + found[0].read_bytes() + b"]}"

    code, (verdict,) = checked(page)

    assert (0, "payment", 2000, 88, 1912) == (
        code,
        *(verdict["lines"][0][name] for name in ("type", "amount_minor", "fee_minor", "net_minor")),
    )


@pytest.fixture
def payouts(stripe, configure):
    """Reads payouts from a server that answers with what it is given."""

    def run_with(*found: dict[str, object]) -> Reader:
        page = answers.a_payout_page(*found).encode()
        text = CONFIGURATION.replace("stripe_balance_transactions", "stripe_payouts")
        with StripeServer([], behaviour=always(200, page)) as server:
            configure(server.url, text)
            stripe.run()
        return stripe

    return run_with


def test_payouts_are_read_over_the_network_as_the_entry_says(payouts) -> None:
    reader = payouts(answers.a_payout())

    assert [
        ("", "po_1", "payout", "line::po_1:1", -9610, "BRL", None, -9610, date(2025, 6, 10), "UTC")
    ] == staged(reader)
    statement = reader.rows("select * from statements")[0]
    assert ("created 20250609T100000Z/20250610T110000Z", 1, WINDOW[1], date(2025, 6, 9)) == tuple(
        statement[name] for name in ("statement_key", "lines", "covers_until", "covers_to")
    )


def test_a_payout_that_is_read_again_is_one_line_and_one_that_vanished_refuses_the_read(
    payouts,
) -> None:
    payouts(answers.a_payout()).put_in_force()
    again = payouts(answers.a_payout(), answers.a_payout(id="po_2"))

    assert ["accepted", "po_1", "po_2"] == [again.verdict()[0], *(row[1] for row in staged(again))]

    vanished = payouts(answers.a_payout(id="po_2"))

    state, reason, sentence = vanished.verdict()
    assert ("quarantined", "page_missing") == (state, reason)
    assert "the next run reads the range again" in str(sentence)
    assert "po_1, which an earlier read had" in str(vanished.verdict()[2])
