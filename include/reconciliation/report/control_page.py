"""What finance signs, block by block: the order of the page, and nothing else.

The workbook's first sheet, the HTML page and the PDF are written from these blocks.
"""

from __future__ import annotations

from collections.abc import Iterator

from include.reconciliation.report.ageing_blocks import ageing
from include.reconciliation.report.blocks import Block, Heading, SignOff
from include.reconciliation.report.category_blocks import categories, kinds, pending
from include.reconciliation.report.causes import causes
from include.reconciliation.report.facts import ReportFacts
from include.reconciliation.report.fees import fees
from include.reconciliation.report.header_blocks import header, title, verdict
from include.reconciliation.report.item_blocks import items, pending_items
from include.reconciliation.report.materiality_blocks import materiality
from include.reconciliation.report.payouts import payouts
from include.reconciliation.report.proof import proof, roll_forward
from include.reconciliation.report.row_blocks import buckets, late_arrivals, not_compared
from include.reconciliation.report.statement_blocks import statements
from include.reconciliation.report.tolerances import given_away
from include.reconciliation.report.two_sided import two_sided_proof


def control_page(facts: ReportFacts) -> Iterator[Block]:
    """The page from the title to the signatures."""
    yield title(facts)
    yield from header(facts)
    yield verdict(facts)
    yield from two_sided_proof(facts)
    yield from proof(facts)
    yield from roll_forward(facts)
    yield from kinds(facts)
    yield from categories(facts)
    yield from pending(facts)
    yield from ageing(facts)
    yield from materiality(facts)
    yield from causes(facts)
    yield from fees(facts)
    yield from payouts(facts)
    yield from buckets(facts)
    yield from given_away(facts)
    yield from not_compared(facts)
    yield from late_arrivals(facts)
    yield from statements(facts)
    yield from items(facts)
    yield from pending_items(facts)
    yield from signatures(facts)


def signatures(facts: ReportFacts) -> Iterator[Block]:
    """Two places to sign, for two people."""
    say = facts.say
    yield Heading(say("Signatures"), say("Whoever reviews is not whoever prepared."))
    yield SignOff((say("Prepared by"), say("Reviewed by")), say("Date, signature"))
