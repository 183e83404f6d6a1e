"""`statement check` over real files of others, where they lie beside the project, all in one go.

What each file deserves was decided from the file and its format, not from what is said of it:
whoever shortened a file or changed its amounts by hand seldom kept its sums.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from include.reconciliation.statement_check.trial import Verdict, trial
from include.reconciliation.statements.formats import FORMATS
from include.reconciliation.statements.reasons import sentence
from tests.statements.conftest import shared_samples

SAMPLES = shared_samples("")
pytestmark = pytest.mark.skipif(
    not SAMPLES.is_dir(), reason="the real files of ../shared/samples do not lie beside the project"
)
# Lines and residual of each statement that is accepted; None where no balances prove it.
Accepted = Sequence[tuple[int, int | None]]
# The reason code, and words of the sentence.
Refused = tuple[str, str]

ADYEN: dict[str, Accepted | Refused] = {
    "adyen/batch_380.csv": [(228, 0)],
    "adyen/report_chargeback.csv": ("wrong_total", "expected 0.00 USD; found -8.83 USD"),
    "adyen/chargeback_reversed.csv": ("wrong_total", "found 51.89 USD"),
    "adyen/deposit_correction.csv": ("wrong_total", "found -200.00 USD"),
    "adyen/donation.csv": [(2, 0)],
    "adyen/donation_reordered.csv": [(2, 0)],
    "adyen/invoice_deduction.csv": ("wrong_total", "found -0.03 USD"),
    "adyen/refund.csv": ("wrong_total", "expected 0.00 USD; found -6.83 USD"),
}
PSPS: dict[str, Accepted | Refused] = {
    # The opening balance is there, the closing one is not.
    "mercadopago/official_doc_sample.csv": [(5, None)],
    "mercadopago/daily-core-missing-columns.csv": [(2, None)],
    # Rows of balances and sums are no lines.
    "mercadopago/daily-core-technical-rows.csv": [(5, 0)],
    "mercadopago/daily-core-valid.csv": [(8, None)],
    # 3.00 AUD of fee credits are in the footers and in no row.
    "paypal/stl.csv": ("wrong_total", "expected 3.00 AUD; found 0.00 AUD"),
    "paypal/stl_brl_refund.csv": [(3, None)],
    "paypal/stl_chargeback_with_fee.csv": [(2, None)],
    "paypal/stl_currency_convert.csv": [(3, None)],
    "stripe/payments_activity.csv": [(1, None), (1, None)],
    # A row for the payout was appended, whose gross less fee is not its net.
    "stripe/settlement_report.csv": ("row_does_not_tie", "expected 24.00 USD; found 23.05 USD"),
    "stripe/settlement_report_giving_basket.csv": [(2, None)],
    "stripe/settlement_report_with_customer_data.csv": [(3, None)],
    # Objects that are in no list.
    "stripe/balance_transaction_txn_fake_ch_fakefakefakefakefake0001.json": (
        "bad_page",
        "found 'balance_transaction'",
    ),
    "stripe/charge_ch_fakefakefakefakefake0001.json": ("unknown_format", "no format knows"),
    "stripe/dispute_dp_fakefakefakefake01.json": ("bad_page", "found 'dispute'"),
    "stripe/dispute_dp_funds_reinstated_full.json": ("bad_page", "found 'dispute'"),
    "stripe/payout_custom_bank_account.json": ("bad_page", "found 'payout'"),
}
BANKS: dict[str, Accepted | Refused] = {
    # Both balances are 100.00, and an entry of 0.01 between them.
    "bai2/citi_example.bai2": ("wrong_total", "a residual of 0.01 GBP"),
    "bai2/nwb_example.bai2": [(5, 0)],
    "bai2/sample1.txt": [(11, None), (6, None)],
    # The numbers of the accounts were masked: one number opens a day with four balances.
    "bai2/sample3.txt": [(lines, 0) for lines in (6, 0, 0, 2, 0, 0, 0, 6, 4, 8, 0, 0, 0, 0, 0)],
    # The balances were generated; the totals tie.
    "cnab240_extrato/bradesco.txt": ("wrong_total", "a residual of 716032.17 BRL"),
    "cnab240_extrato/itau.txt": ("wrong_total", "a residual of 716032.17 BRL"),
    "camt053/duplicate_same_day.xml": [(2, None)],
    "camt053/garbled_amount.xml": ("bad_amount", "found '12..34'"),
    "camt053/v2.all-balance-types.xml": ("wrong_total", "a residual of 5.82 EUR"),
    "camt053/v2.five.decimals.xml": ("wrong_total", "a residual of -0.05 EUR"),
    "camt053/v2.minimal.xml": ("wrong_currency", "in EUR; found '-27.00 SEK'"),
    "camt053/v2.multi.statement.xml": [(1, 0), (1, 0)],
    # The parts of the message are not where they belong, so there is no statement.
    "camt053/v2.wrong.xml": ("empty", "there is no statement"),
    "camt053/camt053.v4.xml": ("wrong_currency", "in EUR; found '-27.00 SEK'"),
    "camt053/camt053.v8.xml": ("wrong_currency", "in EUR; found '-27.00 SEK'"),
    "camt053/camt054.v4.xml": [(1, None)],
    "camt053/parser__valid_example.xml": [(2, 0)],
    # An account in francs with an entry in euros.
    "camt053/valid_example_v8.xml": ("wrong_currency", "expected lines in CHF; found EUR"),
    # The summary counts nine credits, of which two were left.
    "camt053/valid_example_with_batch.xml": ("wrong_total", "expected 9; found 2"),
    "camt053/valid_example_with_debit.xml": ("wrong_total", "a residual of -66.12 EUR"),
}
MT940: dict[str, Accepted | Refused] = {
    "mt940/handelsbank.txt": [(0, 0), (0, 0)],
    # A blank inside of a closing balance.
    "mt940/mt940-headers.txt": ("bad_amount", "11 27421,94"),
    "mt940/iso8859-1.txt": [(2, 0)],
    "mt940/windows-line-breaks.txt": [(2, 0)],
    "mt940/jejik-mt940__generic.txt": [(1, 0), (1, 0)],
    "mt940/ing-dos.txt": ("wrong_total", "a residual of -49.06 EUR"),
    "mt940/knab.txt": ("wrong_total", "a residual of -4500.00 EUR"),
    "mt940/postfinance.txt": ("wrong_total", "a residual of -0.20 CHF"),
    "mt940/DK_Example.sta": [(lines, 0) for lines in (7, 3, 16, 9, 2, 1, 16, 2, 3, 7, 3, 15, 3, 2)],
    "mt940/FI_Example.sta": [(6, 0)],
    # Two pages of a statement, of which the last is not there.
    "mt940/abnamro.sta": ("page_missing", "the last page"),
    # Fields without a statement around them.
    "mt940/account_balance_debit.sta": ("malformed_row", "outside of a statement"),
    "mt940/amount_formats.sta": ("malformed_row", "outside of a statement"),
    "mt940/february_30.sta": [(1, 0)],
    "mt940/mt940__generic.sta": [(1, 0), (1, 0)],
    "mt940/mBank__mt940.sta": [(3, 0)],
    # The statement ties, yet an entry stands behind its end: nobody knows whose it is.
    "mt940/multiline.sta": ("malformed_row", "outside of a statement"),
    "mt940/sepa_mt9401.sta": [
        (lines, 0) for lines in (7, 2, 5, 3, 5, 1, 8, 11, 12, 9, 1, 12, 1, 3, 4, 7, 3, 1, 1, 1)
    ],
    "mt940/with_binary_character.sta": [(3, 0), (1, 0)],
    "mt940/wrapped_timestamp.sta": [(1, 0)],
}
EXPECTED = {**ADYEN, **PSPS, **BANKS, **MT940}
CHAIN = "camt053_chain"


@pytest.fixture
def verdicts(databases):
    """The verdicts on files, in one trial."""

    def check(paths: Sequence[Path]) -> dict[Path, list[Verdict]]:
        with trial(FORMATS) as attempt:
            return {
                path: list(attempt.check(path, None, currency=None, zone="UTC")) for path in paths
            }

    return check


def _expected(path: Path) -> Accepted | Refused:
    """The entry for the end of the file's name: the longest one that fits."""
    folder, name = path.parent.name, path.name
    ends = [
        end
        for end in EXPECTED
        if end.startswith(f"{folder}/") and name.endswith(end.removeprefix(f"{folder}/"))
    ]
    assert ends, f"nobody has said what {folder}/{name} deserves"
    return EXPECTED[max(ends, key=len)]


