"""Pages that came with HTTP 200 and must not be taken all the same."""

from __future__ import annotations

import gzip
import json
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from include.reconciliation.demo.stripe_server import Answer, Behaviour, StripeServer
from include.reconciliation.errors import ConfigurationError, ProviderUnavailable
from include.reconciliation.lab.behaviours.answers import JSON, always, raw
from include.reconciliation.statements import page_reader
from tests.statements.balance_transactions import a_charge

PATH = "/v1/balance_transactions"


def _page(**changes: Any) -> bytes:
    page = {"object": "list", "url": PATH, "has_more": False, "data": [a_charge()], **changes}
    return json.dumps(page).encode()


_NESTED = (
    b'{"object": "list", "has_more": false, "data": [' + b'{"id": ' * 50 + b"1" + b"}" * 50 + b"]}"
)
BAD_PAGES: dict[str, tuple[Behaviour, str]] = {
    "maintenance page": (
        always(200, b"<html>We are back soon</html>", Content_Type="text/html"),
        "html_page",
    ),
    "html that claims to be json": (always(200, b"<html>We are back soon</html>"), "html_page"),
    "nothing": (always(200, b""), "empty"),
    "cut in the headers": (raw(b"HTTP/1.1 200 OK\r\nContent-Le"), "empty"),
    "cut, the length says so too": (always(200, _page()[:-40]), "bad_json"),
    "gzip, cut": (
        always(200, gzip.compress(_page() * 1)[:-30], Content_Encoding="gzip"),
        "bad_json",
    ),
    "gzip, twice": (always(200, gzip.compress(_page()) * 2, Content_Encoding="gzip"), "bad_json"),
    "a key twice": (
        always(200, _page().replace(b'"net": 9610', b'"net": 9610, "net": 1')),
        "bad_json",
    ),
    "not a number": (always(200, _page().replace(b"9610", b"NaN")), "bad_json"),
    "infinity": (always(200, _page().replace(b"9610", b"Infinity")), "bad_json"),
    "far too large": (
        always(200, _page().replace(b'"exchange_rate": null', b'"exchange_rate": 1e400')),
        "bad_json",
    ),
    "fraction": (always(200, _page().replace(b"9610", b"9610.0")), "bad_json"),
    "comma too many": (always(200, _page()[:-1] + b",}"), "bad_json"),
    "nested": (always(200, _NESTED), "bad_json"),
    "nested deeper": (always(200, b"[" * 100_000), "bad_json"),
    "utf-16": (always(200, _page().decode().encode("utf-16")), "bad_encoding"),
    "nul": (always(200, _page().replace(b"ORD-1", rb"\u0000")), "bad_page"),
    "amount as text": (always(200, _page().replace(b'"net": 9610', b'"net": "9610"')), "bad_page"),
    "other list": (always(200, _page(object="search_result")), "bad_page"),
    "no list": (always(200, b"[]"), "bad_page"),
    "no has_more": (always(200, _page(has_more=None)), "bad_page"),
    "no data": (always(200, _page(data={})), "bad_page"),
    "line without id": (always(200, _page(data=[{"amount": 1}])), "bad_page"),
    "more after nothing": (always(200, _page(has_more=True, data=[])), "page_missing"),
    "the same page for ever": (always(200, _page(has_more=True)), "page_repeated"),
    "a line twice": (always(200, _page(data=[a_charge(), a_charge()])), "page_repeated"),
    "a line of last year": (
        always(200, _page(data=[a_charge(created=1_700_000_000)])),
        "outside_range",
    ),
}


def test_every_page_that_is_none_is_kept_and_refused(stripe, configure, monkeypatch) -> None:
    monkeypatch.setattr(page_reader.time, "sleep", lambda seconds: None)
    found = {}
    for name, (behaviour, _) in BAD_PAGES.items():
        with StripeServer([], behaviour=behaviour) as server:
            configure(server.url)
            counted = stripe.run()
        found[name] = (*stripe.verdict()[:2], counted["accepted"], counted["lines"])

    assert {name: ("quarantined", reason, 0, 0) for name, (_, reason) in BAD_PAGES.items()} == found


def test_json_under_another_content_type_is_not_taken(stripe, configure) -> None:
    with StripeServer([], behaviour=always(200, _page(), Content_Type="text/plain")) as server:
        configure(server.url)
        with pytest.raises(ProviderUnavailable, match="text/plain"):
            stripe.run()


def test_a_page_that_was_cut_on_its_way_is_read_again(stripe, configure) -> None:
    def cut_first(handler: BaseHTTPRequestHandler, number: int, answer: Answer) -> Answer:
        return Answer(200, answer.body[:-20], JSON) if number == 1 else answer

    with StripeServer([a_charge()], behaviour=cut_first) as server:
        configure(server.url)
        counted = stripe.run()

    assert {"accepted": 1, "quarantined": 0, "lines": 1} == counted


def test_a_key_that_is_withdrawn_between_two_pages_leaves_nothing(stripe, configure) -> None:
    def withdraw(handler: BaseHTTPRequestHandler, number: int, answer: Answer) -> Answer:
        return answer if number == 1 else Answer(401, b"{}", JSON)

    with StripeServer([a_charge(number) for number in range(150)], behaviour=withdraw) as server:
        configure(server.url)
        with pytest.raises(ConfigurationError, match="refuses the key"):
            stripe.run()

    assert [0] == stripe.values("select count(*) from deliveries")


def test_a_page_that_ignores_the_size_asked_for_is_read_all_the_same(stripe, configure) -> None:
    lines = [a_charge(number) for number in range(300)]
    page = json.dumps({"object": "list", "has_more": False, "data": lines}).encode()
    with StripeServer([], behaviour=always(200, page)) as server:
        configure(server.url)
        counted = stripe.run()

    assert 300 == counted["lines"]
