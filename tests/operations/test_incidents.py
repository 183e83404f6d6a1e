"""One incident per PSP: at which figure it opens, how long it holds, what closes it."""

from __future__ import annotations

import pytest

from tests.operations.conftest import Books

# include/psps.toml: adyen alerts above EUR 1,000.00 and recovers below EUR 100.00.
LIMIT = 100_000
RECOVERED = 10_000


@pytest.mark.parametrize(
    ("exposure_minor", "expected"),
    [
        (LIMIT - 1, []),
        (LIMIT, []),
        (LIMIT + 1, [("open", ["divergence"])]),
    ],
)
def test_an_incident_opens_above_the_limit_and_not_at_it(
    books: Books, exposure_minor: int, expected: list[tuple[str, list[str]]]
) -> None:
    books.publish(open_minor={"EUR": exposure_minor})

    assert expected == books.alerts()
    assert len(expected) == len(books.messages())


def test_an_incident_is_told_once_however_long_it_lasts(books: Books) -> None:
    for more in (1, 2, 2, 3):
        books.publish(open_minor={"EUR": LIMIT + more})

    assert [("open", ["divergence"])] == books.alerts()
    assert [
        "[high] billing_gateway-reconciliation: Adyen: divergence EUR 1,000.01 "
        "(limit EUR 1,000.00; n/a of the gross since then); 1 payments concerned"
    ] == books.messages()


def test_a_second_currency_above_its_limit_is_news(books: Books) -> None:
    books.publish(open_minor={"EUR": LIMIT + 1})
    books.publish(open_minor={"EUR": LIMIT + 1, "BRL": 500_001})

    assert [("open", ["divergence"])] == books.alerts()
    assert 2 == len(books.messages())
