"""Runs a pack through the real steps on a real PostgreSQL, and compares with the labels."""

from __future__ import annotations

import json
import logging
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from include.reconciliation.demo.compare import Comparison, Finding, compare
from include.reconciliation.demo.drive import STEPS, reconcile_account
from include.reconciliation.demo.labels import Label
from include.reconciliation.demo.outside import Outside
from include.reconciliation.demo.stripe_server import DEFAULT_KEY, StripeServer
from include.reconciliation.edges.pause_variable import NothingPaused, reading_from
from include.reconciliation.edges.warehouse import statement
from include.reconciliation.lab import databases, reference_rates
from include.reconciliation.lab.catalogue import BY_NAME
from include.reconciliation.lab.configuration import configuration_text
from include.reconciliation.lab.history import Place, SeedHistory, make_history
from include.reconciliation.lab.outcome import Outcome
from include.reconciliation.lab.pack import Account, account, pack
from include.reconciliation.lab.plan import Plan
from include.reconciliation.lab.small_books import PLACE, SECOND_OPINION, small_book
from include.reconciliation.lab.true_causes import AT_RISK, EXPLAINED, WRONG, verdicts
from include.reconciliation.local.server import Server

# The text of psps.toml, of the accounts and of the endpoints by PSP.
Configured = Callable[[Sequence[Place], Mapping[str, str]], str]


def try_plans(server: Server, plans: Sequence[Plan]) -> Outcome:
    """What the pipeline makes of these seeds, packed together, in databases of their own."""
    histories = [make_history(plan) for plan in plans]
    accounts = pack(histories)
    with ran(server, accounts) as warehouse:
        counted = outcome(warehouse, accounts)
    _count_decoys(counted, histories)
    return counted


def try_small_books(server: Server, seeds: Sequence[int]) -> Outcome:
    """Where the pipeline and the second opinion differ over these random small books."""
    books = [small_book(seed) for seed in seeds]
    accounts = [account(PLACE, [(book.seed, book.story) for book in books])]
    with ran(server, accounts) as warehouse:
        counted = outcome(warehouse, accounts)
    for book in books:
        for row in book.rows if book.seed in counted.problems else ():
            counted.note(book.seed, f"of these rows: {row}")
    return counted


@contextmanager
def ran(
    server: Server, accounts: Sequence[Account], configured: Configured = configuration_text
) -> Iterator[psycopg.Connection[dict[str, Any]]]:
    """The warehouse after all windows of these accounts; it is dropped afterwards."""
    logging.disable(logging.CRITICAL)
    with (
        databases.fresh(server) as names,
        tempfile.TemporaryDirectory(prefix="lab-") as folder,
        _environment(databases.connections(server, names)),
        reading_from(NothingPaused()),
    ):
        _run_all(server, names, accounts, Path(folder), configured)
        with psycopg.connect(
            server.conninfo(names["reconciliation"], "reconciliation_ro"), row_factory=dict_row
        ) as warehouse:
            yield warehouse


def outcome(
    warehouse: psycopg.Connection[dict[str, Any]], accounts: Sequence[Account]
) -> Outcome:
    """What was found of what these accounts have planted."""
    counted = Outcome()
    findings = [Finding(**row) for row in _rows(warehouse, "demo/findings")]
    statements = Counter(
        (row["psp"], row["account"], row["name"], row["state"], row["reason_code"])
        for row in _rows(warehouse, "lab/statements")
    )
    for row in _rows(warehouse, "lab/residuals"):
        counted.note(None, f"an identity is not exact: {row}")
    verdicts_of = {
        (row["psp"], row["account"]): row["verdict"] for row in _rows(warehouse, "lab/verdicts")
    }
    waterfalls = {(row["psp"], row["account"]): row for row in _rows(warehouse, "lab/payouts")}
    for row in _rows(warehouse, "lab/explained_money"):
        counted.money_minor[row["currency"], AT_RISK] += row["exposed_minor"]
        counted.money_minor[row["currency"], EXPLAINED] += row["explained_minor"]
    claimed = {
        (row["discrepancy_id"], row["kind"]): row["cause"]
        for row in _rows(warehouse, "lab/claimed_causes")
    }
    for its_account in accounts:
        place = its_account.place
        counted.payments += its_account.world.payments
        counted.runs += len(place.windows)
        own = [
            finding
            for finding in findings
            if (finding.psp, finding.account) == (place.psp, place.account)
        ]
        comparison = compare(its_account.all_labels, own)
        _count(counted, its_account, comparison)
        _count_causes(counted, its_account, verdicts(comparison.found, claimed))
        _count_statements(counted, its_account, statements)
        _hold_verdict(
            counted, its_account, comparison, verdicts_of.get((place.psp, place.account))
        )
        if place.explains_payouts:
            _count_batches(counted, place, waterfalls.get((place.psp, place.account)))
    return counted


