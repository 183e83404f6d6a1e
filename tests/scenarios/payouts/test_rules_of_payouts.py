"""What the configuration says of payouts and banks, and what of it is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from include.reconciliation import config
from include.reconciliation.errors import ConfigurationError
from include.reconciliation.statements.formats import FORMATS, basis_of, refuse_misfits
from tests.scenarios.conftest import Desk
from tests.scenarios.payouts.conftest import BANK, payouts_toml
from tests.scenarios.payouts.own_format import own_toml


def refused(tmp_path: Path, text: str) -> str:
    """The sentence with which a configuration is refused."""
    path = tmp_path / "psps.toml"
    path.write_text(text)
    with pytest.raises(ConfigurationError) as told:
        config.load(path)
    return str(told.value)


def test_a_claim_rule_without_a_criterion_is_refused(tmp_path: Path) -> None:
    assert "it has no criterion, so it would claim every line" in refused(
        tmp_path, payouts_toml("")
    )


@pytest.mark.parametrize(
    ("claim", "said"),
    [
        ('reference = "[A-Z"', "is no regular expression"),
        ('reference = "(TX)(XT)"', "may have one group"),
        ('reference = ".*"', "matches an empty text"),
        (r"reference = '\d+'", "may hold characters"),
        (r"reference = '(TX[0-9A-Z]++XT)'", "has a + after a repetition"),
        (r"reference = '(TX[0-9A-Z]{1,300}XT)'", "up to 255 times"),
        (r"reference = '(TX[0-9A-Z]{,3}XT)'", "may repeat as {n}, {n,} or {n,m}"),
        (r"reference = '((?:TX[0-9]{200}){200})'", "it grows too large"),
        (r"reference = '(TX[[:digit:]]+)'", "may hold characters"),
        (r'reference = "TX\u0000"', "without control or direction characters"),
        (r'counterparty_name = "ADYEN\u0000"', "without control or direction characters"),
        ('reference = "."', "matches a text that says nothing"),
        ('reference = "(.+)"', "matches a text that says nothing"),
        ('reference = "[^,]{3}"', "matches a text that says nothing"),
        ('reference = "(?:[A-Z]+)+"', "matches a text that says nothing"),
        ('counterparty_name = "NV"', "three characters or more"),
        ('reference = "TX"\ndeposit_grace = "soon"', "is not a time span"),
        (
            'reference = "TX"\ndeposit_grace = "32d"',
            "payouts.bank: deposit_grace = '32d': must be 31 days or less: so long nobody",
        ),
        ('reference = "TX"\ncolour = "red"', "unknown keys ['colour']"),
    ],
)
def test_a_claim_rule_that_can_not_be_meant_is_refused(
    tmp_path: Path, claim: str, said: str
) -> None:
    assert said in refused(tmp_path, payouts_toml(claim))


@pytest.mark.parametrize(
    "expression",
    [
        *(r"(TX[0-9A-Z]+XT)", r"(po_[0-9]+)", r"((?:po_)?TX[0-9A-Z]+XT)", r"([A-Z]{4}[0-9]{12})"),
        *(r"PAYOUT\+{2}", r"TX[*+]+X", r"TX[]}+]X", r"(?:TX|UTR)\++ [^ ]*", r"\{REF\}"),
    ],
)
def test_an_expression_that_is_taken_is_one_of_postgresql_too(
    tmp_path: Path, desk: Desk, expression: str
) -> None:
    path = tmp_path / "psps.toml"
    path.write_text(payouts_toml(f"reference = '{expression}'"))
    [psp] = config.load(path).psps

    assert psp.payouts is not None and psp.payouts.bank is not None
    assert psp.payouts.bank.reference == expression
    assert desk.rows("select 'x' ~ %s as found", expression) == [{"found": False}]


def test_an_entity_without_a_shape_is_refused(tmp_path: Path) -> None:
    report = '[psp.report]\nentity = "A\\u0000B"\n'
    text = payouts_toml().replace("[psp.payouts]", f"{report}[psp.payouts]")

    assert "report: entity = 'A\\x00B': must be a text without control" in refused(tmp_path, text)


def test_a_name_that_nobody_has_is_told_with_the_banks(tmp_path: Path) -> None:
    path = tmp_path / "psps.toml"
    path.write_text(payouts_toml())

    with pytest.raises(ConfigurationError, match=r"known: adyen; nor a bank .*; known: hausbank$"):
        config.load(path).psp("hausbonk")


def test_a_rule_of_a_bank_account_that_nobody_describes_is_refused(tmp_path: Path) -> None:
    text = payouts_toml().replace('account = "hausbank/', 'account = "otherbank/')

    assert "there is no bank account otherbank/" in refused(tmp_path, text)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('currencies = ["EUR", "USD"]\n', ""), "the key 'currencies' is missing"),
        (
            ('currencies = ["EUR", "USD"]', "currencies = []"),
            "psps.toml, bank 1: currencies = []: expected the codes that the accounts are in, "
            'found none; give one at least, such as ["EUR"]',
        ),
        (('name = "hausbank"', 'name = "adyen"'), "needs an entry of its own name"),
        (("[bank.statements]", "[bank.gateway]\n[bank.statements]"), "gateway are of PSPs"),
    ],
)
def test_a_bank_that_can_not_be_meant_is_refused(
    tmp_path: Path, change: tuple[str, str], said: str
) -> None:
    text = payouts_toml()
    if "name =" in change[0]:
        text = text.replace("hausbank/", "adyen/")

    assert said in refused(tmp_path, text.replace(*change))


def test_a_bank_with_the_format_of_a_psp_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "psps.toml"
    path.write_text(payouts_toml().replace('"camt"', '"stripe_payouts"'))

    with pytest.raises(ConfigurationError) as told:
        refuse_misfits(config.load(path))

    assert str(told.value) == (
        "psps.toml, bank 1 (hausbank): format = 'stripe_payouts': expected the format of a bank's "
        "statements, found that of a PSP; give one of bai2, camt, cnab240_statement, mt940, ofx, "
        "or declare one with [[format]]"
    )


def test_a_bank_with_the_format_of_a_bank_or_a_declared_one_is_taken(tmp_path: Path) -> None:
    for format_ in ("bai2", "camt", "cnab240_statement", "mt940", "ofx"):
        path = tmp_path / f"{format_}.toml"
        path.write_text(payouts_toml().replace('"camt"', f'"{format_}"'))
        refuse_misfits(config.load(path))
    path = tmp_path / "declared.toml"
    entries, mark, declared = own_toml().partition("[[format]]")
    path.write_text(f"{entries}{BANK.replace('camt', 'own_csv')}{mark}{declared}")
    refuse_misfits(config.load(path))


def test_a_bank_is_found_by_its_name_and_is_no_psp(tmp_path: Path) -> None:
    path = tmp_path / "psps.toml"
    path.write_text(payouts_toml())

    loaded = config.load(path)

    assert [psp.name for psp in loaded.psps] == ["adyen"]
    assert loaded.psp("hausbank").format == "camt"
    assert 'name = "hausbank"' in BANK


def test_of_each_format_it_is_known_what_makes_a_batch() -> None:
    bases = {name: basis_of(format_) for name, format_ in FORMATS.items()}

    assert {name for name, basis in bases.items() if basis == "statement"} == {
        "adyen_settlement_details"
    }
    assert {name for name, basis in bases.items() if basis == "reference"} == {
        "checkout_financial_actions",
    }
    assert {name for name, basis in bases.items() if basis == "sum_of_lines"} == {
        "razorpay_settlements",
        "stripe_payout_reconciliation",
    }
