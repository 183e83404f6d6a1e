"""The page that finance signs as HTML and as PDF, from the blocks of the workbook."""

from __future__ import annotations

from pathlib import Path

from include.reconciliation.report.control_page import control_page
from include.reconciliation.report.facts import ReportFacts
from include.reconciliation.report.html_page import write_html
from include.reconciliation.report.pdf_page import write_pdf

HTML, PDF = "discrepancy_report.html", "discrepancy_report.pdf"
PAGES = (HTML, PDF)


def write_pages(folder: Path, facts: ReportFacts) -> None:
    """Write both files into a folder."""
    say, header = facts.say, facts.header
    title = say("Reconciliation of {psp}, account {account}", psp=facts.psp_title,
                account=header["account"])  # fmt: skip
    footer = f"{header['psp']} / {header['account']}  ·  " + say(
        "run {run_id}", run_id=header["run_id"]
    )
    blocks = list(control_page(facts))
    with (folder / HTML).open("wb") as file:
        write_html(file, blocks, say, title=title, footer=footer)
    with (folder / PDF).open("wb") as file:
        write_pdf(file, blocks, say, title=title, footer=footer)
