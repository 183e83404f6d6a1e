"""A tolerance in psps.toml: exact, per currency, and refused with its path when it is empty."""

from __future__ import annotations

from pathlib import Path

import pytest

from include.reconciliation import config
from include.reconciliation.errors import ConfigurationError
from include.reconciliation.tolerances import (
    DateTolerance,
    Tolerance,
    Tolerances,
    longest_days,
    rule_versions,
)

ENTRY = """
[[psp]]
name = "adyen"
format = "adyen_settlement_details"
zone = "Europe/Amsterdam"
accounts = ["Shop"]
statements = { due = "daily" }
settlement = { days = 1 }
[psp.limits]
EUR = { alert_above_minor = 2, recovered_below_minor = 1 }
USD = { alert_above_minor = 2, recovered_below_minor = 1 }
[psp.tolerances]
"""


@pytest.fixture
def load(tmp_path: Path):
    """The entry of the one PSP, with these lines as its tolerances."""

    def loaded(lines: str, *, entry: str = ENTRY) -> config.Psp:
        path = tmp_path / "psps.toml"
        path.write_text(entry + lines)
        return config.load(path).psp("adyen")

    return loaded


def test_a_tolerance_is_of_one_currency_and_one_measure(load) -> None:
    psp = load(
        'EUR = { amount = { minor = 50, percent = "1" }, fee = { minor = 2 } }\n'
        'USD = { tax = { percent = "0.0001" }, date = { business_days = 2 } }\n'
    )

    assert psp.tolerances == {
        "EUR": Tolerances(amount=Tolerance(minor=50, ppm=10_000), fee=Tolerance(minor=2)),
        "USD": Tolerances(tax=Tolerance(ppm=1), date=DateTolerance(2)),
    }


def test_without_an_entry_nothing_is_tolerated(load) -> None:
    assert load("").tolerances == {}


def test_the_rules_of_a_run_hold_the_tolerances(load) -> None:
    rules = load('EUR = { amount = { percent = "0.25" } }').rules()

    assert rules["tolerances"] == {
        "EUR": {"amount": {"minor": None, "ppm": 2500}, "fee": None, "tax": None, "date": None}
    }


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("EUR = {}", "tolerances.EUR: says nothing; give one of amount, fee, tax, date"),
        ("EUR = { amount = {} }", "tolerances.EUR.amount: a tolerance needs 'minor', 'percent'"),
        ("EUR = { date = {} }", "tolerances.EUR.date: the key 'business_days' is missing"),
        ("EUR = { amount = 5 }", "tolerances.EUR: amount must be a table, found 5"),
        ("EUR = 5", "tolerances.EUR: expected a table, found 5"),
        ("EUR = { amount = { minor = -1 } }", "tolerances.EUR.amount: minor = -1: must be a whole"),
        ("EUR = { amount = { minor = 0 } }", "tolerances.EUR.amount: minor = 0: must be a whole"),
        ("EUR = { amount = { minor = 1.5 } }", "tolerances.EUR.amount: minor = 1.5: must be a who"),
        ("EUR = { amount = { minor = true } }", "tolerances.EUR.amount: minor = True: must be a"),
        ("EUR = { fee = { percent = 1 } }", "tolerances.EUR.fee: percent = 1: must be a text such"),
        ("EUR = { fee = { percent = 0.1 } }", "tolerances.EUR.fee: percent = 0.1: must be a text"),
        ('EUR = { fee = { percent = "0,1" } }', "tolerances.EUR.fee: percent = '0,1': must be a t"),
        ('EUR = { fee = { percent = "-1" } }', "tolerances.EUR.fee: percent = '-1': must be a tex"),
        ('EUR = { fee = { percent = "0.00001" } }', "with at most 4 decimals"),
        ('EUR = { fee = { percent = "0" } }', "percent = '0': must be more than 0 and less than"),
        ('EUR = { fee = { percent = "100" } }', "percent = '100': must be more than 0 and less"),
        ('EUR = { fee = { percent = "250.5" } }', "percent = '250.5': must be more than 0 and les"),
        ("EUR = { date = { business_days = 0 } }", "tolerances.EUR.date: business_days = 0: must"),
        ("EUR = { date = { business_days = 32 } }", "whole number of business days, from 1 to 31"),
        ("EUR = { date = { business_days = 1.5 } }", "whole number of business days, from 1 to 31"),
        ("EUR = { date = { business_days = true } }", "whole number of business days, from 1 to"),
        ("EUR = { date = { days = 1 } }", "tolerances.EUR.date: the key 'business_days' is miss"),
        ("EUR = { ammount = { minor = 1 } }", "tolerances.EUR: unknown keys ['ammount']"),
        ("EUR = { amount = { minor = 1, ppm = 1 } }", "tolerances.EUR.amount: unknown keys ['ppm"),
        ("EUX = { amount = { minor = 1 } }", "'EUX' is no currency of this entry's limits; known"),
        ("GBP = { amount = { minor = 1 } }", "'GBP' is no currency of this entry's limits; known"),
    ],
)
def test_what_tolerates_nothing_or_anything_is_refused_with_its_path(
    load, lines: str, told: str
) -> None:
    with pytest.raises(ConfigurationError) as refused:
        load(lines)

    assert told in str(refused.value)
    assert str(refused.value).startswith("psps.toml, psp 1 (adyen), tolerances")


def test_a_month_of_days_is_tolerated_at_most(load) -> None:
    assert load("EUR = { date = { business_days = 31 } }").tolerances == {
        "EUR": Tolerances(date=DateTolerance(31))
    }


def test_the_most_days_are_those_of_the_most_patient_currency() -> None:
    patient = {
        "EUR": Tolerances(date=DateTolerance(2)),
        "USD": Tolerances(date=DateTolerance(5)),
        "JPY": Tolerances(fee=Tolerance(minor=1)),
    }

    assert longest_days(patient) == 5
    assert longest_days({"JPY": patient["JPY"]}) == 0


def test_days_are_not_tolerated_where_they_are_not_compared(load) -> None:
    entry = ENTRY.replace("days = 1", "days = 1, compare_dates = false")

    with pytest.raises(ConfigurationError, match=r"need settlement\.compare_dates, which is false"):
        load("EUR = { date = { business_days = 1 } }", entry=entry)


def test_a_version_names_the_criteria_of_each_currency() -> None:
    versions = rule_versions(
        {
            "USD": Tolerances(amount=Tolerance(minor=1)),
            "EUR": Tolerances(amount=Tolerance(minor=50, ppm=2500), date=DateTolerance(1)),
        },
        "7",
    )

    amounts = "7: EUR at most 50 minor units and 0.25 %; USD at most 1 minor unit"
    assert versions == {
        "amount_within_tolerance": amounts,
        "totals_within_tolerance": amounts,
        "date_within_tolerance": "7: EUR at most 1 business day",
    }


@pytest.mark.parametrize(
    ("tolerance", "words"),
    [
        (Tolerance(minor=1), "at most 1 minor unit"),
        (Tolerance(minor=2), "at most 2 minor units"),
        (Tolerance(ppm=10_000), "at most 1 %"),
        (Tolerance(ppm=125_000), "at most 12.5 %"),
        (Tolerance(ppm=1), "at most 0.0001 %"),
        (Tolerance(minor=3, ppm=100_000), "at most 3 minor units and 10 %"),
    ],
)
def test_criteria_are_told_in_minor_units_and_per_cent(tolerance: Tolerance, words: str) -> None:
    assert tolerance.words() == words
