"""`bin/reconciliation verify FOLDER…`: whether the folder of a run proves what it says.

This file needs the standard library of Python alone: no database, nothing of the project, so that
whoever doubts the project can run a copy of it. Every figure of the manifest that rows can prove is
computed again from the rows (docs/proof.md). Exit codes: 0 all of it holds, 1 something does not,
2 the call was wrong.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import sqlite3
import stat
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

MANIFEST = "manifest.json"
LINE_BYTES_MAX = 1 << 26
SHOWN_MAX = 20
GATEWAY_SIDES = {("gateway_ledger", "statement"), ("gateway_statement", "ledger")}
PLAIN_NAME = re.compile(r"[a-z][a-z_]*\.(csv|html|json|ndjson|pdf|xlsx)", re.ASCII)
RUN_ID = re.compile(r"[0-9a-f]{64}", re.ASCII)
# Kinds whose rows are matched or told by another kind: they claim none.
WITHOUT_ROWS = (
    *("fee_mismatch", "tax_mismatch", "date_mismatch", "fx_mismatch"),
    *("ledger_changed", "statement_gap", "payout_failed", "reserve_overdue"),
)
CARRIED = ("tolerance", "not_expected_statement", "not_expected_ledger")
STEPS = ("opening", "new", "reopened", "cleared", "restated", "closing")
# The terms of statement - ledger, with their signs.
TERMS = {
    "existence": 1, "multiplicity": 1, "amount": 1, "fee": 1, "currency": 1, "state": 1,
    "pending_statement": 1, "pending_ledger": -1, "tolerance": 1, "not_expected_statement": 1,
    "not_expected_ledger": -1, "corrections": 1, "not_comparable": 1,
}  # fmt: skip
# Not in the folder of an account whose payouts are not explained.
OPTIONAL_FILES = ("payouts.ndjson",)
# The steps of a payout's waterfall, each with its sign.
WATERFALL = (
    "carried_in", "captures", "refunds", "chargebacks", "processing_fees", "scheme_fees",
    "reserve_held", "reserve_released", "deductions", "fx", "adjustments", "returned",
    "payout_fees", "payout",
)  # fmt: skip
PAID = ("returned", "payout_fees", "payout")
# What makes a batch where the statement doesn't say what a payout is made of.
DERIVED = ("running_balance", "sum_of_lines")
PAYOUT_SUMS = (*WATERFALL, "carried_out", "unexplained")
SIDES = ("statement", "ledger")
# As money passes them, which is how discrepancies are listed.
LEGS = (
    *("authorisation", "gateway_ledger", "gateway_statement"),
    *("ledger_statement", "statement_payout", "payout_bank"),
)
# Legs whose open rows wait for nobody: they count as pending in the proof alone.
WAITING_LEGS = ("authorisation", "statement_payout")
OPEN = ("pending", "discrepancy")
# Where a row stood at the head that the run began with.
WAS = ("new", "changed", "open", "later", "matched", "provisional", "not_expected")
# What the two tables for people say of each row as well: their columns, and the names in the lines.
TABLES = {
    "discrepancies": {
        "discrepancy_id": "discrepancy_id", "leg": "leg", "aspect": "aspect", "kind": "kind",
        "change": "change", "status": "status", "currency": "currency",
        "statement_minor": "statement_minor", "ledger_minor": "ledger_minor",
        "delta_minor": "delta_minor", "exposure_minor": "exposure_minor",
    },
    "pending": {
        "leg": "leg", "side": "side", "reason": "reason", "currency": "currency",
        "is_counted": "counted", "amount_minor": "minor", "due_on": "due_on", "due_at": "due_at",
    },
}  # fmt: skip
Json = dict[str, Any]
Place = tuple[str, int]


class Wrong(Exception):
    """Something that a file says and that can't be so."""


def main(arguments: list[str]) -> int:
    """Verify each folder; 0 when all of them hold."""
    if not arguments or any(word.startswith("-") for word in arguments):
        print("usage: bin/reconciliation verify FOLDER...\n\n" + str(__doc__), file=sys.stderr)
        return 0 if {"-h", "--help"} & set(arguments) else 2
    holds = True
    for name in arguments:
        if not Path(name).is_dir():
            print(f"{name} is no folder", file=sys.stderr)
            return 2
        found, notes = verify(Path(name))
        holds = holds and not found
        for text in found[:SHOWN_MAX]:
            print(f"does not hold: {text}")
        if len(found) > SHOWN_MAX:
            print(f"does not hold: {len(found) - SHOWN_MAX} more")
        for text in notes:
            print(text)
        print(f"{name}: {'DOES NOT HOLD' if found else 'holds'}")
    return 0 if holds else 1


def verify(folder: Path) -> tuple[list[str], list[str]]:
    """What does not hold of a folder, and what else is to be said of it."""
    return Folder(folder.resolve()).check()


