"""Pix read from a bank's API: from the pages to the lines, and pages that must not be taken."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from include.reconciliation import config
from include.reconciliation.demo.stripe_server import Answer
from include.reconciliation.edges import psp_access, store
from include.reconciliation.errors import SourceError
from include.reconciliation.lab.behaviours.answers import JSON
from tests.listening import listening
from tests.statements.api_answers import PIX_ID, a_pix, a_pix_refund
from tests.statements.conftest import WINDOW
from tests.statements.pix_bank import Bank, at_page, numbered, status
from tests.statements.pix_server import BASIC, CLIENT_SECRET

SECRETS = (CLIENT_SECRET, BASIC, "the-token", "PRIVATE KEY")
OLD_ID = "E1803615020250501120000000000009"


def test_payments_and_refunds_become_lines_and_the_pages_are_kept(bank: Bank) -> None:
    payment = a_pix(devolucoes=[a_pix_refund(horario={"liquidacao": "2025-06-10T10:59:59.9Z"})])
    waiting = a_pix_refund(id="r2", status="EM_PROCESSAMENTO")
    second = a_pix(
        endToEndId="E2",
        txid=None,
        valor="0.01",
        horario="2025-06-10T10:30:00Z",
        devolucoes=[waiting],
    )
    old = a_pix(
        endToEndId=OLD_ID,
        txid="ORD0",
        valor="50.00",
        horario="2025-05-01T12:00:00Z",
        devolucoes=[
            a_pix_refund(
                id="m1",
                rtrId="D9",
                valor="50.00",
                natureza="MED_FRAUDE",
                horario={"liquidacao": "2025-06-10T02:00:00Z"},
            )
        ],
    )
    untouched = a_pix(endToEndId="E0", horario="2025-05-02T12:00:00Z")
    after = a_pix(endToEndId="E9", horario="2025-06-10T11:00:00Z")

    with bank.serves(payment, second, old, untouched, after) as server:
        counted = bank.reader.run()

    assert {"accepted": 1, "quarantined": 0, "lines": 4} == counted
    names = (
        "line_key",
        "provider_type",
        "type",
        "payment_key",
        "event_reference",
        "merchant_reference",
        "gross_minor",
        "fee_minor",
        "net_minor",
        "net_currency",
        "booked_at",
        "booked_on",
    )
    first_id = payment["endToEndId"]
    assert [
        (
            first_id, "pix", "payment", first_id, first_id, "ORD1", 11000, None, 11000, "BRL",
            datetime(2025, 6, 10, 1, 30, 15, 589000, tzinfo=UTC), date(2025, 6, 9),
        ),
        (
            f"{first_id} r1", "devolucao", "refund", first_id,
            "D1803615020250611090000000000001", "ORD1", -1000, None, -1000, "BRL",
            datetime(2025, 6, 10, 10, 59, 59, 900000, tzinfo=UTC), date(2025, 6, 10),
        ),
        (
            "E2", "pix", "payment", "E2", "E2", None, 1, None, 1, "BRL",
            datetime(2025, 6, 10, 10, 30, tzinfo=UTC), date(2025, 6, 10),
        ),
        (
            f"{OLD_ID} m1", "devolucao MED_FRAUDE", "chargeback", OLD_ID, "D9", "ORD0",
            -5000, None, -5000, "BRL",
            datetime(2025, 6, 10, 2, tzinfo=UTC), date(2025, 6, 9),
        ),
    ] == [tuple(line[name] for name in names) for line in bank.reader.lines()]  # fmt: skip
    statement = bank.reader.rows("select * from statements")[0]
    assert ("created 20250609T100000Z/20250610T110000Z", WINDOW[1]) == (
        statement["statement_key"],
        statement["covers_until"],
    )
    index = store.read(bank.reader.values("select content_sha256 from deliveries")[0])
    assert server.sent == [store.read(page) for page in json.loads(index)["pages"]]


def test_a_refund_that_is_made_later_is_a_line_of_the_next_read(bank: Bank) -> None:
    pix = a_pix(devolucoes=[a_pix_refund(status="EM_PROCESSAMENTO")])
    with bank.serves(pix) as server:
        bank.reader.run()
        bank.reader.put_in_force()
        made = a_pix_refund(horario={"liquidacao": "2025-06-10T11:20:00Z"})
        server.pix[0] = a_pix(devolucoes=[made])
        counted = bank.reader.run((WINDOW[1], WINDOW[1] + timedelta(hours=1)))

    assert {"accepted": 1, "quarantined": 0, "lines": 2} == counted
    assert [11000, -1000] == [line["gross_minor"] for line in bank.reader.lines()]


def test_a_refund_without_its_settlement_from_before_the_range_is_told(bank: Bank) -> None:
    early = a_pix_refund(horario={"solicitacao": "2025-06-08T10:00:00Z"})
    within = a_pix_refund(id="r2", horario={"solicitacao": "2025-06-10T10:30:00Z"})
    payment = a_pix(horario="2025-06-08T09:00:00Z", devolucoes=[early, within])
    with bank.serves(payment):
        counted = bank.reader.run()

    (notices,) = bank.reader.values("select notices from statements")
    assert 1 == counted["lines"]
    told = f"a refund of '{PIX_ID}', made without a time of settlement"
    assert [told] == [notice[: len(told)] for notice in notices]


def test_a_redirect_of_a_page_is_refused(bank: Bank) -> None:
    with (
        bank.serves(a_pix(), change_page=status(307, Location="https://localhost:1/")),
        pytest.raises(SourceError, match="redirect"),
    ):
        bank.reader.run()


def test_a_bank_that_asks_to_wait_is_asked_again(bank: Bank) -> None:
    def busy(number: int, answer: Answer) -> Answer:
        return Answer(429, b"{}", {**JSON, "Retry-After": "2"}) if number == 1 else answer

    with bank.serves(a_pix(), change_page=busy) as server:
        counted = bank.reader.run()

    assert (1, 21) == (counted["lines"], len(server.queries))


HOSTILE: dict[str, tuple[Callable[..., Answer], str, str]] = {
    "another page": (
        at_page(2, lambda page: page["parametros"]["paginacao"].update(paginaAtual=0)),
        "page_missing",
        "expected page 1 counted from 0",
    ),
    "another total": (
        at_page(2, lambda page: page["parametros"]["paginacao"].update(quantidadeTotalDeItens=151)),
        "page_missing",
        "150 and 151 entries",
    ),
    "fewer pages": (
        at_page(1, lambda page: page["parametros"]["paginacao"].update(quantidadeDePaginas=1)),
        "page_missing",
        "expected 150 entries",
    ),
    "the first page again": (
        at_page(2, lambda page: page.update(pix=list(numbered(50)))),
        "page_repeated",
        "E000",
    ),
    "another range": (
        at_page(1, lambda page: page["parametros"].update(fim="2025-06-10T10:00:00Z")),
        "outside_range",
        "another range",
    ),
    "a Pix of another day": (
        # However often it is read.
        at_page(range(1, 9), lambda page: page["pix"][0].update(horario="2025-06-01T00:00:00Z")),
        "outside_range",
        "horario",
    ),
    "a page of markup": (status(200, b"<html>", first=2), "html_page", "page 2"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "reason_code", "words"), HOSTILE.values(), ids=HOSTILE)
def test_pages_that_are_not_one_whole_list_are_quarantined(
    bank: Bank, change: Callable[..., Answer], reason_code: str, words: str
) -> None:
    with bank.serves(*numbered(150), change_page=change):
        counted = bank.reader.run()

    state, found, sentence = bank.reader.verdict()
    assert ("quarantined", reason_code, 0) == (state, found, counted["lines"])
    assert words in str(sentence)


def test_no_secret_shows_in_a_message_a_log_a_representation_or_the_store(bank: Bank) -> None:
    messages: list[str] = []
    refusals = [
        {"change_token": status(400, CLIENT_SECRET.encode())},
        {"change_token": status(200, f'{{"token": "{CLIENT_SECRET}"}}'.encode())},
        {"change_page": status(401, b"the-token")},
        {"change_page": status(500)},
    ]
    for changes in refusals:
        with bank.serves(a_pix(), **changes), listening() as logged:
            messages.append(repr(psp_access.client_of(config.load().psp("bank"))))
            with pytest.raises(Exception) as caught:
                bank.reader.run()
            messages += [*traceback.format_exception(caught.value), *logged]
    with bank.serves(a_pix()), listening() as logged:
        bank.reader.run()
        messages += logged
    kept = [path.read_bytes() for path in config.store_folder().rglob("*") if path.is_file()]

    assert [] == [text for text in messages for secret in SECRETS if secret in text]
    assert [] == [content for content in kept for secret in SECRETS if secret.encode() in content]
