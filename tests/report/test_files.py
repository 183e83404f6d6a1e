"""The files of a report as a machine meets them: exact bytes, hashes, restored, killed."""

import csv
import hashlib
import json
import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
import time_machine

from include.reconciliation.edges import store
from include.reconciliation.errors import CodeChangedError, Final
from include.reconciliation.steps import write_discrepancy_report as step
from include.reconciliation.steps.write_discrepancy_report import write_discrepancy_report

FILES = [
    "control_page.json",
    "discrepancies.csv",
    "discrepancies.xlsx",
    "discrepancy_report.html",
    "discrepancy_report.pdf",
    "manifest.json",
    "pending.csv",
    "quarantine.ndjson",
]


def bytes_of(folder: str) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(Path(folder).iterdir())}


def workspaces(session: psycopg.Connection) -> list[str]:
    rows = session.execute(
        "select nspname from pg_catalog.pg_namespace where nspname like 'work\\_%' order by nspname"
    ).fetchall()
    session.rollback()
    return [name for (name,) in rows]


@pytest.fixture
def forget(databases, monkeypatch, tmp_path) -> Callable[[], None]:
    """Forgets what was kept, as on a machine that never ran before."""

    def as_if_new() -> None:
        conninfo = databases.conninfo("reconciliation", "reconciliation_migrator")
        with psycopg.connect(conninfo) as owner:
            owner.execute("set role reconciliation_owner")
            owner.execute("delete from internal.run_files")
        monkeypatch.setenv("RECONCILIATION_STORE", str(tmp_path / "another store"))
        monkeypatch.setenv("RECONCILIATION_REPORTS", str(tmp_path / "another place"))

    return as_if_new


def test_a_report_lies_under_psp_account_window_and_run(an_ordinary_run, tmp_path) -> None:
    attempt_id = an_ordinary_run.write()

    folder = write_discrepancy_report(attempt_id)

    run_id = an_ordinary_run.run_id
    window = "20261119T100000Z-20261119T110000Z"
    expected = tmp_path / "reports" / "adyen" / "NorthwindEU" / window / run_id
    assert str(expected) == folder
    assert FILES == list(bytes_of(folder))


def test_the_discrepancies_are_written_byte_for_byte_like_this(an_ordinary_run) -> None:
    folder = write_discrepancy_report(an_ordinary_run.write())

    run_id, row = an_ordinary_run.run_id, an_ordinary_run.discrepancies[0]
    assert (
        "discrepancy_id,event_id,psp,account,leg,aspect,kind,change,status,episode,severity,currency,"
        "statement_minor,ledger_minor,delta_minor,exposure_minor,"
        "statement_major,ledger_major,delta_major,exposure_major,"
        "psp_reference,merchant_reference,occurred_at,due_at,due_on,age_days,first_run_id,run_id,"
        "explanation,statement_file,statement_row,shown_under\n"
        f"{row['discrepancy_id']},{row['event_id']},adyen,NorthwindEU,ledger_statement,amount,"
        "amount_mismatch,new,open,1,high,EUR,12345,12300,45,45,123.45,123.00,0.45,0.45,"
        "8835511210681324,order-1,2026-11-17T09:30:00Z,2026-11-18T23:00:00Z,2026-11-18,2,"
        f"{run_id},{run_id},"
        '"statement 123.45, ledger 123.00: statement more by 0.45 EUR",'
        "settlement_detail_report_batch_7.csv,12,ledger_statement\n"
    ).encode() == bytes_of(folder)["discrepancies.csv"]