class Folder:
    """One folder under examination."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.found: list[str] = []
        self.notes: list[str] = []
        self.manifest: Json = {}
        self.sums: Counter[tuple[str, ...]] = Counter()
        # On disk as soon as it is large.
        self.seen = sqlite3.connect("")
        self.seen.execute("create table rows (key blob, file text, line integer)")
        self.seen.execute(
            "create table events (currency text, event text, apart integer, exposure integer)"
        )
        self.seen.execute(
            "create table told (leg text, shown_under text, currency text, event text, cause text,"
            " is_new integer, exposure integer, delta integer, correction integer)"
        )
        # Of the leg statement_payout: what rows and lines say of each batch and currency.
        self.seen.execute(
            "create table paid (batch text, side text, minor integer, is_told integer,"
            " is_open integer)"
        )
        self.seen.execute(
            "create table payouts (batch text, net integer, paid integer, is_owed integer)"
        )
        self.refused: list[Json] = []
        self.last = (-1, "")
        self.last_payout = ("", "")
        self.has_later_payouts = False

    def check(self) -> tuple[list[str], list[str]]:
        """Everything, the gravest first."""
        try:
            self.manifest = read_manifest(self.path)
            files = self._listed()
        except (Wrong, OSError) as error:
            return [f"{MANIFEST}: {error}"], []
        self._names(files)
        for name, entry in files.items():
            try:
                self._file(name, entry)
            except (Wrong, OSError) as error:
                self.found.append(f"{name}: {error}")
        try:
            self._figures()
            self._chain()
        except (KeyError, TypeError, AttributeError) as error:
            self.found.append(f"{MANIFEST}: it lacks or mistakes {error}")
        self.seen.close()
        return self.found, self.notes

    def _listed(self) -> dict[str, Json]:
        files: dict[str, Json] = {}
        for entry in typed(self.manifest, "files", list):
            name = typed(entry, "name", str)
            if not PLAIN_NAME.fullmatch(name) or name in files:
                raise Wrong(f"it lists {name!r}, which is no name of a file of its own")
            files[name] = entry
        legs = {typed(row, "leg", str) for row in typed(self.manifest, "buckets", list)}
        for name in (*READERS, *(f"{table}.csv" for table in TABLES)):
            if name not in files and (name not in OPTIONAL_FILES or "statement_payout" in legs):
                raise Wrong(f"it does not list {name}")
        return files

    def _names(self, files: dict[str, Json]) -> None:
        there = {entry.name for entry in os.scandir(self.path)} - {MANIFEST}
        self.found += [f"{name}: missing" for name in sorted(files.keys() - there)]
        self.found += [f"{name}: not of this report" for name in sorted(there - files.keys())]
        own = self.manifest.get("run_id")
        if RUN_ID.fullmatch(self.path.name) and self.path.name != own:
            self.found.append(f"{MANIFEST}: it is of run {own}, not of the folder's")

    def _file(self, name: str, entry: Json) -> None:
        """Its hash, its length, and what its lines say."""
        digest, size, lines = hashlib.sha256(), 0, 0
        reader = READERS.get(name)
        with open_plain(self.path / name) as file:
            for block in pieces(file, by_line=reader is not None):
                digest.update(block)
                size += len(block)
                lines += 1
                if reader is not None:
                    try:
                        reader(self, (name, lines), strict_json(block))
                    except Wrong as error:
                        self.found.append(f"{name} line {lines}: {error}")
                    except (KeyError, TypeError, ValueError, AttributeError) as error:
                        self.found.append(f"{name} line {lines}: unexpected content ({error!r})")
        if digest.hexdigest() != entry.get("sha256"):
            self.found.append(f"{name}: its bytes have changed (SHA-256 {digest.hexdigest()})")
        if size != entry.get("bytes") or (reader and lines != entry.get("lines")):
            self.found.append(f"{name}: it has {size} bytes in {lines} lines, not as listed")

    # What each kind of line says. Sums are kept under (what, leg, ...).

    def match(self, place: Place, line: Json) -> None:
        """A match that the run made: its rows, and the fees that it compared."""
        leg = self._match(line, 1)
        for side in ("statement", "ledger"):
            for key, currency, minor, was in line[side]:
                self._row(place, leg, side, key, currency, minor, was, "matched", True)
        self._fees(leg, line)
        self.sums["matches", leg] += 1

    def dissolved(self, place: Place, line: Json) -> None:
        """A match of an earlier run is no more."""
        leg = self._match(line, -1)
        for side in ("statement", "ledger"):
            self.sums["dissolved", leg, side] += len(line[side])

    def _match(self, line: Json, sign: int) -> str:
        leg, is_proved = typed(line, "leg", str), typed(line, "proved", bool)
        rest: Counter[str] = Counter()
        for side, direction in (("statement", 1), ("ledger", -1)):
            for row in typed(line, side, list):
                rest[row[1]] += direction * (whole(row[2]) if row[2] is not None else 0)
                if side == "ledger" and not is_proved:
                    self.sums["not_comparable", leg, row[1]] -= sign * whole(row[2])
        if not typed(line, "rule", str) or not line["statement"] + line["ledger"]:
            raise Wrong("a match needs a rule and rows")
        absorbed = whole(line["absorbed_minor"])
        if absorbed:
            currency = (line["statement"] + line["ledger"])[0][1]
            self.sums["tolerance", leg, currency] += sign * absorbed
        left = {currency: minor for currency, minor in rest.items() if minor}
        if is_proved and sorted(left.values()) != ([absorbed] if absorbed else []):
            raise Wrong(f"the match does not tie: {left or 0}, absorbed {absorbed}")
        return leg

    def pending(self, place: Place, line: Json) -> None:
        """A row waits for its other side."""
        self._named_row(place, line["leg"], line, "pending")
        shown = {"minor": line["minor"] or 0, "side": side_shown(line["leg"], line["side"])}
        self._fingerprint("pending", line, shown)
        if line["leg"] == "statement_payout" and not line["counted"]:
            self.has_later_payouts = True
        if typed(line, "counted", bool):
            term = f"pending_{line['side']}"
            self.sums[term, line["leg"], line["currency"]] += whole(line["minor"])

    def discrepancy(self, place: Place, line: Json) -> None:
        """Its rows come to its delta."""
        if typed(line, "leg", str) not in LEGS:
            raise Wrong(f"unknown leg {line['leg']!r}")
        place_of_it = (LEGS.index(line["leg"]), typed(line, "discrepancy_id", str))
        if place_of_it <= self.last:
            raise Wrong("it is there twice, or not in its place")
        self.last = place_of_it
        self._fingerprint("discrepancies", line, {})
        leg, kind, delta = line["leg"], typed(line, "kind", str), whole(line["delta_minor"])
        is_open = typed(line, "change", str) != "resolved"
        currency = line["currency"] or "XXX"
        rest: Counter[str] = Counter()
        for row in typed(line, "rows", list):
            self._named_row(place, leg, row, "discrepancy")
            sign = 1 if row["side"] == "statement" else -1
            rest[row["currency"]] += sign * (row["minor"] or 0)
        for request, of_currency, minor in typed(line, "corrections", list):
            if not RUN_ID.fullmatch(request) or not is_open:
                raise Wrong("a correction has no id, or is of what is resolved")
            # An entry that the ledger has not posted yet stands on its side.
            rest[of_currency] -= whole(minor)
            self.sums["corrections", leg, of_currency] += minor
        # An event that breaks several legs counts under the first of them.
        is_shown = typed(line, "shown_under", str) == leg
        self.sums["kind", kind, line["currency"] or "", line["change"]] += is_shown
        if is_open:
            self._open_discrepancy(leg, line, currency)
        if is_open and kind not in WITHOUT_ROWS:
            rest[currency] -= delta
        if any(rest.values()) or (line["rows"] and (not is_open or kind in WITHOUT_ROWS)):
            raise Wrong(f"its rows do not come to its delta of {delta}: {dict(rest)} left over")

    def _open_discrepancy(self, leg: str, line: Json, currency: str) -> None:
        kind, delta, exposure = line["kind"], whole(line["delta_minor"]), line["exposure_minor"]
        aspect = "tax" if kind == "tax_mismatch" else typed(line, "aspect", str)
        self.sums["delta", leg, currency, aspect] += delta
        is_shown = line["shown_under"] == leg
        self.sums["discrepancies", leg] += is_shown
        known = 0 if exposure is None else whole(exposure)
        for what, amount in (("rows", 1), ("exposure_minor", known), ("delta_minor", delta)):
            self.sums["kind", line["kind"], line["currency"] or "", what] += amount * is_shown
        if line["currency"] is not None:
            row = (currency, line["event_id"], line["status"] != "open", known)
            self.seen.execute("insert into events values (?, ?, ?, ?)", row)
            if line["status"] == "open":
                self._tell_cause(leg, line, known)

    def _tell_cause(self, leg: str, line: Json, exposure: int) -> None:
        """A cause is claimed when its formula holds in one way and no other formula does."""
        # Folders of before there were causes have none.
        found = line.get("causes", [])
        claimed = [each for each in found if typed(each, "claimed", bool)]
        if claimed and (len(found) > 1 or claimed[0]["solutions"] != 1):
            raise Wrong("a cause is claimed beside others")
        self.seen.execute(
            "insert into told values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                leg,
                line["shown_under"],
                line["currency"],
                line["event_id"],
                claimed[0]["cause"] if claimed else None,
                line["change"] in ("new", "reopened"),
                exposure,
                whole(line["delta_minor"]),
                claimed[0]["correction_minor"] if claimed else None,
            ),
        )

    def not_expected(self, place: Place, line: Json) -> None:
        """A row that the other side need not have, by the rule that says so."""
        leg, side, minor = line["leg"], line["side"], line["minor"]
        typed(line, "rule", str)
        self._row(
            place,
            leg,
            side,
            line["key"],
            line["currency"],
            minor,
            line["was"],
            "not_expected",
            True,
        )
        if line["was"] in ("new", "changed", "later") and minor:
            self.sums[f"not_expected_{side}", leg, line["currency"]] += minor

    def withdrawn(self, place: Place, line: Json) -> None:
        """A version of a row that is in force no more."""
        leg, side, currency, was = line["leg"], line["side"], line["currency"], line["was"]
        if typed(line, "change", str) not in ("changed", "withdrawn"):
            raise Wrong(f"unknown change {line['change']!r}")
        self.sums["was", leg, side, was] += 1
        self.sums["gone", leg, side, line["change"]] += 1
        if line["minor"] is None:
            return
        minor = whole(line["minor"])
        if was != "later":
            self.sums[side, leg, currency] -= minor
        if was == "not_expected":
            self.sums[f"not_expected_{side}", leg, currency] -= minor
        if was == "open":
            self._roll(leg, side, currency, "opening", minor)
            self._roll(leg, side, currency, "restated", minor, -1)

    def fees(self, place: Place, line: Json) -> None:
        """What both sides say of the fee of an event that is no match of this run."""
        self._fees(typed(line, "leg", str), line)

    def absorbed(self, place: Place, line: Json) -> None:
        """What a tolerance let pass; that of amounts is in the matches, too."""
        minor = whole(line["absorbed_minor"])
        if whole(line["statement_minor"]) - whole(line["ledger_minor"]) != minor:
            raise Wrong("statement less ledger is not what was absorbed")
        self.sums["absorbed", typed(line, "leg", str), line["currency"], line["measure"]] += minor

    def payout(self, place: Place, line: Json) -> None:
        """A payout: the steps of its waterfall come to what is carried out and not explained."""
        place_of_it = (typed(line, "batch", str), typed(line, "currency", str))
        if place_of_it <= self.last_payout:
            raise Wrong("it is there twice, or not in its place")
        self.last_payout = place_of_it
        total = sum(whole(line[f"{step}_minor"]) for step in WATERFALL)
        rest = total - whole(line["carried_out_minor"]) - whole(line["unexplained_minor"])
        if rest:
            raise Wrong(f"the steps of the payout leave {rest} over")
        if (typed(line, "state", str) == "unexplained") != (line["unexplained_minor"] != 0):
            raise Wrong("its state is not what it leaves unexplained")
        self._expect_rows(line)
        self.sums["unexplained", line["currency"]] += line["unexplained_minor"]
        self.sums["payout", line["currency"], "batches"] += 1
        for step in PAYOUT_SUMS:
            self.sums["payout", line["currency"], f"{step}_minor"] += line[f"{step}_minor"]

    def _expect_rows(self, line: Json) -> None:
        """What the batch's lines come to and what was paid of them, where its line says it."""
        basis, state = typed(line, "basis", str), line["state"]
        paid = -sum(line[f"{step}_minor"] for step in PAID)
        net, is_owed = None, True if state in ("failed", "not_paid_out") else None
        if basis in DERIVED:
            if state == "sum_of_lines" and not whole(line["payouts"]):
                net = -line["payout_minor"]
            paid, is_owed = 0, bool(is_owed)
        elif is_owed:
            if paid or (state == "failed") != (line["returned_minor"] > 0):
                raise Wrong(f"it is {state}, and what was paid and returned says otherwise")
        elif state in ("explained", "nothing_to_pay", "unexplained"):
            net = paid + line["unexplained_minor"]
        else:
            raise Wrong(f"unknown state {state!r}")
        name = f"{line['batch']} {line['currency']}"
        self.seen.execute("insert into payouts values (?, ?, ?, ?)", (name, net, paid, is_owed))

    def quarantine(self, place: Place, line: Json) -> None:
        """A statement that was refused whole."""
        self.refused.append(line)

    def _fees(self, leg: str, line: Json) -> None:
        for measure in ("fee", "tax"):
            if measure in line:
                currency, statement, ledger = line[measure]
                self.sums[f"{measure} statement", leg, currency] += whole(statement)
                self.sums[f"{measure} ledger", leg, currency] += whole(ledger)

    def _named_row(self, place: Place, leg: str, row: Json, bucket: str) -> None:
        self._row(
            place,
            leg,
            row["side"],
            row["key"],
            row["currency"],
            row["minor"],
            row["was"],
            bucket,
            typed(row, "counted", bool),
        )

    def _row(
        self,
        place: Place,
        leg: str,
        side: str,
        key: list[Any],
        currency: str,
        minor: int | None,
        was: str,
        bucket: str,
        is_counted: bool,
    ) -> None:
        """A row in force, in the bucket where it ended: the sums that it enters."""
        if side not in ("statement", "ledger") or was not in WAS:
            raise Wrong(f"unknown side {side!r} or earlier place {was!r}")
        name = json.dumps([leg, side, key]).encode()
        digest = hashlib.blake2b(name, digest_size=16).digest()
        self.seen.execute("insert into rows values (?, ?, ?)", (digest, *place))
        self.sums["bucket", leg, side, bucket] += 1
        self.sums["was", leg, side, was] += 1
        if leg == "statement_payout":
            is_open = bucket in OPEN
            is_told = was in ("new", "changed") or (was == "open" and is_open)
            paid = (str(key[1 if side == "statement" else 0]), side, minor, is_told, is_open)
            self.seen.execute("insert into paid values (?, ?, ?, ?, ?)", paid)
        if minor is None or not is_counted:
            return
        if was in ("new", "changed", "later"):
            self.sums[side, leg, currency] += whole(minor)
        if bucket == "not_expected" and side == "statement":
            return
        is_open = bucket in OPEN
        if is_open:
            self._roll(leg, side, currency, "closing", minor)
        if was in ("new", "later", "open"):
            self._roll(leg, side, currency, "opening" if was == "open" else "new", minor)
            if not is_open:
                self._roll(leg, side, currency, "cleared", minor)
        elif is_open:
            is_restated = was in ("changed", "provisional") or self.manifest.get("reprocessed")
            self._roll(leg, side, currency, "restated" if is_restated else "reopened", minor)

    def _roll(
        self, leg: str, side: str, currency: str, step: str, minor: int, sign: int = 1
    ) -> None:
        self.sums["roll", leg, side, currency, f"{step}_rows"] += sign
        self.sums["roll", leg, side, currency, f"{step}_minor"] += sign * whole(minor)

    def _fingerprint(self, table: str, line: Json, changed: Json) -> None:
        """Adds what a line says to a sum that does not depend on the order of lines."""
        values = [(line | changed)[name] for name in TABLES[table].values()]
        # CSV has texts alone: null is empty, and true is a word.
        shown = [value if type(value) is str else json.dumps(value) for value in values]
        cells = ["" if text == "null" else text for text in shown]
        self.sums["lines of", table] += fingerprint(cells)

    # The figures of the manifest, from the sums.

    def _hold_tables(self) -> None:
        """What people read is what the lines say."""
        for table, columns in TABLES.items():
            total = 0
            try:
                with open_plain(self.path / f"{table}.csv") as file:
                    text = io.TextIOWrapper(file, encoding="utf-8", newline="")
                    for row in csv.DictReader(text, strict=True):
                        total += fingerprint([row[name] for name in columns])
            except (Wrong, OSError):
                continue  # It is told already.
            except (csv.Error, KeyError, AttributeError, ValueError) as error:
                self.found.append(f"{table}.csv: no such table: {error!r}")
                continue
            if total != self.sums["lines of", table]:
                self.found.append(f"{table}.csv: its rows are not those of {table}.ndjson")

    def _figures(self) -> None:
        self._hold_buckets()
        self._hold_totals()
        self._hold_rolls()
        self._hold_counts()
        self._hold_exposure()
        self._hold_causes()
        self._hold_payouts()
        self._hold_tables()
        if self.refused != self.manifest["inputs"]["refused_statements"]:
            self.found.append(
                "quarantine.ndjson: not the statements that the manifest lists as refused"
            )
        self.seen.execute("create index by_key on rows (key)")
        twice = self.seen.execute(
            "select min(file || ' line ' || line), max(file || ' line ' || line) from rows"
            " group by key having count(*) > 1 limit 1000"
        )
        self.found += [f"{first}: a row that is in {other} too" for first, other in twice]

    def _hold_payouts(self) -> None:
        """Payouts come to what the manifest says; what is unexplained, to their discrepancies."""
        stated = {row["currency"]: row for row in self.manifest.get("payouts", [])}
        told = {key[1] for key in self.sums if key[0] == "payout"}
        names = ("batches", *(f"{step}_minor" for step in PAYOUT_SUMS))
        for currency in sorted(told | stated.keys()):
            for name in names:
                self._expect(
                    f"payouts {currency} {name}",
                    self.sums["payout", currency, name],
                    stated.get(currency, {}).get(name),
                )
        self._hold_batches()
        if self.has_later_payouts:
            return  # Dated after the cut-off: they are told, and no discrepancy yet.
        leg = "statement_payout"
        keys = [key for key in self.sums if key[0] in ("unexplained", "delta", "corrections")]
        currencies = {key[1] for key in keys if key[0] == "unexplained"}
        currencies |= {key[2] for key in keys if key[0] != "unexplained" and key[1] == leg}
        for currency in sorted(currencies):
            said = self.sums["delta", leg, currency, "amount"]
            said += self.sums["corrections", leg, currency]
            left = self.sums["unexplained", currency]
            if left != said:
                self.found.append(
                    f"payouts.ndjson: {currency}: {left} unexplained, discrepancies say {said}"
                )

    def _hold_batches(self) -> None:
        """Each payout is what the rows of its leg are; who has a row that moved has a line."""
        self.seen.execute("create index paid_batch on paid (batch)")
        self.seen.execute("create index payouts_batch on payouts (batch)")
        wrong = self.seen.execute(
            "select payouts.batch, net, payouts.paid,"
            " max(case side when 'statement' then minor end) as net_row,"
            " coalesce(max(case side when 'ledger' then minor end), 0) as paid_row"
            " from payouts left join paid using (batch) group by payouts.batch"
            " having net_row is null or net <> net_row or payouts.paid <> paid_row"
            " or is_owed <> max(case side when 'statement' then is_open end) limit 1000"
        )
        for batch, net, paid, net_row, paid_row in wrong:
            self.found.append(
                f"payouts.ndjson: {batch}: its line says {net} of its lines and {paid} paid,"
                f" the rows of statement_payout {net_row} and {paid_row}"
            )
        untold = self.seen.execute(
            "select distinct batch from paid where is_told"
            " and batch not in (select batch from payouts) limit 1000"
        )
        self.found += [f"payouts.ndjson: {batch} has rows, and no line" for (batch,) in untold]

    def _expect(self, what: str, computed: int, stated: object) -> None:
        if type(stated) is not int or computed != stated:
            self.found.append(f"{what}: the rows come to {computed}, the manifest says {stated}")

    def _hold_buckets(self) -> None:
        opening = {(row["leg"], row["side"]): row for row in self.manifest["opening"]["buckets"]}
        stated = {(row["leg"], row["side"]): row for row in self.manifest["buckets"]}
        met = {(key[1], key[2]) for key in self.sums if key[0] in ("was", "dissolved")}
        # A leg of a gateway that is no longer declared ends; that of the ledger never does.
        legs = {leg for leg, _ in stated.keys() | met} | {"ledger_statement"}
        carried = {key for key in opening if key[0] in legs}
        for leg, side in sorted(stated.keys() | met | carried):
            before, now = opening.get((leg, side), {}), stated.get((leg, side), {})

            def count(*key: str, of: tuple[str, str] = (leg, side)) -> int:
                return self.sums[(key[0], *of, *key[1:])]

            matched, idle = count("bucket", "matched"), count("bucket", "not_expected")
            computed = {
                "in_force": before.get("in_force_rows", 0)
                + count("was", "new")
                - count("gone", "withdrawn"),
                "matched": before.get("matched_rows", 0) + matched - count("dissolved"),
                "pending": count("bucket", "pending"),
                "discrepancy": count("bucket", "discrepancy"),
                "not_expected": before.get("not_expected_rows", 0)
                + idle
                - count("was", "not_expected"),
            }
            for bucket, rows in computed.items():
                self._expect(f"{leg}, {side} side, {bucket} rows", rows, now.get(f"{bucket}_rows"))
            if computed.pop("in_force") != sum(computed.values()):
                self.found.append(f"{leg}, {side} side: not every row in force is in one bucket")
            released = count("was", "matched") + count("was", "provisional")
            if released != count("dissolved"):
                self.found.append(
                    f"dissolved.ndjson: {count('dissolved')} rows of the {side} side, but "
                    f"{released} rows were matched before"
                )
            if count("was", "changed") != count("gone", "changed"):
                self.found.append(
                    f"withdrawn.ndjson: not one earlier version for each changed {side} row"
                )

    def _hold_totals(self) -> None:
        opening = {(row["leg"], row["currency"]): row for row in self.manifest["opening"]["totals"]}
        for row in self.manifest["totals"]:
            leg, currency, measure = row["leg"], row["currency"], row["measure"]
            computed = self._terms(leg, currency, measure, opening.get((leg, currency), {}))
            explained = sum(sign * computed[term] for term, sign in TERMS.items())
            computed["residual"] = computed["statement"] - computed["ledger"] - explained
            for term, minor in computed.items():
                self._expect(f"{leg}, {measure} in {currency}, {term}", minor, row[f"{term}_minor"])
            if computed["residual"]:
                what = f"{leg}, {measure} in {currency}"
                self.found.append(f"{what}: {computed['residual']} minor units are not explained")
        listed = {(row["leg"], row["currency"]) for row in self.manifest["totals"]}
        moved = {key[1:3] for key, sum_ in self.sums.items() if key[0] in SIDES and sum_}
        for leg, currency in sorted(moved - listed - {(key[0], "XXX") for key in moved}):
            self.found.append(f"{leg}, {currency}: the manifest has no total")

    def _terms(self, leg: str, currency: str, measure: str, before: Json) -> dict[str, int]:
        terms = dict.fromkeys(("statement", "ledger", *TERMS), 0)
        if measure != "gross":
            for side in SIDES:
                terms[side] = self.sums[f"{measure} {side}", leg, currency]
            terms["fee"] = self.sums["delta", leg, currency, measure]
            terms["tolerance"] = self.sums["absorbed", leg, currency, measure]
            return terms
        for term in (*SIDES, *CARRIED, "not_comparable"):
            terms[term] = before.get(f"{term}_minor", 0) + self.sums[term, leg, currency]
        terms["corrections"] = self.sums["corrections", leg, currency]
        for aspect in ("existence", "multiplicity", "amount", "currency", "state"):
            terms[aspect] = self.sums["delta", leg, currency, aspect]
        for side in SIDES:
            terms[f"pending_{side}"] = self.sums[f"pending_{side}", leg, currency]
        return terms

    def _hold_rolls(self) -> None:
        stated = {(row["leg"], row["side"], row["currency"]): row for row in self.manifest["rolls"]}
        met = {(key[1], key[2], key[3]) for key in self.sums if key[0] == "roll"}
        for key in sorted(stated.keys() | met):
            row = stated.get(key, {})
            for step in (f"{step}_{unit}" for step in STEPS for unit in ("rows", "minor")):
                what = f"{key[0]}, {key[1]} side, {key[2]}, {step.replace('_', ', ')}"
                self._expect(what, self.sums[("roll", *key, step)], row.get(step, 0))

    def _hold_counts(self) -> None:
        counts, leg = self.manifest["counts"], "ledger_statement"
        for name, side in (("statement_lines", "statement"), ("ledger_transactions", "ledger")):
            arrived = self.sums["was", leg, side, "new"] + self.sums["was", leg, side, "changed"]
            self._expect(f"counts, {name}", arrived, counts[name])
        self._expect("counts, matches", self.sums["matches", leg], counts["matched"])
        total = sum(count for key, count in self.sums.items() if key[0] == "discrepancies")
        self._expect("counts, discrepancies", total, counts["discrepancies"])
        # What is left of an authorisation, or not paid out yet, is no item that waits.
        pending = sum(
            count
            for key, count in self.sums.items()
            if key[0] == "bucket" and key[3] == "pending" and key[1] not in WAITING_LEGS
        )
        self._expect("counts, pending", pending, counts["pending"])
        words = ["discrepancies"] if counts["discrepancies"] else []
        words = words or (["reconciled_with_pending"] if pending else ["reconciled"])
        if self.manifest["verdict"] not in (*words, "incomplete"):
            self.found.append(
                f"{MANIFEST}: the verdict is {self.manifest['verdict']}, not {words[0]}"
            )

    def _hold_exposure(self) -> None:
        stated = {row["currency"]: row for row in self.manifest["divergence"]}
        computed: dict[str, Counter[str]] = {currency: Counter() for currency in stated}
        events = self.seen.execute(
            "select currency, max(not apart), max(case when not apart then exposure end),"
            " max(case when apart then exposure end) from events group by currency, event"
        )
        for currency, is_open, exposure, apart in events:
            sums = computed.setdefault(currency, Counter())
            sums.update(events=is_open, exposure_minor=exposure or 0, apart_minor=apart or 0)
        for currency, sums in sorted(computed.items()):
            for name in ("events", "exposure_minor", "apart_minor"):
                what = f"divergence in {currency}, {name}"
                self._expect(what, sums[name], stated.get(currency, {}).get(name))
        for row in self.manifest["kinds"]:
            for name in ("rows", "exposure_minor", "delta_minor"):
                total = self.sums["kind", row["kind"], row["currency"] or "", name]
                self._expect(f"kind {row['kind']}, closing {name}", total, row[f"closing_{name}"])
            for change in ("new", "reopened", "resolved"):
                total = self.sums["kind", row["kind"], row["currency"] or "", change]
                self._expect(f"kind {row['kind']}, {change} rows", total, row[f"{change}_rows"])

    def _hold_causes(self) -> None:
        """How much each cause explains; an event of several legs is told on that of the ledger."""
        if "causes" not in self.manifest:
            return
        names = ("discrepancies", "new_discrepancies", "exposure_minor", "delta_minor")
        stated = {(row["currency"], row["cause"]): row for row in self.manifest["causes"]}
        self.seen.execute("create index told_events on told (leg, event)")
        computed = {
            (currency, cause): (*sums, correction)
            for currency, cause, *sums, correction in self.seen.execute(
                "select currency, cause, count(*), sum(is_new), sum(exposure), sum(delta),"
                " sum(correction) from told where leg = 'ledger_statement' or (shown_under = leg"
                " and not exists (select 1 from told as here where here.leg = 'ledger_statement'"
                " and here.event = told.event)) group by currency, cause"
            )
        }
        for key in sorted(stated.keys() | computed.keys(), key=str):
            what = f"cause {key[1] or 'none'} in {key[0]}"
            *sums, correction = computed.get(key, (0, 0, 0, 0, None))
            row = stated.get(key, {})
            for name, total in zip(names, sums, strict=True):
                self._expect(f"{what}, {name}", total, row.get(name, 0))
            if correction != row.get("correction_minor"):
                self.found.append(f"{what}: corrections of {correction} in all, not as stated")

    def _chain(self) -> None:
        """What this run opens with is what its predecessor closed with."""
        link = self.manifest["predecessor"]
        if link is None:
            if self.manifest["opening"] != {"buckets": [], "totals": []}:
                self.found.append(f"{MANIFEST}: a first run opens with nothing")
            return
        if not RUN_ID.fullmatch(str(link["run_id"])):
            raise KeyError("predecessor")
        beside = [self.path.parent, *sorted(self.path.parent.parent.glob("*"))]
        folder = next(
            (at / link["run_id"] for at in beside if (at / link["run_id"]).is_dir()), None
        )
        if folder is None:
            self.notes.append(
                f"chain: not checked: the previous folder {link['run_id']} is not here"
            )
            return
        try:
            with open_plain(folder / MANIFEST) as file:
                found = hashlib.sha256(file.read(LINE_BYTES_MAX)).hexdigest()
            before = read_manifest(folder)
        except (Wrong, OSError) as error:
            self.found.append(f"chain: the previous {MANIFEST}: {error}")
            return
        if link["manifest_sha256"] is None:
            self.notes.append(
                "chain: the previous run had no report yet, so its hash is not recorded"
            )
        elif link["manifest_sha256"] != found:
            self.found.append(
                f"chain: the previous {MANIFEST} is not the one that this run followed"
            )
        for name, rows in self.manifest["opening"].items():
            kept = [row for row in before[name] if row.get("measure", "gross") == "gross"]
            if rows != [{key: row[key] for key in rows[0]} for row in kept] if rows else kept:
                self.found.append(f"chain: the opening {name} are not those of the previous run")
        closed = {(row["leg"], row["side"], row["currency"]): row for row in before["rolls"]}
        for row in self.manifest["rolls"]:
            ended = closed.pop((row["leg"], row["side"], row["currency"]), {})
            for unit in ("rows", "minor"):
                if row[f"opening_{unit}"] != ended.get(f"closing_{unit}", 0):
                    self.found.append(
                        f"chain: {row['side']}, {row['currency']}: opens with other {unit}"
                    )
        if any(row["closing_rows"] for row in closed.values()):
            self.found.append("chain: what the previous run left open is not in the roll-forward")


