"""Great Expectations over what a run published: second evidence, beside the gate that decides.

Its import takes four seconds and two hundred megabytes, so it happens inside `examine`, in the one
task of a run that needs it. Data Docs, its own report, are made for people.
"""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import psycopg

from include.reconciliation import config
from include.reconciliation.edges import warehouse
from include.reconciliation.edges.connections import connection
from include.reconciliation.errors import Transient

# Nobody took cards for a company before; a year such as 0026 or 1970 is a date read wrongly.
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LINE_TYPES = (*config.LEDGER_TYPES, *config.OTHER_TYPES, "unknown")
LISTED_ROWS_MAX = 20


@dataclass(frozen=True, slots=True)
class OwnExpectation:
    """What a format promises: no row of `include/sql/expectations/formats/<breach>.sql`."""

    rows_of: Literal["statements", "statement_lines"]
    breach: str
    description: str
    binds: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PublishedAccount:
    """An account that an Airflow run published, and the rows to look at.

    `own_expectations` are those of each format that its statements have.
    """

    account_id: int
    psp: str
    account: str
    run_id: str
    has_open_alert: bool
    since_run_id: str
    since_run_number: int
    booked_before: datetime
    occurred_before: datetime
    own_expectations: Mapping[str, Sequence[OwnExpectation]]


@dataclass(frozen=True, slots=True)
class _Suite:
    """What must be true of one kind of row of an account: of every format, or of one."""

    rows_of: str
    expectations: Sequence[Any]
    format: str | None = None

    def name(self, account: PublishedAccount) -> str:
        of_format = f" of {self.format}" if self.format else ""
        return f"{account.psp} {account.account} {self.rows_of}{of_format}"


@dataclass(frozen=True, slots=True)
class Failure:
    """An expectation that does not hold: what was expected, and on how many rows it isn't so."""

    psp: str
    account: str
    rows_of: str
    expected: str
    unexpected_rows: int


def examine(accounts: Sequence[PublishedAccount], documents: Path) -> list[Failure]:
    """Checks the accounts' rows and writes Data Docs to `documents`, replacing what is there.

    Raises Transient when a check could not be made: that is no evidence of anything.
    """
    # Before the import: Great Expectations tells every step at this level otherwise.
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    import great_expectations as gx
    from great_expectations.core.run_identifier import RunIdentifier

    # One of its modules sets a level of its own while it is imported.
    logging.getLogger("great_expectations.data_context.types.base").setLevel(logging.WARNING)
    fresh = documents.with_name(f".{documents.name}.{os.getpid()}")
    shutil.rmtree(fresh, ignore_errors=True)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    _forget_temporary_site(context)
    context.add_data_docs_site("run", _site(fresh))
    source = context.data_sources.add_postgres(
        "warehouse",
        # Where it really is stands in connect_args: no password is part of a text, and a "$" in
        # one is not taken for a variable.
        connection_string="postgresql+psycopg://user@localhost/warehouse",
        kwargs={"connect_args": _connect_args()},
    )
    definitions, suites = [], {}
    with warehouse.connect() as session:
        for account in accounts:
            for suite in (*_suites(session, account), *_format_suites(session, account)):
                definition = _definition(context, source, session, account, suite)
                definitions.append(definition)
                suites[definition.name] = (account, suite.rows_of)
    checkpoint = context.checkpoints.add(
        gx.Checkpoint(
            name="published",
            validation_definitions=definitions,
            result_format={
                "result_format": "SUMMARY",
                "partial_unexpected_count": LISTED_ROWS_MAX,
            },
        )
    )
    run = RunIdentifier(run_name=documents.name)
    results = checkpoint.run(run_id=run).run_results
    # Once, and not as an action of the checkpoint, which writes every page anew after each result.
    context.build_data_docs()
    _replace(fresh, documents)
    return [
        failure
        for result in results.values()
        for failure in _failures(*suites[result.suite_name], result)
    ]


def _suites(session: psycopg.Connection[dict[str, Any]], account: PublishedAccount) -> list[_Suite]:
    """What must be true of each kind of row of an account, whatever its format is."""
    from great_expectations import expectations as expect

    known = [row["code"] for row in warehouse.run(session.cursor(), "expectations/currency_codes")]
    configured = sorted(config.load().psp(account.psp).limits)
    of_lines = [
        _no_rows("line_without_reference", "a line of a payment names it"),
        _no_rows("line_in_force_twice", "a line is in force once"),
        expect.ExpectColumnValuesToBeInSet(
            column="net_currency",
            value_set=configured,
            description="a settlement currency is one of the PSP's entry",
        ),
        expect.ExpectColumnValuesToBeInSet(
            column="gross_currency",
            value_set=known,
            description="a payment's currency is in ISO 4217",
        ),
        expect.ExpectColumnValuesToBeInSet(
            column="type", value_set=list(LINE_TYPES), description="a type is a known one"
        ),
        _between("booked_at", account.booked_before, "a line was booked, and lately"),
        _no_rows("value_date_is_far", "a value date is near the day of booking"),
    ]
    of_transactions = [
        _no_rows("transaction_in_force_twice", "a ledger transaction is in force once"),
        expect.ExpectColumnValuesToBeInSet(
            column="currency",
            value_set=known,
            description="a ledger transaction's currency is in ISO 4217",
        ),
        _between("occurred_at", account.occurred_before, "a transaction occurred in our time"),
    ]
    return [_Suite("statement_lines", of_lines), _Suite("ledger_transactions", of_transactions)]


