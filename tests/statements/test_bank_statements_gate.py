"""BAI2, CNAB240 and OFX through the gate: proved by their balances and totals, or refused whole."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from include.reconciliation.statement_check import run
from include.reconciliation.statements.formats import FORMATS
from tests.statements import bai2_files, cnab240_files, ofx_files
from tests.statements.bai2_files import MOVEMENTS, an_account
from tests.statements.cnab240_files import a_lot
from tests.statements.ofx_files import a_statement

OPENING = "opening + entries = closing"
TRAILERS = "control totals of the trailers"


@pytest.fixture
def verdicts(databases, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """What `statement check` says of each statement in some files."""

    def check(*contents: bytes) -> list[dict[str, Any]]:
        paths = []
        for number, content in enumerate(contents, 1):
            paths.append(tmp_path / f"{number}.txt")
            paths[-1].write_bytes(content)
        run.check(paths, FORMATS, None, currency=None, zone="UTC", as_json=True)
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return check


def entry(amount: int, **fields: str) -> dict[str, str]:
    return cnab240_files.an_entry(amount, **fields)


def test_a_good_file_is_known_by_its_content_and_accepted_in_every_encoding(verdicts) -> None:  # type: ignore[no-untyped-def]
    account = "012345/0000000678901"
    totals = f"{OPENING}; totals of debits and credits"
    expected = {
        bai2_files.a_file(): ("bai2", "4001", f"{OPENING}; {TRAILERS}", [2500, -1000]),
        cnab240_files.a_file(): ("cnab240_statement", account, totals, [50000, -1990]),
        ofx_files.a_file(): ("ofx", "12345-6", "none", [50000, -1990]),
        ofx_files.a_file(header=""): ("ofx", "12345-6", "none", [50000, -1990]),
        ofx_files.a_file(header=ofx_files.XML_HEADER): (
            "ofx",
            "12345-6",
            "none",
            [50000, -1990],
        ),
    }
    encodings = ("utf-8", "utf-8-sig", "utf-16")
    contents = [content.decode().encode(name) for content in expected for name in encodings]

    assert [("accepted", *each) for each in expected.values() for _ in encodings] == [
        (
            found["verdict"],
            found["format"],
            found["account"],
            found["proved_by"],
            [line["amount_minor"] for line in found["lines"]],
        )
        for found in verdicts(*contents)
    ]


CENT = [entry(50000), entry(-1990)]
# Bytes, words of the sentence. Each is a file whose figures do not come to one another.
WRONG: dict[str, tuple[bytes, tuple[str, ...]]] = {
    "bai2 balance": (
        bai2_files.a_file(an_account(*MOVEMENTS, summary="010,100000,,,015,101501,,")),
        ("a residual of -0.01 USD",),
    ),
    "bai2 credits": (
        bai2_files.a_file(an_account(*MOVEMENTS, summary="100,2600,1,,400,1000,1,")),
        ("credits of", "expected 26.00 USD", "found 25.00 USD"),
    ),
    "bai2 debits": (
        bai2_files.a_file(an_account(*MOVEMENTS, summary="100,2500,1,,400,900,1,")),
        ("debits of", "expected 9.00 USD", "found 10.00 USD"),
    ),
    "cnab240 balance": (
        cnab240_files.a_file(a_lot(CENT, trailer={"closing balance": f"{148011:018}"})),
        ("a residual of -0.01 BRL",),
    ),
    "cnab240 debits": (
        cnab240_files.a_file(a_lot(CENT, trailer={"debits": f"{1991:018}"})),
        ("debits of", "expected 19.91 BRL", "found 19.90 BRL"),
    ),
    "cnab240 credits": (
        cnab240_files.a_file(a_lot(CENT, trailer={"credits": f"{49999:018}"})),
        ("credits of", "expected 499.99 BRL", "found 500.00 BRL"),
    ),
}


def test_figures_that_the_lines_do_not_come_to_refuse_the_file(verdicts) -> None:  # type: ignore[no-untyped-def]
    found = verdicts(*(content for content, _ in WRONG.values()))

    assert [("quarantined", "wrong_total", name, ()) for name in WRONG] == [
        (
            verdict["verdict"],
            verdict["reason_code"],
            name,
            tuple(word for word in words if word not in verdict["reason"]),
        )
        for verdict, (name, (_, words)) in zip(found, WRONG.items(), strict=True)
    ]


def test_equal_entries_are_numbered_and_downloads_that_overlap_have_the_same_lines(
    reader_of: Callable[..., Any],
) -> None:
    reader, folder = reader_of("ofx", account="12345-6", currencies="BRL")
    twin = ofx_files.an_entry("-4.50", FITID="X")
    first = a_statement(twin, twin, period="<DTSTART>20260601<DTEND>20260603")
    longer = a_statement(twin, twin, ofx_files.an_entry("7", DTPOSTED="20260604"))
    (folder / "a.ofx").write_bytes(ofx_files.a_file(first))
    (folder / "b.ofx").write_bytes(ofx_files.a_file(longer.replace("<FITID>X", "<FITID>Y")))

    reader.run()

    assert [
        ("2026-06-03 -450 BRL", 1, (("fitid", "Y"),)),
        ("2026-06-03 -450 BRL", 2, (("fitid", "Y"),)),
        ("2026-06-04 700 BRL", 1, (("fitid", "N1"),)),
    ] == sorted(
        (line["line_key"], line["occurrence"], tuple(map(tuple, line["further_references"])))
        for line in reader.lines()
    )


def test_a_file_of_another_account_is_refused(reader_of: Callable[..., Any]) -> None:
    reader, folder = reader_of("bai2", account="4002")
    (folder / "a.bai2").write_bytes(bai2_files.a_file())

    reader.run()

    assert ("quarantined", "wrong_account") == reader.verdict()[:2]