READERS: dict[str, Callable[[Folder, Place, Json], None]] = {
    "absorbed.ndjson": Folder.absorbed,
    "discrepancies.ndjson": Folder.discrepancy,
    "dissolved.ndjson": Folder.dissolved,
    "fees.ndjson": Folder.fees,
    "matches.ndjson": Folder.match,
    "not_expected.ndjson": Folder.not_expected,
    "payouts.ndjson": Folder.payout,
    "pending.ndjson": Folder.pending,
    "quarantine.ndjson": Folder.quarantine,
    "withdrawn.ndjson": Folder.withdrawn,
}


def read_manifest(folder: Path) -> Json:
    """The manifest of a folder, when its bytes are those that it was sealed with."""
    with open_plain(folder / MANIFEST) as file:
        content = file.read(LINE_BYTES_MAX)
    manifest = strict_json(content)
    seal = manifest.pop("seal_sha256", None)
    if hashlib.sha256(canonical(manifest)).hexdigest() != seal:
        raise Wrong("its content has changed since it was sealed")
    manifest["seal_sha256"] = seal
    if content != canonical(manifest) + b"\n":
        raise Wrong("its bytes have changed")
    if manifest.get("manifest_version") != 2:
        raise Wrong("it is of another version: use the verify of the code that wrote it")
    return manifest