def test_the_pending_items_are_written_byte_for_byte_like_this(an_ordinary_run) -> None:
    folder = write_discrepancy_report(an_ordinary_run.write())

    earlier = an_ordinary_run.pending[1]["first_run_id"]
    assert (
        "psp,account,leg,side,reason,is_counted,type,provider_type,ledger_status,currency,"
        "amount_minor,amount_major,occurred_at,occurred_on,due_at,due_on,age_days,"
        "psp_reference,event_reference,merchant_reference,ledger_id,statement_file,statement_row,"
        "first_run_id\n"
        "adyen,NorthwindEU,ledger_statement,ledger,not_due,true,payment,,captured,EUR,"
        "5000,50.00,2026-11-19T08:00:00Z,2026-11-19,2026-11-20T23:00:00Z,2026-11-20,0,"
        f"8835511210689999,capture-2,order-2,ledger-2,,,{an_ordinary_run.run_id}\n"
        "adyen,NorthwindEU,ledger_statement,statement,ledger_grace,true,refund,Refunded,,JPY,"
        "-700,-700,2026-11-19T08:00:00Z,2026-11-19,2026-11-20T23:00:00Z,2026-11-20,0,"
        "8835511210689999,capture-2,order-2,,settlement_detail_report_batch_7.csv,15,"
        f"{earlier}\n"
    ).encode() == bytes_of(folder)["pending.csv"]


def test_major_text_has_the_decimals_of_its_currency_and_all_digits(a_run) -> None:
    for number, (currency, minor) in enumerate(
        [("BRL", 9_223_372_036_854_775_807), ("JPY", -5), ("KWD", 5), ("CLF", -10_001)]
    ):
        a_run.a_discrepancy(number, currency=currency, delta_minor=minor, exposure_minor=abs(minor))
    a_run.a_discrepancy(9, currency=None, delta_minor=0, exposure_minor=None)

    folder = write_discrepancy_report(a_run.write())

    rows = list(csv.DictReader((Path(folder) / "discrepancies.csv").open()))
    assert [
        ("", "", "", ""),
        ("BRL", "92233720368547758.07", "92233720368547758.07", "9223372036854775807"),
        ("CLF", "-1.0001", "1.0001", "10001"),
        ("JPY", "-5", "5", "5"),
        ("KWD", "0.005", "0.005", "5"),
    ] == [
        (row["currency"], row["delta_major"], row["exposure_major"], row["exposure_minor"])
        for row in rows
    ]


