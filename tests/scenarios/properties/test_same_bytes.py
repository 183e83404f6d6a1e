"""Same inputs, same bytes: whatever the host, the order of writing and the size of the pieces."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from include.reconciliation.demo.stripe_server import DEFAULT_KEY, StripeServer
from include.reconciliation.edges import ledger_source, volumes
from include.reconciliation.identifiers import sha256_of
from include.reconciliation.local.layout import PROJECT_ROOT
from include.reconciliation.steps import (
    match_transactions,
    write_discrepancy_report,
)
from include.reconciliation.verify import verify
from tests.scenarios.properties.books import Book, random_book
from tests.scenarios.properties.conftest import Place
from tests.scenarios.test_over_an_api import ENTRY, Api, a_charge

_PAGE = StripeServer._page
WINDOWS = (
    ("2026-03-02T00:00:00+00:00", "2026-03-05T00:00:00+00:00"),
    ("2026-03-05T00:00:00+00:00", "2026-03-06T00:00:00+00:00"),
)
PLAIN = {"TZ": "UTC", "LC_ALL": "C.utf8", "PYTHONHASHSEED": "0"}
HOSTS = (
    # A day ahead of UTC; bytes without a meaning above 127; another order of sets.
    {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONHASHSEED": "1"},
    # Clocks that change, a decimal comma, a locale that may not be there.
    {"TZ": "America/Sao_Paulo", "LC_ALL": "pt_BR.UTF-8", "LANG": "pt_BR", "PYTHONHASHSEED": "4242"},
    {
        "TZ": "Asia/Kathmandu",
        "LC_ALL": "tr_TR.UTF-8",
        "PGTZ": "Asia/Tokyo",
        "PGDATESTYLE": "German",
        "PYTHONHASHSEED": "7",
    },
)


def two_runs(there: Place, book: Book, order: int, reconcile: Callable[[int], None]) -> None:
    """Half of the book before each run, written in an order of its own."""
    shuffled = random_book(5).shuffled(Random(order)) if order else book
    known = {entry.id for entry in book.entries[::2]}
    taken = {taking.event for taking in book.takings[::3]}
    for number in range(2):
        there.book(
            Book(
                [entry for entry in shuffled.entries if (entry.id in known) is (number == 0)],
                [],
                [taking for taking in shuffled.takings if (taking.event in taken) is (number == 0)],
            )
        )
        batches = [2 * number + 1, 2 * number + 2]
        for batch in batches[:: -1 if order % 2 else 1]:
            there.batch(batch, book.lines[batch - 1 :: 4])
        reconcile(number)


def files_of(there: Place) -> dict[str, str]:
    """Each report file of both runs and its hash; each folder proves itself."""
    folders = sorted(path.parent for path in (there.root / "reports").rglob("manifest.json"))
    assert [[], []] == [verify(folder)[0] for folder in folders]
    return {
        path.relative_to(there.root).as_posix(): sha256_of(path.read_bytes())
        for path in sorted((there.root / "reports").rglob("*"))
        if path.is_file()
    }


def in_a_process(name: str, host: dict[str, str]) -> Callable[[int], None]:
    """Reconciles in a process of its own, on a host like that."""

    def reconcile(number: int) -> None:
        subprocess.run(
            [
                sys.executable,
                "-m",
                "tests.scenarios.properties.in_a_process",
                name,
                *WINDOWS[number],
            ],
            check=True,
            cwd=PROJECT_ROOT,
            env=os.environ | PLAIN | host,
        )

    return reconcile


def on_hosts(
    place: Callable[..., Place], hosts: tuple[dict[str, str], ...]
) -> list[dict[str, str]]:
    """The files of the same book on each host, written in another order on each."""
    book = random_book(5)
    found = []
    for number, host in enumerate(hosts):
        there = place()
        two_runs(there, book, number, in_a_process(f"host-{number}", host))
        found.append(files_of(there))
    return found


def test_time_zone_locale_hash_seed_and_order_of_writing_never_change_a_byte(
    place: Callable[..., Place],
) -> None:
    first, *others = on_hosts(place, ({}, *HOSTS))

    names = [Path(name).name for name in first]
    assert [2, 2, 2] == [
        names.count(name) for name in ("manifest.json", "discrepancies.xlsx", "matches.ndjson")
    ]
    for host, files in zip(HOSTS, others, strict=True):
        assert (host, []) == (host, sorted({name for name, _ in first.items() ^ files.items()}))


def test_the_size_of_what_is_read_and_written_at_once_never_changes_a_byte(
    place: Callable[..., Place], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows fetched one by one, small blocks, each load a partition, each joiner paired anew."""
    [usual] = on_hosts(place, ({},))
    monkeypatch.setattr(write_discrepancy_report, "_CURSOR_ROWS", 1)
    monkeypatch.setattr(ledger_source, "_BLOCK_BYTES", 7)
    monkeypatch.setattr(volumes, "ROWS_FROM", 1)
    monkeypatch.setattr(match_transactions, "JOINERS_MAX", 0)
    there = place()
    two_runs(there, random_book(5), 0, lambda number: _in_this_process(there, number))

    assert usual == files_of(there)


def _in_this_process(there: Place, number: int) -> None:
    start, end = (moment.replace("+00:00", "Z") for moment in WINDOWS[number])
    there.desk.run(start, end)


def test_a_report_folder_holds_no_path_of_the_host(place: Callable[..., Place]) -> None:
    there = place()
    two_runs(there, random_book(5), 0, lambda number: _in_this_process(there, number))
    texts = [
        path.read_bytes()
        for path in Path(there.root / "reports").rglob("*")
        if path.suffix in (".csv", ".ndjson", ".json")
    ]

    assert texts
    assert not [text for text in texts if str(there.root).encode() in text]


def test_the_size_of_an_apis_page_changes_no_byte_of_the_proof(
    place: Callable[..., Place], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The manifest names the pages as they were read; what all of them prove is the same."""
    monkeypatch.setenv(
        "AIRFLOW_CONN_STRIPE", json.dumps({"conn_type": "generic", "password": DEFAULT_KEY})
    )
    proofs = [_proof_of_pages(place, monkeypatch, rows_per_page) for rows_per_page in (7, 2, 1)]

    assert {"discrepancies.ndjson", "fees.ndjson", "matches.ndjson"} <= proofs[0].keys()
    assert [proofs[0]] * 3 == proofs


def _proof_of_pages(
    place: Callable[..., Place], monkeypatch: pytest.MonkeyPatch, rows_per_page: int
) -> dict[str, str]:
    there = place(gateway="")
    with StripeServer([]) as server:
        with (there.root / "psps.toml").open("a") as configuration:
            configuration.write(ENTRY % {"endpoint": server.url})
        api = Api(there.desk, server)
        for number in range(1, 6):
            charge = a_charge(number, fee_minor=360, tax_minor=30)
            server.balance_transactions.append(charge | {"created": charge["created"] + number})
            api.book(
                number, fee_minor=360, tax_minor=30 + number % 2, amount_minor=9999 + number % 3
            )
        monkeypatch.setattr(
            server, "_page", lambda query: _PAGE(server, query | {"limit": [str(rows_per_page)]})
        )
        api.run()
    assert len(server.requests) >= 5 // rows_per_page
    [folder] = [path.parent for path in (there.root / "reports").rglob("manifest.json")]
    assert [] == verify(folder)[0]
    return {path.name: sha256_of(path.read_bytes()) for path in sorted(folder.glob("*.ndjson"))}