def _files() -> list[Path]:
    return sorted(path for path in SAMPLES.glob("*/*") if path.parent.name != CHAIN)


def test_every_real_file_has_the_verdict_that_it_deserves(verdicts) -> None:
    found = verdicts(_files())

    assert len(EXPECTED) == len(found)
    for path, own in found.items():
        expected, name = _expected(path), path.name
        if isinstance(expected, tuple):
            reason_code, words = expected
            errors = [verdict.error for verdict in own]
            assert (name, {reason_code}) == (name, {e and e.reason_code for e in errors})
            assert all(e and words in sentence(e) for e in errors), [
                e and sentence(e) for e in errors
            ]
        else:
            assert (name, [None] * len(expected)) == (name, [verdict.error for verdict in own])
            assert (name, list(expected)) == (
                name,
                [(verdict.lines, _residual(verdict)) for verdict in own],
            )


def test_every_statement_of_a_chain_is_accepted_with_all_of_its_entries(verdicts) -> None:
    paths = sorted((SAMPLES / CHAIN).glob("*.xml"))

    found = verdicts(paths)

    assert [] == [verdict.error for own in found.values() for verdict in own if verdict.error]
    assert {path: path.read_bytes().count(b"<Ntry>") for path in paths} == {
        path: sum(verdict.lines for verdict in own) for path, own in found.items()
    }
    # Reports and notices of single movements have no balances.
    proved = [verdict for own in found.values() for verdict in own if verdict.proved_by != "none"]
    assert (32, {0}) == (len(proved), {_residual(verdict) for verdict in proved})


def _residual(verdict: Verdict) -> int | None:
    residuals = {balance.residual_minor for balance in verdict.balances}
    assert len(residuals) == 1
    return residuals.pop()