def canonical(value: object) -> bytes:
    """JSON with sorted keys and no spaces."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def open_plain(path: Path) -> BinaryIO:
    """A file that is no link and no device."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise Wrong("it is no plain file")
    return os.fdopen(descriptor, "rb")


def pieces(file: BinaryIO, *, by_line: bool) -> Iterator[bytes]:
    """A file line by line, or in blocks."""
    while piece := file.readline(LINE_BYTES_MAX) if by_line else file.read(1 << 20):
        if by_line and not piece.endswith(b"\n"):
            raise Wrong("its last line has no end, or a line is too long")
        yield piece


def strict_json(content: bytes) -> Json:
    """An object without floats, without a key twice, and of whole numbers of 64 bits."""

    def pairs(found: list[tuple[str, Any]]) -> Json:
        known = dict(found)
        if len(known) < len(found):
            raise Wrong("a key is there twice")
        return known

    def integer(text: str) -> int:
        return whole(int(text)) if len(text) < 21 else whole(None)

    def refuse(text: str) -> None:
        raise Wrong(f"{text[:40]} is no whole number")

    try:
        value = json.loads(
            content.decode(),
            object_pairs_hook=pairs,
            parse_int=integer,
            parse_float=refuse,
            parse_constant=refuse,
        )
    except (ValueError, RecursionError) as error:
        raise Wrong(f"no JSON: {error}") from error
    if not isinstance(value, dict):
        raise Wrong("no object of JSON")
    return value


def fingerprint(cells: list[str]) -> int:
    """A number for a row of texts."""
    text = json.dumps(cells).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=16).digest(), "big")


def whole(value: object) -> int:
    """A whole number of 64 bits."""
    if type(value) is not int or not -(2**63) <= value < 2**63:
        raise Wrong("a number is no whole number of 64 bits")
    return value


def side_shown(leg: str, side: str) -> str:
    """What people read: on which legs and sides the rows are the gateway's."""
    is_gateway = leg == "authorisation" or (leg, side) in GATEWAY_SIDES
    return "gateway" if is_gateway else side


def typed(line: Json, name: str, kind: type) -> Any:
    """What a line says under a name, of that type."""
    if type(line.get(name)) is not kind:
        raise Wrong(f"{name} is missing or of another type")
    return line[name]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
