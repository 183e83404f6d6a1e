"""Exports what is known of one payment, with its proofs: bin/reconciliation evidence --payment ID.

The pack is kept in the content store under its SHA-256, and lies in `evidence/` of the reports
folder for whoever runs the command or the workers to read, and nobody else.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg

from include.reconciliation import config
from include.reconciliation.edges import evidence_sources, report_files, store
from include.reconciliation.errors import Broken, Final, ReconciliationError, RequestError
from include.reconciliation.outside_text import printable
from include.reconciliation.report.evidence_pages import pdf
from include.reconciliation.report.manifest import ReportFile
from include.reconciliation.steps.evidence_pack import HOLDS, EvidencePack, evidence_pack

FORMATS = ("json", "pdf")
PAYMENT_CHARACTERS_MAX = 200
PROVED, NOT_PROVED, REFUSED = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Exported:
    """Where a pack lies, the SHA-256 of the file, of the JSON in it, and what it proves."""

    path: Path
    sha256: str
    json_sha256: str
    verdict: str
    reasons: Sequence[str]


def main(argv: Sequence[str]) -> int:
    """0 when the pack proves the payment, 1 when it was written and does not, 2 when it was not."""
    parser = argparse.ArgumentParser(
        prog="bin/reconciliation evidence",
        description="Export what is known of a payment, with its proofs.",
        epilog="bin/reconciliation evidence verify FILE... proves a pack, without a database.",
    )
    parser.add_argument("--payment", required=True, metavar="ID", help="its id, or a reference")
    parser.add_argument("--format", choices=FORMATS, default="json")
    parser.add_argument("--output", type=Path, metavar="FILE", help="default: the reports folder")
    arguments = parser.parse_args(argv)
    try:
        made = export(arguments.payment, arguments.format, arguments.output)
    except (psycopg.Error, OSError, ReconciliationError) as error:
        print(error, file=sys.stderr)
        return REFUSED
    print(f"{made.path}\nsha256 {made.sha256}\nverdict {made.verdict}")
    for reason in made.reasons:
        print(printable(reason))
    return PROVED if made.verdict == HOLDS else NOT_PROVED


def export_evidence(payment_id: str, format: str) -> str:
    """Writes the pack of a payment into the reports folder; returns the SHA-256 of its JSON."""
    return export(payment_id, format).json_sha256


def the_pack_proves_the_payment(json_sha256: str) -> str:
    """The verdict of a kept pack; Broken, with the reasons, when it is not that all of it holds."""
    document = json.loads(store.read(json_sha256))
    if document["verdict"] != HOLDS:
        raise Broken(
            f"the evidence pack of payment {document['payment_id']!r} is kept ({json_sha256}), and "
            f"says {document['verdict']}: {'; '.join(document['verdict_reasons'])}"
        )
    return str(document["verdict"])


def export(payment_id: str, format: str, output: Path | None = None) -> Exported:
    """The pack as a file, complete when this returns; the same sources give the same bytes.

    Raises RequestError for what can't be asked and for an output that is there with other bytes.
    """
    _refuse(payment_id, format)
    pack = evidence_pack(payment_id)
    json_sha256 = store.keep(pack.content)
    content = pack.content if format == "json" else _pages(pack)
    sha256 = store.keep(content)
    path = _in_reports(payment_id, format, sha256, len(content))
    if output is not None:
        report_files.write_once(output, content)
        path = output
    document = pack.document
    return Exported(path, sha256, json_sha256, document["verdict"], document["verdict_reasons"])


def _refuse(payment_id: str, format: str) -> None:
    if not payment_id.strip() or len(payment_id) > PAYMENT_CHARACTERS_MAX or "\0" in payment_id:
        raise RequestError(
            f"payment_id: expected 1 to {PAYMENT_CHARACTERS_MAX} characters, found {payment_id!r}"
        )
    if format not in FORMATS:
        raise RequestError(f"format: expected {' or '.join(FORMATS)}, found {format!r}")


def _pages(pack: EvidencePack) -> bytes:
    return pdf(pack.document, pack.content, evidence_sources.exponents())


def file_name(payment_id: str, format: str, sha256: str) -> str:
    """A name that is safe on any system, and that of these bytes alone."""
    safe = re.sub(r"[^A-Za-z0-9]+", "_", payment_id).strip("_")[:60] or "payment"
    return f"evidence_pack_{safe}_{sha256[:16]}.{format}"


def _in_reports(payment_id: str, format: str, sha256: str, size: int) -> Path:
    name = file_name(payment_id, format, sha256)
    folder = config.reports_folder() / "evidence"
    if lost := report_files.restore(folder, [ReportFile(name, sha256, size)]):
        raise Final(f"{folder}: the bytes of {', '.join(lost)} are not kept; is the store full?")
    return folder / name
