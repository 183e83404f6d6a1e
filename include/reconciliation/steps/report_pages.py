"""`bin/reconciliation report FOLDER --language CODE`: the pages of a run in another language.

They are made from the folder's own control_page.json, so a database is not needed, and what proves
the run is untouched: the pages lie beside its folder, in one with the language behind its name.
Exit codes: 0 they are written, 1 they can't be, 2 the call was wrong.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import tempfile
from dataclasses import replace
from pathlib import Path

from include.reconciliation.errors import RequestError
from include.reconciliation.report import page_facts
from include.reconciliation.report.manifest import MANIFEST, listed_sha256
from include.reconciliation.report.page_facts import PAGE_FACTS
from include.reconciliation.report.pages import PAGES, write_pages
from include.reconciliation.report_settings import LANGUAGES, refuse_language

# What reading of JSON comes to that is not as it was written.
_OTHER_SHAPE = (LookupError, TypeError, AttributeError, ValueError, ArithmeticError, RecursionError)


def main(arguments: list[str]) -> int:
    """Write the pages of each folder, and say where they are."""
    parser = argparse.ArgumentParser(
        prog="bin/reconciliation report", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("folder", nargs="+", type=Path, help="the folder of a run")
    parser.add_argument("--language", required=True, choices=LANGUAGES)
    asked = parser.parse_args(arguments)
    for folder in asked.folder:
        print(write_report_pages(folder, asked.language))
    return 0


def write_report_pages(folder: Path, language: str) -> Path:
    """The folder of the pages, beside that of the run, complete when this returns.

    Raises RequestError for a language that there is not, for a folder that is no report, where the
    figures of the page are not those that the manifest names or of another shape, and where
    something else lies in the place of the pages.
    """
    refuse_language(language)
    content = _figures(folder)
    target = folder.resolve()
    target = target.with_name(f"{target.name}.{language}")
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise RequestError(f"{target} is no folder, so the pages can't lie there: move it away")
    with tempfile.TemporaryDirectory(prefix=".draft-", dir=target.parent) as draft:
        try:
            facts = replace(page_facts.read(content), language=language)
            write_pages(Path(draft), facts)
        except _OTHER_SHAPE as error:
            raise RequestError(
                f"{folder}: {PAGE_FACTS} has not the shape that this code writes ({error!r}): use "
                "the version of the project that made the run"
            ) from error
        target.mkdir(exist_ok=True)
        for name in PAGES:
            os.replace(Path(draft) / name, target / name)
    return target


def _figures(folder: Path) -> bytes:
    try:
        listed = listed_sha256((folder / MANIFEST).read_bytes(), PAGE_FACTS)
        content = (folder / PAGE_FACTS).read_bytes()
    except (OSError, ValueError, LookupError, TypeError, RecursionError) as error:
        raise RequestError(f"{folder} is no report whose pages can be written: {error}") from None
    if hashlib.sha256(content).hexdigest() != listed:
        raise RequestError(
            f"{folder}: {PAGE_FACTS} is not the one that its manifest names; clear "
            "write_discrepancy_report, which puts the kept bytes back"
        )
    return content
