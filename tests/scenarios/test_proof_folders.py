"""What a run leaves proves itself: whoever changes a file of it is told where."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from include.reconciliation import config
from include.reconciliation import verify as module
from include.reconciliation.cli import COMMANDS
from include.reconciliation.report.pages import PAGES
from include.reconciliation.verify import READERS, main, verify
from tests.scenarios.conftest import Desk, a_line

Folders = tuple[Path, Path]
FOR_PEOPLE = ("discrepancies.csv", "discrepancies.xlsx", "pending.csv", *PAGES)
_MADE: dict[int, Path] = {}


def _play(desk: Desk) -> None:
    """Two runs with all that a run can have: of each file at least a line."""
    sale = {"payment": "P1", "event": "C1"}
    desk.ledger("L1", 10000, fee_minor=30, **sale)
    desk.ledger("L2", 700, payment="P2", event="C2")
    desk.ledger("L3", 800, payment="P3", event="C3", status="failed")
    desk.ledger("L4", 900, payment="P4", event="C4", fee_minor=12)
    desk.ledger("L5", 1000, payment="P5", event="C5", currency="USD")
    desk.batch(
        1, a_line(fee="0.30"), a_line(payment="P3", event="C3", amount="8.00"),
        a_line(payment="P6", event="C6", amount="6.00"),
        booked="2026-03-02 21:00:00",
    )  # fmt: skip
    desk.run("2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z")
    desk.ledger("L1", 9000, fee_minor=30, **sale)
    desk.ledger("L7", 70, payment="P7", event="C7", at="2026-03-05T10:00:00Z")
    desk.ledger("L8", 80, payment="P8", event="C8", status="failed")
    desk.ledger("L9", 90, payment="P9", event="C9", fee_minor=3)
    desk.batch(
        2, a_line(payment="P4", event="C4", amount="9.00", fee="0.10"),
        a_line(payment="P5", event="C5", amount="10.00", currency="USD"),
        a_line(payment="P9", event="C9", amount="0.95", fee="0.03"),
    )  # fmt: skip
    desk.deliver(b"this is no statement", "settlement_detail_report_99.csv")
    desk.run("2026-03-03T00:00:00Z", "2026-03-06T00:00:00Z")


@pytest.fixture
def folders(request: pytest.FixtureRequest, tmp_path: Path, tmp_path_factory: Any) -> Folders:
    """Copies of the folders of two runs, the second on top of the first."""
    if os.getpid() not in _MADE:
        desk: Desk = request.getfixturevalue("desk")
        request.getfixturevalue("tolerate")("[psp.payouts]", EUR="{ fee = { minor = 2 } }")
        _play(desk)
        _MADE[os.getpid()] = tmp_path_factory.mktemp("made") / "reports"
        shutil.copytree(config.reports_folder(), _MADE[os.getpid()])
    shutil.copytree(_MADE[os.getpid()], tmp_path / "copied")
    first, second = sorted(path.parent for path in (tmp_path / "copied").rglob("manifest.json"))
    return first, second


def lines_of(folder: Path, name: str) -> list[Any]:
    return [json.loads(line) for line in (folder / name).read_bytes().splitlines()]


def write(folder: Path, name: str, lines: list[Any]) -> None:
    """Writes a file anew and makes hash, length and seal fit: what a careful forger would do."""
    compact = (json.dumps(line, separators=(",", ":"), ensure_ascii=False) for line in lines)
    (folder / name).write_bytes("".join(f"{line}\n" for line in compact).encode())
    reseal(folder)


def reseal(folder: Path, **changed: Any) -> None:
    manifest = json.loads((folder / "manifest.json").read_bytes()) | changed
    for file in manifest["files"]:
        content = (folder / file["name"]).read_bytes()
        file |= {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
        if "lines" in file:
            file["lines"] = content.count(b"\n")
    seal(folder, manifest)


def seal(folder: Path, manifest: Any) -> None:
    rest = {name: value for name, value in manifest.items() if name != "seal_sha256"}
    sealed = rest | {"seal_sha256": hashlib.sha256(module.canonical(rest)).hexdigest()}
    (folder / "manifest.json").write_bytes(module.canonical(sealed) + b"\n")


def moved(row: Any) -> Any:
    """A pending row as one that is expected nowhere."""
    names = ("leg", "side", "key", "currency", "minor", "was")
    return {name: row[name] for name in names} | {"rule": "nobody asked"}


def told(folder: Path) -> str:
    return "\n".join(verify(folder)[0])


def test_both_folders_hold_and_have_lines_of_every_sort(folders: Folders) -> None:
    assert [([], []), ([], [])] == [verify(folder) for folder in folders]
    assert set(READERS) == {name for name in READERS if any(lines_of(f, name) for f in folders)}


def test_a_match_reads_like_this(folders: Folders) -> None:
    content = (folders[1] / "matches.ndjson").read_text()
    [line] = [line for line in content.splitlines() if '"L4"' in line]

    assert (
        '{"leg":"ledger_statement","rule":"event_reference","absorbed_minor":0,"proved":true,'
        '"statement":[[["batch 2","settled|P4|C4|EUR",1],"EUR",900,"new"]],'
        '"ledger":[[["L4"],"EUR",900,"open"]],"fee":["EUR",10,12]}'
    ) == line


@pytest.mark.parametrize("name", [*READERS, *FOR_PEOPLE])
def test_one_changed_byte_is_named_with_its_file(folders: Folders, name: str) -> None:
    for folder in folders:
        content = bytearray((folder / name).read_bytes())
        if content:
            content[len(content) // 2] ^= 1
            (folder / name).write_bytes(content)
            assert f"{name}: its bytes have changed" in told(folder)


def test_every_changed_byte_of_the_manifest_is_named(folders: Folders) -> None:
    path = folders[1] / "manifest.json"
    content = path.read_bytes()

    for place in range(0, len(content), 7):
        path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        assert told(folders[1]).startswith("manifest.json: "), place


def test_a_missing_file_and_one_too_many_are_named(folders: Folders) -> None:
    (folders[1] / "fees.ndjson").unlink()
    (folders[1] / "notes.txt").write_text("")

    assert "fees.ndjson: missing" in told(folders[1])
    assert "notes.txt: not of this report" in told(folders[1])


def test_a_row_that_is_removed_is_missing_in_a_sum(folders: Folders) -> None:
    write(folders[1], "matches.ndjson", lines_of(folders[1], "matches.ndjson")[1:])

    assert "statement side, matched rows: the rows come to" in told(folders[1])


def test_a_row_that_is_there_twice_is_named_with_both_lines(folders: Folders) -> None:
    first, *rest = lines_of(folders[1], "pending.ndjson")
    write(folders[1], "pending.ndjson", [first, *rest, first])

    assert "pending.ndjson line 1: a row that is in pending.ndjson line" in told(folders[1])


def test_a_row_in_two_buckets_is_named_with_both_files(folders: Folders) -> None:
    [row, *_] = lines_of(folders[1], "pending.ndjson")
    kept = lines_of(folders[1], "not_expected.ndjson")
    write(folders[1], "not_expected.ndjson", [*kept, moved(row)])

    assert "a row that is in pending.ndjson line 1 too" in told(folders[1])


def test_a_row_moved_to_another_file_is_missing_where_it_was(folders: Folders) -> None:
    pending, kept = (lines_of(folders[1], f"{name}.ndjson") for name in ("pending", "not_expected"))
    [row] = [row for row in pending if row["key"] == ["L7"]]
    write(folders[1], "pending.ndjson", [other for other in pending if other is not row])
    write(folders[1], "not_expected.ndjson", [*kept, moved(row)])

    assert all(f"{name} rows: the rows" in told(folders[1]) for name in ("pending", "not_expected"))
    assert "are not explained" not in told(folders[1])


def test_amounts_swapped_so_that_the_sum_stays_do_not_tie(folders: Folders) -> None:
    lines = lines_of(folders[1], "matches.ndjson")
    one, other = (line["statement"][0] for line in lines[:2])
    one[2], other[2] = other[2], one[2]
    write(folders[1], "matches.ndjson", lines)

    assert "matches.ndjson line 1: the match does not tie" in told(folders[1])


def test_another_currency_does_not_tie(folders: Folders) -> None:
    lines = lines_of(folders[1], "matches.ndjson")
    lines[0]["ledger"][0][1] = "JPY"
    write(folders[1], "matches.ndjson", lines)

    assert "matches.ndjson line 1: the match does not tie" in told(folders[1])


def test_a_discrepancy_that_its_rows_do_not_come_to_is_named(folders: Folders) -> None:
    lines = lines_of(folders[1], "discrepancies.ndjson")
    place, line = next(found for found in enumerate(lines, 1) if found[1]["rows"])
    line["delta_minor"] += 5
    write(folders[1], "discrepancies.ndjson", lines)

    assert f"discrepancies.ndjson line {place}: its rows do not come to its delta" in told(
        folders[1]
    )


@pytest.mark.parametrize(("table", "column"), [("discrepancies", 14), ("pending", 10)])
def test_a_table_for_people_that_says_something_else_is_named(
    folders: Folders, table: str, column: int
) -> None:
    path = folders[1] / f"{table}.csv"
    rows = list(csv.reader(path.read_text().splitlines()))
    assert rows[0][column] in ("delta_minor", "amount_minor")
    rows[1][column] = str(int(rows[1][column]) + 1)
    with path.open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    reseal(folders[1])

    assert f"{table}.csv: its rows are not those of {table}.ndjson" == told(folders[1])


def test_every_figure_of_the_manifest_that_is_edited_is_named(folders: Folders) -> None:
    manifest = json.loads((folders[1] / "manifest.json").read_bytes())
    figures = [
        (table, place, name)
        for table in ("totals", "rolls", "buckets")
        for place, row in enumerate(manifest[table])
        for name in row
        if name.endswith(("_minor", "_rows"))
    ]

    assert len(figures) > 60
    for table, place, name in figures:
        changed = json.loads(json.dumps(manifest[table]))
        changed[place][name] += 1
        reseal(folders[1], **{table: changed})
        assert "the manifest says" in told(folders[1]), (table, place, name)
        reseal(folders[1], **{table: manifest[table]})


def test_a_file_of_another_run_is_not_of_this_one(folders: Folders) -> None:
    shutil.copyfile(folders[0] / "matches.ndjson", folders[1] / "matches.ndjson")

    assert "matches.ndjson: its bytes have changed" in told(folders[1])
    reseal(folders[1])
    assert "matched rows: the rows come to" in told(folders[1])


def test_a_manifest_of_another_run_is_not_of_this_folder(folders: Folders) -> None:
    shutil.copyfile(folders[0] / "manifest.json", folders[1] / "manifest.json")

    assert "not of the folder's" in told(folders[1])


def test_a_predecessor_that_was_made_anew_breaks_the_chain(folders: Folders) -> None:
    reseal(folders[0], requested_by="somebody else")

    assert ([], []) == verify(folders[0])
    assert told(folders[1]) == (
        "chain: the previous manifest.json is not the one that this run followed"
    )


def test_an_opening_that_is_no_closing_breaks_the_chain(folders: Folders) -> None:
    manifest = json.loads((folders[1] / "manifest.json").read_bytes())
    manifest["opening"]["totals"][0]["statement_minor"] += 1
    reseal(folders[1], opening=manifest["opening"])

    assert "chain: the opening totals are not those of the previous run" in told(folders[1])


def test_without_its_predecessor_a_folder_says_that_the_chain_was_not_checked(
    folders: Folders,
) -> None:
    shutil.rmtree(folders[0])

    found, notes = verify(folders[1])
    assert ([], True) == (found, notes[0].startswith("chain: not checked: the previous folder"))


@pytest.mark.parametrize(
    ("text", "about"),
    [
        (b"not json\n", "no JSON"),
        (b'{"leg":"a","leg":"b"}\n', "a key is there twice"),
        (b'{"leg":1.5}\n', "is no whole number"),
        (b'{"leg":NaN}\n', "is no whole number"),
        (b'{"leg":' + b"9" * 5000 + b"}\n", "no whole number of 64 bits"),
        (b'{"leg":9223372036854775808}\n', "no whole number of 64 bits"),
        (b"[" * 100_000 + b"\n", "no JSON"),
        (b"[]\n", "no object of JSON"),
        (b"{}\n", "missing or of another type"),
        (b'{"leg":"ledger_statement"}', "has no end"),
        (b"\xff\n", "no JSON"),
    ],
)
def test_what_is_no_line_of_a_proof_is_refused(folders: Folders, text: bytes, about: str) -> None:
    (folders[1] / "matches.ndjson").write_bytes(text)

    assert about in told(folders[1])


def test_no_link_and_no_path_leads_out_of_the_folder(folders: Folders, tmp_path: Path) -> None:
    (folders[1] / "fees.ndjson").rename(tmp_path / "elsewhere")
    (folders[1] / "fees.ndjson").symlink_to(tmp_path / "elsewhere")
    assert "fees.ndjson: " in told(folders[1])

    manifest = json.loads((folders[1] / "manifest.json").read_bytes())
    for name in ("../elsewhere", "/etc/passwd", "a/b.csv", ".hidden"):
        added = {"name": name, "sha256": "", "bytes": 0}
        seal(folders[1], manifest | {"files": [*manifest["files"], added]})
        assert "no name of a file of its own" in told(folders[1])


NUMBERS = ("minor", "delta_minor", "absorbed_minor")


def _mutants(line: Any, chance: random.Random) -> list[Any]:
    """Edits of a line that change a sum, a side or a bucket."""
    text = json.dumps(line)

    def changed(edit: Callable[[Any], None]) -> Any:
        copy = json.loads(text)
        edit(copy)
        return copy

    off = chance.choice([-1, 1, 1000])
    found = []
    for name in NUMBERS:
        # What a resolved discrepancy came to is in the folder of the run before.
        if line.get(name) is not None and line.get("change") != "resolved":
            found.append(changed(lambda copy, name=name: copy.update({name: copy[name] + off})))
    if "side" in line:
        other = {"statement": "ledger", "ledger": "statement"}[line["side"]]
        found.append(changed(lambda copy: copy.update(side=other)))
        if line["minor"]:
            found.append(changed(lambda copy: copy.update(currency="CHF")))
        found.append(
            changed(lambda copy: copy.update(was="matched" if copy["was"] != "matched" else "new"))
        )
    for side in ("statement", "ledger"):
        if isinstance(line.get(side), list) and line[side] and isinstance(line[side][0], list):
            found.append(
                changed(lambda copy, s=side: copy[s][0].__setitem__(2, copy[s][0][2] + off))
            )
            found.append(changed(lambda copy, s=side: copy[s].pop()))
    for measure in ("fee", "tax"):
        if measure in line:
            found.append(changed(lambda copy, m=measure: copy[m].__setitem__(1, copy[m][1] + off)))
    for row in range(len(line.get("rows", []))):
        found.append(changed(lambda copy, r=row: copy["rows"].pop(r)))
    return found


def test_every_edit_of_every_line_that_changes_a_sum_is_seen_behind_right_hashes(
    folders: Folders,
) -> None:
    chance = random.Random(20260302)
    seen = 0
    for folder in folders:
        for name in READERS:
            lines = lines_of(folder, name)
            for place, line in enumerate(lines):
                mutants = [[mutant] for mutant in _mutants(line, chance)]
                for mutant in [[], *mutants, *([[line, line]] if name != "fees.ndjson" else [])]:
                    write(folder, name, [*lines[:place], *mutant, *lines[place + 1 :]])
                    assert told(folder), (name, place, mutant)
                    seen += 1
            write(folder, name, lines)
        assert "" == told(folder)
    assert seen > 100


def test_a_copy_of_the_one_file_verifies_with_nothing_but_the_standard_library(
    folders: Folders, tmp_path: Path
) -> None:
    copy = tmp_path / "anywhere.py"
    shutil.copyfile(str(module.__file__), copy)

    def ran(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-S", "-I", str(copy), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")

    good = ran(str(folders[0]), str(folders[1]))
    assert (0, f"{folders[1]}: holds") == (good.returncode, good.stdout.splitlines()[-1])
    (folders[1] / "pending.csv").write_bytes(b"")
    bad = ran(str(folders[1]))
    assert 1 == bad.returncode
    assert "does not hold: pending.csv: its bytes have changed" in bad.stdout
    assert (2, 2) == (ran().returncode, ran(str(tmp_path / "nowhere")).returncode)


def test_the_command_needs_no_server(folders: Folders, capsys: pytest.CaptureFixture[str]) -> None:
    assert not COMMANDS["verify"].needs_server
    assert 0 == main([str(folders[1])])
    assert f"{folders[1]}: holds\n" == capsys.readouterr().out
