"""Where causes are told: the alert, the first page, the workbook, and the proof."""

import json
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from include.reconciliation.config import reports_folder
from include.reconciliation.identifiers import canonical_json, sha256_of
from include.reconciliation.verify import verify
from tests.scenarios.plain_tables import Explained, sold


@pytest.fixture
def folder(explained: Explained) -> Path:
    """The report of a run with two discrepancies, of which one is explained."""
    explained.desk.ledger("L1", 1_000_000)
    explained.desk.ledger("L2", 9999, payment="P2", event="C2")
    explained.deliver(1, sold(), sold("P2", event="C2"))
    run = explained.desk.run()
    [found] = reports_folder().rglob(f"{run['run_id']}/manifest.json")
    return found.parent


def test_the_alert_says_how_much_is_explained(explained: Explained, folder: Path) -> None:
    [alert] = explained.desk.rows(
        "select summary from reconciliation.alerts where name = 'billing_gateway-reconciliation'"
    )
    [message] = explained.desk.rows("select payload from internal.outbox where kind = 'slack'")

    said = "2 discrepancies, EUR 9,900.01: 1 cause explains EUR 9,900.00"
    assert said in alert["summary"]
    assert said in message["payload"]["text"]


def test_the_first_page_and_the_sheet_of_causes_say_it_too(folder: Path) -> None:
    with ZipFile(folder / "discrepancies.xlsx") as book:
        workbook = book.read("xl/workbook.xml").decode()
        texts = "".join(
            book.read(name).decode() for name in book.namelist() if name.endswith(".xml")
        )

    assert 'name="Causes"' in workbook
    assert "2 discrepancies, 9,900.01 EUR: 1 cause explains 9,900.00 EUR." in texts
    assert "amount hundredfold" in texts
    assert "compensating entry of -9,900.00 in all" in texts


def test_the_manifest_counts_what_each_cause_explains(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())

    assert manifest["causes"] == [
        {
            "cause": "amount_hundredfold",
            "currency": "EUR",
            "discrepancies": 1,
            "new_discrepancies": 1,
            "exposure_minor": 990000,
            "delta_minor": -990000,
            "correction": "compensating_entry",
            "correction_minor": -990000,
        },
        {
            "cause": None,
            "currency": "EUR",
            "discrepancies": 1,
            "new_discrepancies": 1,
            "exposure_minor": 1,
            "delta_minor": 1,
            "correction": None,
            "correction_minor": None,
        },
    ]
    assert verify(folder)[0] == []


def _sealed(document: dict[str, Any]) -> bytes:
    document.pop("seal_sha256")
    document["seal_sha256"] = sha256_of(canonical_json(document).encode())
    return (canonical_json(document) + "\n").encode()


def test_a_manifest_that_claims_more_than_the_lines_does_not_hold(folder: Path) -> None:
    path = folder / "manifest.json"
    document = json.loads(path.read_text())
    document["causes"][0]["exposure_minor"] += 1
    path.write_bytes(_sealed(document))

    assert verify(folder)[0] == [
        "cause amount_hundredfold in EUR, exposure_minor: the rows come to 990000, "
        "the manifest says 990001"
    ]


def test_a_cause_of_a_currency_in_which_no_line_is_does_not_hold(folder: Path) -> None:
    path = folder / "manifest.json"
    document = json.loads(path.read_text())
    figures = {"discrepancies": 1, "new_discrepancies": 1, "exposure_minor": 1, "delta_minor": 1}
    document["causes"].append(document["causes"][0] | {"currency": "USD"} | figures)
    path.write_bytes(_sealed(document))

    assert verify(folder)[0] == [
        *(
            f"cause amount_hundredfold in USD, {name}: the rows come to 0, the manifest says 1"
            for name in figures
        ),
        "cause amount_hundredfold in USD: corrections of None in all, not as stated",
    ]
