"""manifest.json: what went into a run, what came out, and the hash of each file; canonical JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from include.reconciliation.identifiers import canonical_json, sha256_of
from include.reconciliation.report.facts import ReportFacts, Row, instant

MANIFEST = "manifest.json"
_COUNTS = (
    "statement_lines",
    "ledger_transactions",
    "matched",
    "pending",
    "discrepancies",
    "late_statement_lines",
    "late_ledger_transactions",
)


@dataclass(frozen=True, slots=True)
class ReportFile:
    """One file of a report: its name, the SHA-256 of its bytes and their number."""

    name: str
    sha256: str
    size_bytes: int
    # Of a file of JSON lines; the warehouse does not list it.
    lines: int | None = field(default=None, compare=False)


def manifest(facts: ReportFacts, files: Sequence[ReportFile]) -> bytes:
    """The manifest's bytes, with a newline at the end; the same facts give the same bytes."""
    header = facts.header
    document = {
        "manifest_version": 2,
        "run_id": header["run_id"],
        "psp": header["psp"],
        "account": header["account"],
        "window": {"start": header["window_start"], "end": header["window_end"]},
        "as_of": header["as_of"],
        "zone": facts.zone,
        "covered_until": header["covered_until"],
        "trigger": header["trigger"],
        "requested_by": header["requested_by"],
        "request_note": header["request_note"],
        "reprocessed": _reprocessed(header),
        "dry_run": header["dry_run"],
        "is_published": header["is_published"],
        "predecessor": _predecessor(header),
        "supersedes_run_id": header["supersedes_run_id"],
        "verdict": header["verdict"],
        "verdict_reasons": header["verdict_reasons"],
        "inputs": {
            "statements": [_statement(row) for row in facts.statements],
            "refused_statements": list(facts.refused_statements),
            "extract_sha256": header["extract_sha256"],
        },
        "correction_log": {
            "sequence_number": header["log_sequence_number"],
            "sha256": header["log_sha256"],
        },
        "rules_sha256": header["rules_sha256"],
        "code_version": header["code_version"],
        "counts": {name: header[name] for name in _COUNTS},
        "opening": {
            "totals": list(facts.opening_totals),
            "buckets": list(facts.opening_buckets),
        },
        "totals": list(facts.totals),
        "rolls": list(facts.rolls),
        "buckets": list(facts.buckets),
        "kinds": list(facts.kinds),
        "divergence": list(facts.divergence),
        "causes": list(facts.causes),
        "fees_against_schedule": list(facts.fees),
        "payouts": list(facts.payout_sums),
        "not_compared": list(facts.not_compared),
        "files": [_file(file) for file in files],
    }
    plain = _plain(document)
    plain["seal_sha256"] = sha256_of(canonical_json(plain).encode())
    return (canonical_json(plain) + "\n").encode()


def listed_sha256(content: bytes, name: str) -> str:
    """The SHA-256 that a manifest lists for a file; ValueError where it is broken or lists none."""
    document = json.loads(content)
    if not isinstance(document, dict):
        raise ValueError(f"{MANIFEST} is no object")
    seal = document.pop("seal_sha256", None)
    if seal != sha256_of(canonical_json(document).encode()):
        raise ValueError(f"the seal of {MANIFEST} is broken")
    for file in document["files"]:
        if file["name"] == name:
            return str(file["sha256"])
    raise ValueError(f"{MANIFEST} lists no {name}")


def book_manifest(book: str, as_of: datetime, files: Sequence[ReportFile]) -> bytes:
    """The bytes of an export's manifest, with a newline: the SHA-256 of each of its files."""
    document = {
        "manifest_version": 1,
        "book": book,
        "as_of": as_of,
        "files": [_file(file) for file in files],
    }
    return (canonical_json(_plain(document)) + "\n").encode()


def json_lines(rows: Sequence[Row]) -> bytes:
    """Rows as lines of canonical JSON."""
    return "".join(canonical_json(_plain(dict(row))) + "\n" for row in rows).encode()


def _file(file: ReportFile) -> dict[str, Any]:
    entry: dict[str, Any] = {"name": file.name, "sha256": file.sha256, "bytes": file.size_bytes}
    if file.lines is not None:
        entry["lines"] = file.lines
    return entry


def _predecessor(header: Row) -> dict[str, Any] | None:
    if header["predecessor_run_id"] is None:
        return None
    return {
        "run_id": header["predecessor_run_id"],
        "manifest_sha256": header["predecessor_manifest_sha256"],
    }


def _reprocessed(header: Row) -> dict[str, Any] | None:
    if header["reprocess_from"] is None:
        return None
    return {"start": header["reprocess_from"], "end": header["reprocess_to"]}


def _statement(row: Row) -> dict[str, Any]:
    return {
        "key": row["statement_key"],
        "file": row["statement_file"],
        "format": row["format"],
        "sha256": row["content_sha256"],
        "lines": row["lines"],
        "covers_from": row["covers_from"],
        "covers_to": row["covers_to"],
        "covers_until": row["covers_until"],
        "proved_by": row["proved_by"],
        "notices": row["notices"],
    }


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, date):
        return value.isoformat()
    return value