def test_the_manifest_names_what_went_in_and_the_hash_of_what_came_out(an_ordinary_run) -> None:
    files = bytes_of(write_discrepancy_report(an_ordinary_run.write()))

    manifest = json.loads(files["manifest.json"])
    assert [
        (name, hashlib.sha256(files[name]).hexdigest(), len(files[name]))
        for name in FILES
        if name != "manifest.json"
    ] == [(file["name"], file["sha256"], file["bytes"]) for file in manifest["files"]]
    assert ("discrepancies", an_ordinary_run.run_id) == (manifest["verdict"], manifest["run_id"])
    assert [("batch 7", 20, "2026-11-17")] == [
        (row["key"], row["lines"], row["covers_to"]) for row in manifest["inputs"]["statements"]
    ]
    assert (100045, 105000, 45, 5000, 0) == tuple(
        manifest["totals"][0][f"{term}_minor"]
        for term in ("statement", "ledger", "amount", "pending_ledger", "residual")
    )
    assert {"start": "2026-11-19T10:00:00Z", "end": "2026-11-19T11:00:00Z"} == manifest["window"]
    canonical = json.dumps(manifest, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert f"{canonical}\n".encode() == files["manifest.json"]


def test_a_manifest_carries_the_hash_of_its_predecessors_manifest(an_ordinary_run) -> None:
    an_ordinary_run.previous.append({})
    attempt_id = an_ordinary_run.write()
    an_ordinary_run.keep_a_predecessors_manifest("a" * 64)

    manifest = json.loads(bytes_of(write_discrepancy_report(attempt_id))["manifest.json"])

    assert {
        "run_id": an_ordinary_run.header["predecessor_run_id"],
        "manifest_sha256": "a" * 64,
    } == manifest["predecessor"]


def test_the_same_rows_in_another_order_a_year_later_are_the_same_bytes(
    an_ordinary_run, forget
) -> None:
    """Other item ids, another attempt, another order in the tables, another clock."""
    an_ordinary_run.a_discrepancy(2)
    an_ordinary_run.a_pending_item(ledger_id="ledger-3")
    first = bytes_of(write_discrepancy_report(an_ordinary_run.write()))
    forget()
    an_ordinary_run.pending.reverse()
    an_ordinary_run.discrepancies.reverse()
    attempt_id = an_ordinary_run.again()

    with time_machine.travel(datetime.now(UTC) + timedelta(days=365), tick=True):
        second = bytes_of(write_discrepancy_report(attempt_id))

    assert first == second


def test_the_workspace_is_dropped_when_the_files_are_safe(an_ordinary_run, warehouse) -> None:
    attempt_id = an_ordinary_run.write()
    assert [f"work_{attempt_id}"] == workspaces(warehouse)

    write_discrepancy_report(attempt_id)

    assert [] == workspaces(warehouse)


def test_a_lost_folder_is_restored_to_the_same_bytes_without_the_rows(an_ordinary_run) -> None:
    attempt_id = an_ordinary_run.write()
    folder = write_discrepancy_report(attempt_id)
    first = bytes_of(folder)
    shutil.rmtree(folder)

    assert folder == write_discrepancy_report(attempt_id)
    assert first == bytes_of(folder)


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_somebody_changed_is_put_right(an_ordinary_run, name: str) -> None:
    attempt_id = an_ordinary_run.write()
    folder = write_discrepancy_report(attempt_id)
    first = bytes_of(folder)
    (Path(folder) / name).write_bytes(b"signed: nothing is wrong")

    write_discrepancy_report(attempt_id)

    assert first == bytes_of(folder)


def test_bytes_that_only_the_folder_still_has_are_kept_again(an_ordinary_run) -> None:
    attempt_id = an_ordinary_run.write()
    folder = write_discrepancy_report(attempt_id)
    sha256 = hashlib.sha256(bytes_of(folder)["pending.csv"]).hexdigest()
    store.path(sha256).unlink()

    write_discrepancy_report(attempt_id)

    assert bytes_of(folder)["pending.csv"] == store.read(sha256)


def test_another_attempt_of_the_same_run_restores_and_tidies_up(
    an_ordinary_run, warehouse
) -> None:
    folder = write_discrepancy_report(an_ordinary_run.write())
    first = bytes_of(folder)
    an_ordinary_run.discrepancies.clear()

    assert folder == write_discrepancy_report(an_ordinary_run.again())
    assert first == bytes_of(folder)
    assert [] == workspaces(warehouse)


def test_other_code_restores_a_kept_report(an_ordinary_run, monkeypatch) -> None:
    attempt_id = an_ordinary_run.write()
    folder = write_discrepancy_report(attempt_id)
    first = bytes_of(folder)
    shutil.rmtree(folder)
    monkeypatch.setattr(step, "code_version", lambda: "f" * 64)

    write_discrepancy_report(attempt_id)

    assert first == bytes_of(folder)


def test_other_code_refuses_to_write_a_report_that_was_never_kept(
    an_ordinary_run, monkeypatch, tmp_path, warehouse
) -> None:
    attempt_id = an_ordinary_run.write()
    own_version = step.code_version()
    monkeypatch.setattr(step, "code_version", lambda: "f" * 64)

    with pytest.raises(CodeChangedError) as refusal:
        write_discrepancy_report(attempt_id)

    assert own_version in str(refusal.value)
    assert "f" * 64 in str(refusal.value)
    assert not (tmp_path / "reports" / "adyen").exists()
    assert [f"work_{attempt_id}"] == workspaces(warehouse)


def test_a_report_whose_rows_and_bytes_are_gone_says_so_and_changes_nothing(
    an_ordinary_run,
) -> None:
    attempt_id = an_ordinary_run.write()
    folder = write_discrepancy_report(attempt_id)
    (Path(folder) / "pending.csv").write_bytes(b"")
    left = bytes_of(folder)
    store.path(hashlib.sha256(left["discrepancies.csv"]).hexdigest()).unlink()
    kept = json.loads(left["manifest.json"])["files"]
    store.path(next(file["sha256"] for file in kept if file["name"] == "pending.csv")).unlink()

    with pytest.raises(Final, match=r"restore the store from its backup"):
        write_discrepancy_report(attempt_id)
    assert left == bytes_of(folder)


def test_a_run_that_was_not_stored_yet_has_no_report(a_run) -> None:
    a_run.write()
    attempt_id = a_run.an_attempt_without_a_run()

    with pytest.raises(Final, match="publish_run comes before"):
        write_discrepancy_report(attempt_id)


@pytest.mark.parametrize("place", [1, 2, 3, 4])
def test_killed_between_two_files_a_folder_is_no_report_and_a_retry_completes_it(
    an_ordinary_run, monkeypatch, tmp_path, place: int
) -> None:
    class Killed(BaseException):
        """Nothing catches it, as nothing catches a SIGKILL."""

    attempt_id = an_ordinary_run.write()
    replace, seen = os.replace, []

    def killer(source, target) -> None:
        if (tmp_path / "reports") in Path(target).parents:
            seen.append(target)
            if len(seen) == place:
                raise Killed
        replace(source, target)

    monkeypatch.setattr(os, "replace", killer)
    with pytest.raises(Killed):
        write_discrepancy_report(attempt_id)
    folder = Path(seen[-1]).parent
    unfinished = [path.name for path in folder.iterdir()]
    monkeypatch.setattr(os, "replace", replace)

    write_discrepancy_report(attempt_id)

    assert "manifest.json" not in unfinished
    assert place - 1 == len(unfinished)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    for file in manifest["files"]:
        assert file["sha256"] == hashlib.sha256((folder / file["name"]).read_bytes()).hexdigest()
    assert FILES == list(bytes_of(str(folder)))


def test_a_folder_that_is_being_put_right_is_no_report_meanwhile(
    an_ordinary_run, monkeypatch
) -> None:
    attempt_id = an_ordinary_run.write()
    folder = Path(write_discrepancy_report(attempt_id))
    (folder / "discrepancies.csv").unlink()

    def killer(source, target) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", killer)
    with pytest.raises(KeyboardInterrupt):
        write_discrepancy_report(attempt_id)

    assert set(FILES) - {"discrepancies.csv", "manifest.json"} == set(bytes_of(str(folder)))


@pytest.mark.parametrize("place", [1, 2, 3, 4])
def test_killed_while_the_bytes_are_kept_nothing_is_listed_and_the_rows_stay(
    an_ordinary_run, monkeypatch, warehouse, place: int
) -> None:
    attempt_id = an_ordinary_run.write()
    fsync, seen = os.fsync, []

    def killer(descriptor: int) -> None:
        seen.append(descriptor)
        if len(seen) == 2 * place:
            raise KeyboardInterrupt
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", killer)
    with pytest.raises(KeyboardInterrupt):
        write_discrepancy_report(attempt_id)
    monkeypatch.setattr(os, "fsync", fsync)

    assert [] == warehouse.execute("select name from internal.run_files").fetchall()
    warehouse.rollback()
    assert [f"work_{attempt_id}"] == workspaces(warehouse)
    assert FILES == list(bytes_of(write_discrepancy_report(attempt_id)))


def test_nothing_unfinished_is_left_in_the_reports_folder(an_ordinary_run, tmp_path) -> None:
    write_discrepancy_report(an_ordinary_run.write())

    assert ["adyen"] == [path.name for path in (tmp_path / "reports").iterdir()]
