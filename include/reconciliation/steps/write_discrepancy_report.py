"""Writes the report of a run: rendered once, kept for ever, and from then on only restored.

The rows of a report are those of the attempt's workspace, which is dropped here at the very end;
its tables are logged, so that a crash of the server leaves them (docs/decisions/027).
What a retry, a clear or a second copy of this step finds kept is what it writes: the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from psycopg.rows import tuple_row

from include.reconciliation.edges import report_files, warehouse
from include.reconciliation.edges.code_version import code_version
from include.reconciliation.errors import CodeChangedError, Final
from include.reconciliation.report import item_blocks, page_facts
from include.reconciliation.report.facts import ReportFacts, Row
from include.reconciliation.report.manifest import MANIFEST, ReportFile, json_lines, manifest
from include.reconciliation.report.materiality_blocks import RUNS_MAX
from include.reconciliation.report.page_facts import PAGE_FACTS
from include.reconciliation.report.pages import PAGES, write_pages
from include.reconciliation.report.payout_charts import CHARTS_MAX
from include.reconciliation.report.workbook import SHEETS, write_workbook
from include.reconciliation.steps import proof_files
from include.reconciliation.steps.report_pages import write_report_pages

_CURSOR_ROWS = 2_000


def write_discrepancy_report(attempt_id: int) -> str:
    """The folder of the report of this attempt's run, complete when this returns.

    Raises CodeChangedError when the report was never kept, or its bytes are lost, and other code
    than the run's would have to write it; Final when also the rows that it is made of are gone.
    """
    with warehouse.attempt(attempt_id) as cursor:
        header = _header(cursor, attempt_id)
        kept = _kept(cursor, header["run_id"])
    folder = report_files.folder_of(
        header["psp"],
        header["account"],
        header["window_start"],
        header["window_end"],
        header["run_id"],
    )
    lost = report_files.restore(folder, kept) if kept else ["all files"]
    if lost:
        kept = _render_and_keep(attempt_id, header, kept)
        if still_lost := report_files.restore(folder, kept):
            names = ", ".join(still_lost)
            raise Final(f"run {header['run_id']}: the bytes of {names} are not kept")
    if header["report_language"] not in (None, _settings(header["rules"]["psp"])["language"]):
        write_report_pages(folder, header["report_language"])
    with warehouse.attempt(attempt_id) as cursor:
        warehouse.run(cursor, "reports/drop_workspace", {"attempt_id": attempt_id})
    return str(folder)


def _header(cursor: warehouse.Cursor, attempt_id: int) -> dict[str, Any]:
    header = warehouse.run(cursor, "reports/header", {"attempt_id": attempt_id}).fetchone()
    if header is None:
        raise Final(f"attempt {attempt_id} has no run yet: publish_run comes before its report")
    return header


def _kept(cursor: warehouse.Cursor, run_id: str) -> list[ReportFile]:
    rows = warehouse.run(cursor, "reports/kept_files", {"run_id": run_id})
    return [ReportFile(row["name"], row["content_sha256"], row["size_bytes"]) for row in rows]


def _render_and_keep(
    attempt_id: int, header: Row, expected: Sequence[ReportFile]
) -> list[ReportFile]:
    """The files as they are kept: rendered by the run's own code, equal to what was kept before."""
    run_id = header["run_id"]
    if header["code_version"] != code_version():
        raise CodeChangedError(
            f"the report of run {run_id} is not kept, and it was made by code version "
            f"{header['code_version']}, now here is {code_version()}: put that version back and "
            "clear write_discrepancy_report"
        )
    with report_files.draft() as draft:
        with warehouse.attempt(attempt_id) as cursor:
            _refuse_without_rows(cursor, attempt_id, run_id)
            facts = _facts(cursor, header)
            _write_lists(cursor, facts, draft)
            write_pages(draft, facts)
            (draft / PAGE_FACTS).write_bytes(page_facts.written(facts))
            proof = proof_files.written(cursor)
        names = ("discrepancies.csv", "discrepancies.xlsx", "pending.csv", PAGE_FACTS, *PAGES)
        files = [*(report_files.keep(name, draft / name) for name in names), *proof]
        files.append(_keep_refused(facts, draft))
        files.sort(key=lambda file: file.name)
        (draft / MANIFEST).write_bytes(manifest(facts, files))
        files.append(report_files.keep(MANIFEST, draft / MANIFEST))
    with warehouse.attempt(attempt_id) as cursor:
        for file in files:
            warehouse.run(
                cursor,
                "reports/keep_file",
                {
                    "run_id": run_id,
                    "name": file.name,
                    "content_sha256": file.sha256,
                    "size_bytes": file.size_bytes,
                    "code_version": header["code_version"],
                },
            )
        kept = _kept(cursor, run_id)
    if expected and sorted(files, key=lambda file: file.name) != kept:
        raise Final(
            f"run {run_id}: its report comes out with other bytes than those kept before, "
            "of which some are lost; restore the store from its backup"
        )
    return kept


def _keep_refused(facts: ReportFacts, draft: Path) -> ReportFile:
    (draft / proof_files.REFUSED).write_bytes(json_lines(facts.refused_statements))
    kept = report_files.keep(proof_files.REFUSED, draft / proof_files.REFUSED)
    return replace(kept, lines=len(facts.refused_statements))


