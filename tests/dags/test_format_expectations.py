"""What a format promises is looked at again in published rows: each promise kept, and broken."""

import logging
from dataclasses import replace

import pytest

from include.reconciliation.edges.warehouse import SQL_FOLDER
from include.reconciliation.statements.formats import FORMATS
from include.reconciliation.statements.own_expectations import own_expectations
from include.reconciliation.steps.validate_expectations import (
    documents_folder,
    validate_expectations,
)
from tests.listening import listening

ENTRY = {
    "type": "bank_entry",
    "economic_type": "bank_entry",
    "provider_type": "NTRF",
    "is_expected": False,
    "gross_minor": 9900,
    "fee_minor": None,
}
PAYOUT = {
    "line_key": "merchantpayout||TX7|EUR",
    "provider_type": "MerchantPayout",
    "type": "payout",
    "economic_type": "payout",
    "is_expected": False,
    "gross_minor": None,
    "gross_currency": None,
    "fee_minor": None,
    "net_minor": -9900,
}
CHARGEBACK = {"line_key": "c", "type": "chargeback", "gross_minor": -10000, "net_minor": -10100}
REVERSAL = {"line_key": "r", "type": "reversal"}
SUM = "lines in force of a statement sum to 0 per currency"
BALANCES = "opening + lines in force = closing, where both are stated"
TOTALS = "lines in force sum to the control totals of their statement"
TYPES = "a type is one that the format has, or unknown"
SIGNS = "money comes in or goes out as word and type say"
TIES = "net = gross - fee - tax in one currency"
NET = "a line that has a gross has its net"
# A statement of this format with these lines and totals breaks these promises on so many rows.
CASES = (
    ("adyen_settlement_details", [{}, PAYOUT], [], {}),
    ("adyen_settlement_details", [{}, {**PAYOUT, "net_minor": -9899}], [], {SUM: 1}),
    ("adyen_settlement_details", [{}, {**PAYOUT, "net_currency": "USD"}], [], {SUM: 2}),
    ("mt940", [ENTRY], [("EUR", "opening", 100), ("EUR", "closing", 10000)], {}),
    ("mt940", [ENTRY], [("EUR", "opening", 100), ("EUR", "closing", 10001)], {BALANCES: 1}),
    ("mt940", [], [("EUR", "opening", 100), ("EUR", "closing", 101)], {BALANCES: 1}),
    ("mt940", [ENTRY], [("EUR", "closing", 10001)], {}),
    ("mt940", [ENTRY], [("EUR", "net", 9900), ("EUR", "gross", 9900)], {}),
    ("mt940", [ENTRY], [("EUR", "net", 9900), ("EUR", "gross", 9901)], {TOTALS: 1}),
    ("mt940", [], [("EUR", "net", 9900)], {TOTALS: 1}),
    # Lines that are the account's may have come with an earlier read.
    ("pix", [], [("EUR", "net", 9900)], {}),
    ("pix", [{}, {"line_key": "u", "type": "unknown"}], [], {}),
    ("pix", [{"type": "payout", "is_expected": False}], [], {TYPES: 1}),
    ("mercadopago_settlement_report", [CHARGEBACK, REVERSAL], [], {}),
    (
        "mercadopago_settlement_report",
        [{**CHARGEBACK, "type": "reversal"}, {**REVERSAL, "type": "chargeback"}],
        [],
        {SIGNS: 2},
    ),
    ("mollie_balance_transactions", [{**PAYOUT, "provider_type": "outgoing-transfer"}], [], {}),
    (
        "mollie_balance_transactions",
        [
            {**PAYOUT, "provider_type": "Outgoing-Transfer", "net_minor": 9900},
            {"line_key": "back", "provider_type": "returned-outgoing-transfer"},
        ],
        [],
        {SIGNS: 1},
    ),
    ("stripe_payout_reconciliation", [{"gross_minor": 100, "net_minor": None}], [], {}),
    ("stripe_payout_reconciliation", [{"net_minor": None}], [], {NET: 1}),
    # A report without the columns of its costs does not say what the net lacks.
    ("mercadopago_release_report", [{"fee_minor": None, "tax_minor": None}], [], {}),
    ("mercadopago_release_report", [{"fee_minor": 50, "tax_minor": None}], [], {}),
    ("mercadopago_release_report", [{"fee_minor": 50, "tax_minor": 0}], [], {TIES: 1}),
    ("adyen_settlement_details", [{"fee_minor": 50, "net_minor": 0}], [], {TIES: 1}),
    ("mt940", [{**ENTRY, "net_minor": 1}], [], {TIES: 1}),
)


def failures(books):
    validate_expectations(f"manual__{books.runs}")
    return [causes for state, _, causes in books.alerts() if state == "open"]


@pytest.mark.slow
def test_each_promise_of_a_format_is_kept_or_broken(books):
    cases = {f"Shop{number:02}": case for number, case in enumerate(CASES)}
    for account, (format_, lines, totals, _) in cases.items():
        books.publish("manual__1", *lines, account=account, format_=format_, totals=totals)
    validate_expectations("manual__1")
    expected = {account: broken for account, (*_, broken) in cases.items() if broken}
    assert expected == books.causes()


@pytest.mark.slow
def test_lines_that_an_amendment_left_as_they_were_are_lines_of_it(books):
    balances = [("EUR", "opening", 0), ("EUR", "closing", 9900)]
    books.publish("manual__1", ENTRY, format_="mt940", key="7", totals=balances)
    assert [] == failures(books)

    more = [("EUR", "opening", 0), ("EUR", "closing", 10000), ("EUR", "net", 10000)]
    cent = {**ENTRY, "line_key": "more", "gross_minor": 100, "net_minor": 100}
    books.publish("manual__2", cent, format_="mt940", key="7", totals=more)
    assert [] == failures(books)


@pytest.mark.slow
def test_a_format_has_a_suite_of_its_own_in_the_documents(books):
    books.publish("manual__1", {}, PAYOUT, format_="adyen_settlement_details")
    assert [] == failures(books)
    names = {page.stem for page in (documents_folder("manual__1") / "expectations").rglob("*.html")}
    own = "adyen NorthwindEU {} of adyen_settlement_details"
    assert {own.format("statements"), own.format("statement_lines")} <= names


@pytest.mark.slow
def test_a_format_that_nothing_describes_any_more_is_named(books):
    books.publish("manual__1", {}, format_="an_older_format")
    with listening(validate_expectations.__module__, logging.WARNING) as messages:
        assert [] == failures(books)
    assert ["adyen: nothing describes the formats an_older_format any more"] == messages


def test_each_format_has_expectations_and_each_file_of_them_a_format():
    chosen = {name: {own.breach for own in own_expectations(FORMATS[name])} for name in FORMATS}

    files = {path.stem for path in (SQL_FOLDER / "expectations/formats").glob("*.sql")}
    assert files == set().union(*chosen.values())
    assert all("type_is_not_of_the_format" in own for own in chosen.values())


def test_a_type_that_a_format_has_only_by_its_sign_has_that_sign():
    release = FORMATS["mercadopago_release_report"]
    (signs,) = [own for own in own_expectations(release) if "sign" in own.breach]
    assert ["chargeback", "reserve_hold"] == signs.binds["leaving_types"]
    assert ["reserve_release", "reversal"] == signs.binds["coming_types"]

    word = release.types["release / refund"]
    types = {**release.types, "x": replace(word, type="reversal")}
    (signs,) = [
        own for own in own_expectations(replace(release, types=types)) if "sign" in own.breach
    ]
    assert ["reserve_release"] == signs.binds["coming_types"], "another word has it too"
