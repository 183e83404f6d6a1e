"""Pix over the API: what is asked for, and that other answers than to that are refused."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from include.reconciliation.errors import StatementError
from include.reconciliation.statements.api_pages import Request, entry_of, following
from include.reconciliation.statements.parsed import Event, Line
from include.reconciliation.statements.pix import PIX
from include.reconciliation.statements.strict_json import parse
from tests.statements.api_answers import PIX_ID, a_pix, a_pix_page, a_pix_refund

READ_FROM = datetime(2025, 6, 9, 10, tzinfo=UTC)
READ_TO = datetime(2025, 6, 11, 10, tzinfo=UTC)
RANGE = ("2025-06-09T10:00:00Z", "2025-06-11T10:00:00Z")
WHEN = "2025-06-10T01:30:15.589Z"


def asked(answers: dict[int, str], read_from: datetime = READ_FROM) -> list[Request]:
    """What is asked for; a request without an answer here is answered with no Pix."""
    assert PIX.api is not None
    assert PIX.api.ask is not None
    walk = PIX.api.ask("Loja", read_from, READ_TO)
    requests: list[Request] = []
    request: Request | None = next(walk)
    while request is not None:
        requests.append(request)
        answer = answers.get(len(requests), nothing(request))
        request = following(walk, PIX.api.page(entry_of(parse(answer.encode(), "page"), "page")))
    return requests


def nothing(request: Request) -> str:
    """The answer to a range without Pix."""
    return a_pix_page(asked=range_of(request))


def range_of(request: Request) -> tuple[str, str]:
    query = dict(request.query)
    return query["inicio"], query["fim"]


def read(*answers: str, refunds: dict[int, str] | None = None) -> list[Event]:
    """The statement of these answers to the range, and of those to the earlier days by number."""
    assert PIX.api is not None
    earlier = [request for request in asked({}) if request.read_to <= READ_FROM]
    bodies = [
        *answers,
        *((refunds or {}).get(number, nothing(each)) for number, each in enumerate(earlier, 1)),
    ]
    return list(
        PIX.api.read_range(
            [(f"page {number}", body.encode()) for number, body in enumerate(bodies, 1)],
            account="Loja",
            read_from=READ_FROM,
            read_to=READ_TO,
            zone="UTC",
            name="the read",
        )
    )


def booked(found: list[Event]) -> list[tuple[str, int | None]]:
    return [(event.line_key, event.gross_minor) for event in found if isinstance(event, Line)]


def a_page(*pix: dict[str, Any], **paging: Any) -> str:
    """An answer to what is asked for first."""
    return a_pix_page(*pix, **{"asked": RANGE, **paging})


def test_the_range_is_asked_for_first_in_the_words_of_the_api() -> None:
    request = asked({})[0]

    assert (
        Request(
            "/pix",
            (
                ("inicio", "2025-06-09T10:00:00Z"),
                ("fim", "2025-06-11T10:00:00Z"),
                ("paginacao.itensPorPagina", "100"),
                ("paginacao.paginaAtual", "0"),
            ),
            0,
            READ_FROM,
            READ_TO,
        )
        == request
    )


def test_payments_of_ninety_one_days_before_are_asked_for_where_they_have_a_refund() -> None:
    requests = [dict(request.query) for request in asked({})[1:]]

    assert ("2025-03-10T10:00:00Z", "2025-06-09T10:00:00Z", {"true"}) == (
        requests[0]["inicio"],
        requests[-1]["fim"],
        {request["devolucaoPresente"] for request in requests},
    )
    assert 19 == len(requests)


def test_a_long_range_is_asked_for_in_pieces_of_five_days_that_touch() -> None:
    pieces = asked({}, READ_TO - timedelta(days=12))[:3]

    assert [timedelta(days=5), timedelta(days=5), timedelta(days=2)] == [
        piece.read_to - piece.read_from for piece in pieces
    ]
    assert all(first.read_to == second.read_from for first, second in pairwise(pieces))


def test_as_many_pages_are_asked_for_as_the_bank_says() -> None:
    pages = {
        1: a_page(a_pix(), pages=2, quantidadeTotalDeItens=2),
        2: a_page(a_pix(endToEndId="E2"), number=1, pages=2, quantidadeTotalDeItens=2),
    }

    requests = asked(pages)

    assert ["0", "1", "0"] == [dict(each.query)["paginacao.paginaAtual"] for each in requests[:3]]
    assert [(PIX_ID, 11000), ("E2", 11000)] == booked(read(*pages.values()))


@pytest.mark.parametrize(
    "page",
    [a_page(a_pix(), pages=9, number=0), a_page(pages=9, number=1)],
    ids=["the same page", "nothing"],
)
def test_a_bank_that_always_says_that_more_follows_is_not_asked_for_ever(page: str) -> None:
    first = a_page(a_pix(), pages=9)

    assert 21 == len(asked({1: first, 2: page}))
    with pytest.raises(StatementError):
        read(first, page)


def test_a_refund_in_the_range_is_a_line_though_its_payment_is_older() -> None:
    old = a_pix(
        horario="2025-06-05T12:00:00Z",
        devolucoes=[
            a_pix_refund(id="in", horario={"liquidacao": WHEN}),
            a_pix_refund(id="before", horario={"liquidacao": "2025-06-09T09:59:59Z"}),
        ],
    )
    last = a_pix_page(old, asked=range_of(asked({})[18]))

    assert [(f"{PIX_ID} in", -1000)] == booked(read(a_page(), refunds={18: last}))


def test_a_refund_after_the_range_belongs_to_the_next_read() -> None:
    late = a_pix_refund(horario={"liquidacao": "2025-06-11T10:00:00Z"})

    assert [(PIX_ID, 11000)] == booked(read(a_page(a_pix(devolucoes=[late]))))


def test_a_payment_between_two_pieces_is_taken_once() -> None:
    between = a_pix(horario="2025-06-09T10:00:00Z", devolucoes=[a_pix_refund(id="r9")])
    earlier = a_pix_page(between, asked=range_of(asked({})[19]))

    found = booked(read(a_page(between), refunds={19: earlier}))

    assert [(PIX_ID, 11000), (f"{PIX_ID} r9", -1000)] == found


def test_a_bank_may_leave_out_the_list_of_no_pix() -> None:
    page = parse(a_page().encode(), "page")
    del page["pix"]
    silent = parse(a_page(quantidadeTotalDeItens=1).encode(), "page")
    del silent["pix"]

    assert [] == booked(read(json.dumps(page)))
    with pytest.raises(StatementError, match="expected 1 entries from"):
        read(json.dumps(silent))


def test_an_answer_in_another_offset_is_for_the_same_range() -> None:
    same = ("2025-06-09T07:00:00-03:00", "2025-06-11T10:00:00.000Z")

    assert [(PIX_ID, 11000)] == booked(read(a_page(a_pix(), asked=same)))


SECOND = a_pix(endToEndId="E2")


@pytest.mark.parametrize(
    ("pages", "reason_code", "words"),
    [
        ([a_page(a_pix(), number=1, pages=2)], "page_missing", "expected page 0 counted from 0"),
        (
            [a_page(a_pix(), pages=2), a_page(SECOND, number=0, pages=2)],
            "page_missing",
            "expected page 1 counted from 0; found page 0",
        ),
        (
            [
                a_page(a_pix(), pages=2, quantidadeTotalDeItens=2),
                a_page(SECOND, number=1, pages=2, quantidadeTotalDeItens=3),
            ],
            "page_missing",
            "expected 2 and 3 entries",
        ),
        (
            [
                a_page(a_pix(), pages=2, quantidadeTotalDeItens=2),
                a_page(a_pix(), number=1, pages=2, quantidadeTotalDeItens=2),
            ],
            "page_repeated",
            PIX_ID,
        ),
        ([a_page(a_pix(), quantidadeTotalDeItens=2)], "page_missing", "expected 2 entries"),
        ([a_page(a_pix(), quantidadeTotalDeItens=0)], "page_missing", "expected 0 entries"),
        ([a_page(pages=3, quantidadeTotalDeItens=0)], "page_missing", "more follows"),
        (
            [a_page(a_pix(), asked=("2025-06-10T00:00:00Z", RANGE[1]))],
            "outside_range",
            "expected from 2025-06-09 10:00:00",
        ),
        (
            [a_page(a_pix(), asked=(RANGE[0], "2025-06-11T09:00:00Z"))],
            "outside_range",
            "another range",
        ),
        ([a_page(a_pix(horario="2025-06-08T10:00:00Z"))], "outside_range", "column 'horario'"),
        ([a_page(), a_page()], "outside_range", "another range"),
    ],
)
def test_an_answer_to_something_else_is_refused(
    pages: list[str], reason_code: str, words: str
) -> None:
    with pytest.raises(StatementError) as refused:
        read(*pages)

    assert (reason_code, True) == (refused.value.reason_code, words in str(refused.value)), refused


def test_a_list_of_refunds_that_changes_while_it_is_read_is_refused() -> None:
    old = a_pix(horario="2025-06-05T12:00:00Z", devolucoes=[a_pix_refund()])
    last = a_pix_page(old, asked=range_of(asked({})[18]), quantidadeTotalDeItens=2)

    with pytest.raises(StatementError, match="changed while it was read"):
        read(a_page(), refunds={18: last})
