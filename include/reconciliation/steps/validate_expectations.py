"""Lets Great Expectations look at what an Airflow run published, as second evidence."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from pathlib import Path

from include.reconciliation import config
from include.reconciliation.edges import expectations, warehouse
from include.reconciliation.edges.expectations import Failure, PublishedAccount
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
    accounts = [PublishedAccount(**row) for row in rows]
    if not accounts:
        log.info("nothing was published by %s", airflow_run_id)
        return 0
    documents = documents_folder(airflow_run_id)
    failures = expectations.examine(accounts, documents)
    for account in accounts:
        _tell(account, [failure for failure in failures if _is_of(failure, account)], documents)
    return len(failures)


def documents_folder(airflow_run_id: str) -> Path:
    """Where the Data Docs of an Airflow run lie."""
    # A PSP's name begins with a letter, so this folder is none of theirs.
    name = re.sub(r"[^A-Za-z0-9+_-]", "-", airflow_run_id)
    return config.reports_folder() / "_data_docs" / name


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
            f"Data Docs: {documents.parent.name}/{documents.name}/index.html in the reports folder",
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