def _run_all(
    server: Server, names: Mapping[str, str], accounts: Sequence[Account], folder: Path,
    configured: Configured,
) -> None:
    with ExitStack() as stack:
        ledger, gateway = (
            stack.enter_context(psycopg.connect(server.conninfo(names[name], "source_writer")))
            for name in ("payments_ledger", "billing_gateway")
        )
        endpoints: dict[str, str] = {}
        worlds: list[Outside] = []
        variables: dict[str, str] = {}
        for account in accounts:
            psp = account.place.psp
            shown: list[dict[str, Any]] = []
            if account.place.family == "stripe":
                endpoints[psp] = stack.enter_context(StripeServer(shown)).url
                entry: dict[str, Any] = {"conn_type": "http", "password": DEFAULT_KEY}
            else:
                entry = {"conn_type": "fs", "extra": {"path": str(folder / psp)}}
            variables[f"AIRFLOW_CONN_{psp.upper()}"] = json.dumps(entry)
            worlds.append(
                Outside(
                    account.world,
                    ledger=ledger,
                    gateway=gateway,
                    drop_folder=folder / psp,
                    balance_transactions=shown,
                    balance_transactions_file=folder / f"{psp}.json",
                )
            )
        configuration = folder / "psps.toml"
        places = [account.place for account in accounts]
        configuration.write_text(configured(places, endpoints), encoding="utf-8")
        (folder / reference_rates.FILE).write_text(reference_rates.published(), encoding="utf-8")
        variables["RECONCILIATION_CONFIG"] = str(configuration)
        for name in ("STORE", "REPORTS", "NOTICES"):
            variables[f"RECONCILIATION_{name}"] = str(folder / name.lower())
        with _environment(variables):
            turns = [
                (window, account.place, world)
                for account, world in zip(accounts, worlds, strict=True)
                for window in account.place.windows
            ]
            # Of runs that end at once the order of the accounts holds.
            for window, place, world in sorted(turns, key=lambda turn: turn[0].end):
                world.advance(window.end)
                reconcile_account(
                    place.psp,
                    place.account,
                    window.start,
                    window.end,
                    run=f"lab {window.end:%Y-%m-%dT%H:%M}",
                    # The report is the last one, and says what is read here from the views.
                    steps=STEPS[:-1],
                )


def _count(counted: Outcome, account: Account, comparison: Comparison) -> None:
    place = account.place
    for label, _ in comparison.found:
        counted.planted[label.fault, place.format] += 1
        counted.found[label.fault, place.format] += 1
    rest = list(comparison.not_planted)
    for label in comparison.missed:
        counted.planted[label.fault, place.format] += 1
        near = next((finding for finding in rest if _is_near(label, finding)), None)
        if near is not None:
            rest.remove(near)
            counted.wrong[label.fault, place.format] += 1
        counted.note(
            _seed_of(account, label.psp_reference),
            f"planted and not found: {label}"
            + ("" if near is None else f"\n        reported instead: {near}"),
        )
    for finding in rest:
        counted.false_reports[finding.kind] += 1
        counted.note(
            _seed_of(account, finding.psp_reference), f"reported and not planted: {finding}"
        )
    for sentence in comparison.wrong_events:
        # The second opinion does not name events.
        if (SECOND_OPINION, place.format) not in counted.planted:
            counted.note(None, sentence)


def _count_causes(
    counted: Outcome, account: Account, said: Iterable[tuple[Label, str | None, str]]
) -> None:
    for label, cause, verdict in said:
        # Of rows that agree in no planned way nobody knows the cause.
        if label.fault == SECOND_OPINION:
            continue
        counted.causes[label.fault, verdict] += 1
        if verdict == WRONG:
            counted.note(
                _seed_of(account, label.psp_reference), f"{cause} is claimed, not true, of {label}"
            )


def _count_statements(
    counted: Outcome, account: Account, statements: Counter[tuple[Any, ...]]
) -> None:
    place = account.place
    expected = Counter(
        (said.psp, said.account, said.name, said.state, said.reason_code)
        for said in account.refused
    )
    found = Counter(
        {
            key: count
            for key, count in statements.items()
            if (key[0], key[1]) == (place.psp, place.account)
        }
    )
    for said in account.refused:
        counted.planted[said.fault, place.format] += 1
        if found[(said.psp, said.account, said.name, said.state, said.reason_code)]:
            counted.found[said.fault, place.format] += 1
        else:
            counted.note(None, f"planted and not found: {said}")
    for key in (found - expected).elements():
        counted.false_reports[f"statement {key[3]}"] += 1
        counted.note(None, f"a statement is otherwise than planted: {key}")



def _hold_verdict(
    counted: Outcome, account: Account, comparison: Comparison, verdict: str | None
) -> None:
    """The last verdict is the worst that the labels call for."""
    still_open = {label.kind for label, finding in comparison.found if finding.is_open}
    is_refused = any(said.state == "quarantined" for said in account.refused)
    if is_refused or "statement_gap" in still_open:
        must_be: tuple[str, ...] = ("incomplete",)
    elif still_open:
        must_be = ("discrepancies",)
    else:
        must_be = ("reconciled", "reconciled_with_pending")
    if comparison.is_exact and verdict not in must_be:
        place = account.place
        counted.note(
            None, f"{place.psp} {place.account} is {verdict}, and must be {' or '.join(must_be)}"
        )


def _count_batches(counted: Outcome, place: Place, row: Mapping[str, Any] | None) -> None:
    """Every batch has a waterfall in each of its currencies, and each of them closes."""
    batches = row["batches"] if row else 0
    counted.batches += batches
    if batches < len(place.week.batch_days):
        counted.note(None, f"{place.psp} {place.account} has waterfalls of {batches} batches only")
    for batch in (row["not_closed"] if row else None) or ():
        counted.note(None, f"a payout is not explained: {place.psp} {place.account} {batch}")


def _count_decoys(counted: Outcome, histories: Sequence[SeedHistory]) -> None:
    for history in histories:
        counted.clean_seeds += not history.plan.faults
        counted.compounds += sum(len(part.faults) > 1 for part in history.plan.parts)
        for fault in history.plan.faults:
            if BY_NAME[fault].is_harmless:
                counted.decoys[fault, history.plan.format] += 1


def _is_near(label: Label, finding: Finding) -> bool:
    """Whether a finding is about the same event and aspect, wrongly told."""
    return (label.psp_reference, label.aspect) == (finding.psp_reference, finding.aspect)


def _seed_of(account: Account, reference: str | None) -> int | None:
    return account.seed_of.get(reference or "")


def _rows(warehouse: psycopg.Connection[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    return warehouse.execute(statement(name)).fetchall()


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


