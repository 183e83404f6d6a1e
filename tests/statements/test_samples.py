"""Real files of others, where they lie beside the project: each has the verdict it deserves."""

from __future__ import annotations

import csv
from decimal import Decimal

import pytest

from include.reconciliation.statements import pages, stripe_lists
from tests.statements.conftest import CONFIGURATION, shared_samples

ADYEN = shared_samples("adyen")
STRIPE = shared_samples("stripe")
ACCOUNTS = ("YOURCOMPANY_ACCOUNT", "WikimediaCOM")
# End of the file's name: account, reason, words of the sentence or the number of lines. Most of the
# files were shortened by hand and no longer add up.
EXPECTED = {
    "batch_380.csv": ("YOURCOMPANY_ACCOUNT", None, 228),
    "chargeback.csv": ("WikimediaCOM", "wrong_total", "found -8.83 USD"),
    "chargeback_reversed.csv": ("WikimediaCOM", "wrong_total", "there is none; found 51.89 USD"),
    "deposit_correction.csv": ("WikimediaCOM", "wrong_total", "there is none; found -200"),
    "donation.csv": ("WikimediaCOM", None, 2),
    "donation_reordered.csv": ("WikimediaCOM", None, 2),
    "invoice_deduction.csv": ("WikimediaCOM", "wrong_total", "there is none; found -0.03"),
    "refund.csv": ("WikimediaCOM", "wrong_total", "found -6.83"),
}
pytestmark = pytest.mark.skipif(
    not ADYEN.is_dir(), reason="the real files of ../shared/samples do not lie beside this checkout"
)


def _files() -> dict[str, str]:
    ends = sorted(EXPECTED, key=len, reverse=True)
    names = sorted(path.name for path in ADYEN.glob("*.csv"))
    return {next(end for end in ends if name.endswith(end)): name for name in names}


@pytest.mark.parametrize("account", ACCOUNTS)
def test_every_real_adyen_file_has_its_verdict(adyen, drop_folder, configure, account: str) -> None:
    configure(text=CONFIGURATION.replace('"ShopEU"', f'"{account}"'))
    adyen.account = account
    folder = drop_folder.parent / account
    folder.mkdir()
    files = {end: name for end, name in _files().items() if EXPECTED[end][0] == account}
    for name in files.values():
        (folder / name).write_bytes((ADYEN / name).read_bytes())

    adyen.run()

    found = {
        row["name"]: row
        for row in adyen.rows("select * from deliveries inner join statements using (delivery_id)")
    }
    assert sorted(EXPECTED) == sorted(_files())
    for end, name in files.items():
        _, reason, detail = EXPECTED[end]
        assert (end, reason) == (end, found[name]["reason_code"])
        if reason is None:
            assert (end, detail) == (end, found[name]["lines"])
        else:
            assert detail in found[name]["quarantine_reason"]


def test_batch_380_has_the_totals_that_its_columns_add_up_to(adyen, drop_folder, configure) -> None:
    configure(text=CONFIGURATION.replace('"ShopEU"', '"YOURCOMPANY_ACCOUNT"'))
    adyen.account = "YOURCOMPANY_ACCOUNT"
    folder = drop_folder.parent / adyen.account
    folder.mkdir()
    path = ADYEN / _files()["batch_380.csv"]
    (folder / path.name).write_bytes(path.read_bytes())
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))

    adyen.run()

    def total(credit: str, debit: str) -> int:
        cents = [Decimal(row[credit] or 0) - Decimal(row[debit] or 0) for row in rows]
        return int(sum(cents) * 100)

    found = adyen.rows(
        "select sum(gross_minor)::bigint as gross, sum(net_minor)::bigint as net, count(*) as lines"
        " from work_statement_lines"
    )
    assert (
        total("Gross Credit (GC)", "Gross Debit (GC)"),
        total("Net Credit (NC)", "Net Debit (NC)"),
        len(rows),
    ) == tuple(found[0].values())


def test_a_real_balance_transaction_is_a_line_of_a_page() -> None:
    line = (
        STRIPE / "dj-stripe__balance_transaction_txn_fake_ch_fakefakefakefakefake0001.json"
    ).read_bytes()

    body = b'{"object": "list", "has_more": false, "data": [' + line + b"]}"
    page = pages.parse(body, "page 1", stripe_lists.page)

    assert "txn_fake_ch_fakefakefakefakefake0001" == page.cursor
