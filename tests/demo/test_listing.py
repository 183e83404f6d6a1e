"""The page about the demo lists every scenario as the code has it."""

from include.reconciliation import config
from include.reconciliation.demo import listing

PAGE = (config.PROJECT_ROOT / "docs" / "demo.md").read_text(encoding="utf-8")


def test_every_fault_stands_in_the_page_with_its_kinds() -> None:
    """When it fails: paste what `python -m include.reconciliation.demo.listing` prints."""
    assert listing.faults_table() in PAGE


def test_every_decoy_stands_in_the_page() -> None:
    assert listing.decoys_table() in PAGE
