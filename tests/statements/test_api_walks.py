"""How a list is asked for page by page, and that the same walk proves that no page is missing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from include.reconciliation.errors import ConfigurationError, StatementError
from include.reconciliation.statements import razorpay_settlements
from include.reconciliation.statements.api_pages import (
    Api,
    Page,
    Request,
    Walk,
    entry_of,
    following,
)
from include.reconciliation.statements.description import ParsedFormat
from include.reconciliation.statements.mollie_balance_transactions import (
    MOLLIE_BALANCE_TRANSACTIONS,
)
from include.reconciliation.statements.parsed import Event, Line, StatementStart
from include.reconciliation.statements.razorpay_settlements import RAZORPAY_SETTLEMENTS
from include.reconciliation.statements.strict_json import parse
from include.reconciliation.statements.stripe_payouts import STRIPE_PAYOUTS
from tests.statements.api_answers import (
    a_balance_page,
    a_balance_transaction,
    a_collection,
    a_payout,
    a_payout_page,
    an_item,
)

READ_FROM = datetime(2025, 6, 9, 10, tzinfo=UTC)
READ_TO = datetime(2025, 6, 11, 10, tzinfo=UTC)
LATER = 1749549600 + 60


def api_of(format_: ParsedFormat) -> Api:
    """What the format says of its API."""
    assert format_.api is not None
    return format_.api


def asked(format_: ParsedFormat, *answers: str, account: str = "acct") -> list[Request]:
    """What is asked for when these answers come, one for each request."""
    api = api_of(format_)
    assert api.ask is not None
    walk = api.ask(account, READ_FROM, READ_TO)
    requests: list[Request] = []
    request: Request | None = next(walk)
    for number, answer in enumerate(answers, 1):
        assert request is not None, f"answer {number} is too many"
        requests.append(request)
        page = api.page(entry_of(parse(answer.encode(), "page"), "page"))
        request = following(walk, page)
    assert request is None, "something more is asked for"
    return requests


def read(format_: ParsedFormat, *answers: str, account: str = "acct") -> list[Event]:
    """The statement of these answers."""
    return list(
        api_of(format_).read_range(
            [(f"page {number}", answer.encode()) for number, answer in enumerate(answers, 1)],
            account=account,
            read_from=READ_FROM,
            read_to=READ_TO,
            zone="UTC",
            name="the read",
        )
    )


def line_keys(found: list[Event]) -> list[str]:
    return [event.line_key for event in found if isinstance(event, Line)]


def test_payouts_are_asked_for_by_the_time_they_were_made_and_after_the_last_one() -> None:
    pages = (
        a_payout_page(a_payout(id="po_2", created=LATER), has_more=True),
        a_payout_page(a_payout()),
    )
    range_ = (("limit", "100"), ("created[gte]", "1749463200"), ("created[lt]", "1749636000"))

    assert [
        Request("/v1/payouts", range_),
        Request("/v1/payouts", (*range_, ("starting_after", "po_2"))),
    ] == asked(STRIPE_PAYOUTS, *pages)
    assert ["po_2", "po_1"] == line_keys(read(STRIPE_PAYOUTS, *pages))


def test_a_read_is_known_by_its_range_and_proves_the_whole_days_in_it() -> None:
    start = read(STRIPE_PAYOUTS, a_payout_page())[0]

    assert isinstance(start, StatementStart)
    assert ("the read", date(2025, 6, 10), date(2025, 6, 10)) == (
        start.statement_key,
        start.period_from,
        start.period_to,
    )


def test_settlements_are_asked_for_by_the_day_in_india_and_a_full_page_by_what_it_skips(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(razorpay_settlements, "PAGE_LINES", 2)
    full = a_collection(an_item(), an_item(entity_id="pay_2"))
    pages = (a_collection(), full, a_collection(an_item(entity_id="pay_3")), a_collection())

    requests = asked(RAZORPAY_SETTLEMENTS, *pages)

    assert [("09", "0"), ("10", "0"), ("10", "2"), ("11", "0")] == [
        (dict(request.query)["day"], dict(request.query)["skip"]) for request in requests
    ]
    assert ["pay_1", "pay_2", "pay_3"] == line_keys(read(RAZORPAY_SETTLEMENTS, *pages))


def test_what_a_day_brings_from_before_the_range_belongs_to_another_read() -> None:
    early = an_item(entity_id="pay_0", settled_at=int(READ_FROM.timestamp()) - 1)
    late = an_item(entity_id="pay_9", settled_at=int(READ_TO.timestamp()))
    pages = (a_collection(early), a_collection(an_item()), a_collection(late))

    assert ["pay_1"] == line_keys(read(RAZORPAY_SETTLEMENTS, *pages))


def test_a_balance_is_read_back_to_the_start_of_the_range() -> None:
    old = (READ_FROM - timedelta(seconds=1)).isoformat()
    pages = (
        a_balance_page(a_balance_transaction(), next_id="baltr_0"),
        a_balance_page(a_balance_transaction(id="baltr_0", createdAt=old), next_id="baltr_x"),
    )
    path = "/v2/balances/bal_1/transactions"

    assert [
        Request(path, (("limit", "250"),)),
        Request(path, (("limit", "250"), ("from", "baltr_0"))),
    ] == asked(MOLLIE_BALANCE_TRANSACTIONS, *pages, account="bal_1")
    found = read(MOLLIE_BALANCE_TRANSACTIONS, *pages, account="bal_1")
    assert ["baltr_1"] == line_keys(found)


def test_an_account_that_is_no_balance_is_never_part_of_a_path() -> None:
    with pytest.raises(ConfigurationError, match="no balance of Mollie"):
        asked(MOLLIE_BALANCE_TRANSACTIONS, a_balance_page(), account="../payments")


@pytest.mark.parametrize(
    ("pages", "reason_code", "words"),
    [
        ([a_payout_page(a_payout(), has_more=True)], "page_missing", "expected page 2"),
        ([a_payout_page(has_more=True)] * 2, "page_missing", "a page that nobody asked for"),
        ([a_payout_page(a_payout()), a_payout_page()], "page_missing", "nobody asked for"),
        (
            [a_payout_page(a_payout(), has_more=True), a_payout_page(a_payout())],
            "page_repeated",
            "",
        ),
        ([a_payout_page(a_payout(created=1749636000))], "outside_range", "until before 2025-06-11"),
        (['{"object": "list"'], "bad_json", "file page 1"),
        (["[]"], "bad_page", "a JSON object"),
    ],
)
def test_a_read_that_is_not_whole_is_refused(
    pages: list[str], reason_code: str, words: str
) -> None:
    with pytest.raises(StatementError) as refused:
        read(STRIPE_PAYOUTS, *pages)

    assert (reason_code, True) == (refused.value.reason_code, words in str(refused.value)), refused


def test_a_list_that_leads_back_to_a_page_it_has_given_is_refused_though_it_ends() -> None:
    def ask(account: str, read_from: datetime, read_to: datetime) -> Walk:
        page = yield Request("/list", ())
        while page.has_more:
            page = yield Request("/list", (("after", page.cursor or ""),))

    api = Api(
        page=lambda answer: Page([answer], answer.value["next"] is not None, answer.value["next"]),
        lines=lambda entry, zone: iter(()),
        zone="UTC",
        proved_by="pages",
        ask=ask,
    )
    # The third answers the second question otherwise: what the second one held would be lost.
    answers = ('{"line": 1, "next": "x"}', '{"line": 2, "next": "x"}', '{"line": 3, "next": null}')
    bodies = [(f"page {number}", answer.encode()) for number, answer in enumerate(answers, 1)]

    with pytest.raises(StatementError, match="page 3") as refused:
        list(
            api.read_range(
                bodies,
                account="acct",
                read_from=READ_FROM,
                read_to=READ_TO,
                zone="UTC",
                name="the read",
            )
        )
    assert "page_repeated" == refused.value.reason_code