def _format_suites(
    session: psycopg.Connection[dict[str, Any]], account: PublishedAccount
) -> Iterator[_Suite]:
    """What must be true of the rows of each format, as it promises."""
    for format_name, promised in account.own_expectations.items():
        for rows_of in ("statements", "statement_lines"):
            own = [expectation for expectation in promised if expectation.rows_of == rows_of]
            if own:
                yield _Suite(rows_of, [_own(session, each) for each in own], format_name)


def _own(session: psycopg.Connection[dict[str, Any]], expectation: OwnExpectation) -> Any:
    # With commas: Great Expectations takes the braces of an array for places of its own.
    binds = {name: ",".join(values) for name, values in expectation.binds.items()}
    query = _without_comments(f"expectations/formats/{expectation.breach}")
    return _no_rows_of(psycopg.ClientCursor(session).mogrify(query, binds), expectation.description)


def _no_rows(name: str, description: str) -> Any:
    return _no_rows_of(_without_comments(f"expectations/{name}"), description)


def _no_rows_of(query: str, description: str) -> Any:
    from great_expectations import expectations as expect

    return expect.UnexpectedRowsExpectation(unexpected_rows_query=query, description=description)


def _between(column: str, before: datetime, description: str) -> Any:
    from great_expectations import expectations as expect

    return expect.ExpectColumnValuesToBeBetween(
        column=column,
        min_value=EARLIEST,
        max_value=before,
        strict_max=True,
        description=description,
    )


def _definition(
    context: Any,
    source: Any,
    session: psycopg.Connection[dict[str, Any]],
    account: PublishedAccount,
    suite: _Suite,
) -> Any:
    import great_expectations as gx

    name = suite.name(account)
    query = psycopg.ClientCursor(session).mogrify(
        _without_comments(f"expectations/{suite.rows_of}"),
        {
            "account_id": account.account_id,
            "since_run_number": account.since_run_number,
            "format": suite.format,
        },
    )
    batch = source.add_query_asset(name=name, query=query).add_batch_definition_whole_table(name)
    added = context.suites.add(gx.ExpectationSuite(name=name))
    for expectation in suite.expectations:
        added.add_expectation(expectation)
    return context.validation_definitions.add(
        gx.ValidationDefinition(name=name, data=batch, suite=added)
    )


def _without_comments(name: str) -> str:
    """The text of a SQL file from its first line that is no comment, as one sub-query."""
    lines = (warehouse.SQL_FOLDER / f"{name}.sql").read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if not line.startswith("--"))


def _failures(account: PublishedAccount, rows_of: str, result: Any) -> list[Failure]:
    failures = []
    for outcome in result.results:
        _refuse_errors(outcome)
        if not outcome.success:
            settings = outcome.expectation_config
            failures.append(
                Failure(
                    psp=account.psp,
                    account=account.account,
                    rows_of=rows_of,
                    expected=settings.description or settings.type,
                    unexpected_rows=_unexpected_rows(outcome.result),
                )
            )
    return failures


def _refuse_errors(outcome: Any) -> None:
    """An expectation that could not be evaluated says nothing of the rows."""
    raised = outcome.exception_info or {}
    problems = [raised] if "raised_exception" in raised else list(raised.values())
    for problem in problems:
        if problem["raised_exception"]:
            raise Transient(
                f"Great Expectations could not check {outcome.expectation_config.type}: "
                f"{problem['exception_message']}"
            )


def _unexpected_rows(result: Mapping[str, Any]) -> int:
    if "unexpected_count" in result:
        return int(result["unexpected_count"])
    return int(result.get("observed_value") or 0)


def _connect_args() -> dict[str, Any]:
    target = connection(warehouse.CONNECTION_ID)
    given = {
        "host": target.host,
        "port": target.port,
        "user": target.login,
        "password": target.password,
        "dbname": target.schema,
        "application_name": "reconciliation expectations",
        "options": "-c TimeZone=UTC -c default_transaction_read_only=on",
    }
    return {name: value for name, value in given.items() if value is not None}


def _forget_temporary_site(context: Any) -> None:
    """A context that is kept nowhere makes a temporary folder of its own, and leaves it behind."""
    for name, site in list(context.variables.data_docs_sites.items()):
        shutil.rmtree(site["store_backend"]["base_directory"], ignore_errors=True)
        context.delete_data_docs_site(name)


def _site(folder: Path) -> Any:
    return {
        "class_name": "SiteBuilder",
        "show_how_to_buttons": False,
        "store_backend": {
            "class_name": "TupleFilesystemStoreBackend",
            "base_directory": str(folder),
        },
        "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
        "site_section_builders": {"profiling": "none"},
    }


def _replace(fresh: Path, documents: Path) -> None:
    shutil.rmtree(documents, ignore_errors=True)
    fresh.rename(documents)