def _refuse_without_rows(cursor: warehouse.Cursor, attempt_id: int, run_id: str) -> None:
    workspace = warehouse.workspace(attempt_id)
    found = warehouse.run(cursor, "reports/workspace_exists", {"workspace": workspace}).fetchone()
    if not (found and found["is_complete"]):
        raise Final(
            f"the report of run {run_id} is not kept and the rows that it is made of are gone: "
            "restore the store from its backup; the run stands, and its rows are in the views of "
            "the warehouse"
        )


def _facts(cursor: warehouse.Cursor, header: Row) -> ReportFacts:
    psp = header["rules"]["psp"]
    warehouse.run(cursor, "reports/list_discrepancies")
    warehouse.run(cursor, "reports/list_pending")

    def rows(name: str, **values: Any) -> list[Row]:
        return list(warehouse.run(cursor, f"reports/{name}", values or None))

    payouts = psp.get("payouts")
    of_payouts = rows("payouts") if payouts else []
    batches = sum(row["batches"] for row in of_payouts)
    facts = ReportFacts(
        header=header,
        psp_title=psp["title"],
        zone=psp["zone"],
        limits=psp["limits"],
        exponents={row["code"]: row["exponent"] for row in rows("exponents")},
        statements=rows(
            "statements",
            run_number=header["run_number"],
            is_published=header["is_published"],
        ),
        refused_statements=rows("refused_statements", maker_attempt_id=header["maker_attempt_id"]),
        opening_totals=rows("opening_totals", predecessor_run_id=header["predecessor_run_id"]),
        opening_buckets=rows("opening_buckets", predecessor_run_id=header["predecessor_run_id"]),
        totals=rows("totals"),
        rolls=rows("rolls"),
        buckets=rows("buckets"),
        kinds=rows("kinds_roll_forward", predecessor_run_id=header["predecessor_run_id"]),
        divergence=rows("divergence"),
        pending_reasons=rows("pending_by_reason"),
        ageing=[],
        not_compared=rows("not_compared"),
        tolerances=psp.get("tolerances", {}),
        absorbed=rows("absorbed"),
        causes=rows("causes"),
        fees=rows("fees"),
        listed={**rows("counts_listed")[0], "payouts": batches},
        payouts=of_payouts,
        payout_sums=rows("payout_sums") if payouts else (),
        payouts_shown=rows("payouts_sheet", rows_max=CHARTS_MAX) if payouts else (),
        lapsed_debts=rows("lapsed_debts") if payouts else (),
        bank_lines=rows("bank_lines") if payouts and payouts["bank"] else (),
        lacking=rows("lacking"),
        earlier_runs=rows(
            "earlier_runs", predecessor_run_id=header["predecessor_run_id"], runs_max=RUNS_MAX - 1
        ),
        **_settings(psp),
    )
    days = {"as_of_on": facts.as_of_on, "zone": facts.zone}
    return replace(
        facts,
        ageing=rows("ageing", **days),
        kind_ages=rows("kind_ages", **days),
        items=rows(
            "items",
            **days,
            largest_max=item_blocks.LARGEST_MAX,
            oldest_max=item_blocks.OLDEST_MAX,
            rows_max=item_blocks.ROWS_MAX,
        ),
        pending_items=rows(
            "pending_sheet",
            run_id=header["run_id"],
            as_of_on=facts.as_of_on,
            rows_max=item_blocks.PENDING_MAX,
        ),
    )


def _settings(psp: Row) -> dict[str, Any]:
    """For whom and in which language; rules of an earlier time say nothing of it."""
    report: dict[str, Any] = psp.get("report") or {"language": "en", "entity": None}
    return report


def _write_lists(cursor: warehouse.Cursor, facts: ReportFacts, draft: Path) -> None:
    values = {
        "psp": facts.header["psp"],
        "account": facts.header["account"],
        "run_id": facts.header["run_id"],
        "as_of_on": facts.as_of_on,
        "zone": facts.zone,
    }
    for name in ("discrepancies", "pending"):
        with (
            (draft / f"{name}.csv").open("wb") as file,
            cursor.copy(warehouse.statement(f"reports/{name}_csv"), values) as copy,
        ):
            for block in copy:
                file.write(block)
    with (draft / "discrepancies.xlsx").open("wb") as workbook:
        has_payouts = bool(facts.header["rules"]["psp"].get("payouts"))
        sheets = {
            name: _stream(cursor, f"{name}_sheet", {**values, "rows_max": sheet.rows_max})
            for name, sheet in SHEETS.items()
            if name != "payouts" or has_payouts
        }
        write_workbook(workbook, facts, sheets)


def _stream(
    cursor: warehouse.Cursor, name: str, values: dict[str, Any]
) -> Iterator[tuple[Any, ...]]:
    """Rows of a query a few at a time, from a cursor that the server holds."""
    with cursor.connection.cursor(name=f"report_{name}", row_factory=tuple_row) as rows:
        rows.itersize = _CURSOR_ROWS
        rows.execute(warehouse.statement(f"reports/{name}"), values)
        yield from rows
