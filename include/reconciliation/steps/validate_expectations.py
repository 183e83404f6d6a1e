"""Lets Great Expectations look at what an Airflow run published, as second evidence."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from include.reconciliation import config
from include.reconciliation.edges import expectations, warehouse
from include.reconciliation.edges.expectations import Failure, OwnExpectation, PublishedAccount
from include.reconciliation.statements.formats import FORMATS, format_of
from include.reconciliation.statements.own_expectations import own_expectations
from include.reconciliation.steps import incidents

log = logging.getLogger(__name__)

ALERT = "reconciliation-failed-expectations"


def validate_expectations(airflow_run_id: str) -> int:
    """How many expectations failed over the accounts that this Airflow run published.

    Each account with one gets an alert, and its later runs are incomplete until a run finds
    the same rows right. Raises Transient when a check could not be made.
    """
    with warehouse.transaction() as cursor:
        rows = warehouse.run(
            cursor, "expectations/accounts_published", {"airflow_run_id": airflow_run_id}
        ).fetchall()
    accounts = [_account(row) for row in rows]
    if not accounts:
        log.info("nothing was published by %s", airflow_run_id)
        return 0
    documents = documents_folder(airflow_run_id)
    failures = expectations.examine(accounts, documents)
    log.info("Data Docs: %s in the reports folder", _place(documents))
    for account in accounts:
        _tell(account, [failure for failure in failures if _is_of(failure, account)], documents)
    return len(failures)


def documents_folder(airflow_run_id: str) -> Path:
    """Where the Data Docs of an Airflow run lie."""
    # A PSP's name begins with a letter, so this folder is none of theirs.
    name = re.sub(r"[^A-Za-z0-9+_-]", "-", airflow_run_id)
    return config.reports_folder() / "_data_docs" / name


def _account(row: Mapping[str, Any]) -> PublishedAccount:
    values = dict(row)
    promised = _own_expectations(values["psp"], values.pop("formats"))
    return PublishedAccount(**values, own_expectations=promised)


def _own_expectations(psp: str, names: Sequence[str]) -> dict[str, tuple[OwnExpectation, ...]]:
    """What each format promises; a PSP may have changed its format since."""
    current = config.load().psp(psp)
    known = {**FORMATS, current.format: format_of(current)}
    if forgotten := sorted(set(names) - known.keys()):
        log.warning("%s: nothing describes the formats %s any more", psp, ", ".join(forgotten))
    return {name: own_expectations(known[name]) for name in names if name in known}


def _place(documents: Path) -> str:
    return f"{documents.parent.name}/{documents.name}/index.html"


def _tell(account: PublishedAccount, failures: Sequence[Failure], documents: Path) -> None:
    fingerprint = f"{ALERT}:{account.psp}:{account.account}"
    place = f"{account.psp} / {account.account}"
    with warehouse.transaction() as cursor:
        incidents.lock_psp(cursor, account.psp)
        if not failures:
            if account.has_open_alert:
                incidents.close_alert(cursor, fingerprint, f"{place}: all expectations hold again")
            return
        sentences = [
            f"{failure.expected}: not on {failure.unexpected_rows} {failure.rows_of}"
            for failure in failures
        ]
        log.warning("%s: %s", place, "; ".join(sentences))
        incidents.open_alert(
            cursor,
            fingerprint,
            ALERT,
            "high",
            account.psp,
            account.account,
            f"{place}: {len(failures)} expectations failed. {'. '.join(sentences)}. "
            f"Data Docs: {_place(documents)} in the reports folder",
            {
                failure.expected: {
                    "rows_of": failure.rows_of,
                    "unexpected_rows": failure.unexpected_rows,
                    "documents": documents.name,
                }
                for failure in failures
            },
            account.since_run_id,
        )


def _is_of(failure: Failure, account: PublishedAccount) -> bool:
    return (failure.psp, failure.account) == (account.psp, account.account)
