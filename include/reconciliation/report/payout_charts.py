"""Payouts as waterfalls: from the lines of a batch to what was paid and what is carried out."""

from __future__ import annotations

from collections.abc import Iterator

from include.reconciliation.report.blocks import Chart
from include.reconciliation.report.charts import Step, waterfall
from include.reconciliation.report.facts import ReportFacts, Row
from include.reconciliation.report.language import text

# What is not explained comes first; the sheet Payouts has them all.
CHARTS_MAX = 3
# The steps of a waterfall in their order; all but the last two come to what those two share.
STEPS = (
    ("carried_in_minor", text("Carried in")),
    ("captures_minor", text("Captures")),
    ("refunds_minor", text("Refunds")),
    ("chargebacks_minor", text("Chargebacks")),
    ("processing_fees_minor", text("Processing fees")),
    ("scheme_fees_minor", text("Scheme fees")),
    ("reserve_held_minor", text("Reserve held")),
    ("reserve_released_minor", text("Reserve released")),
    ("deductions_minor", text("Loans, deductions")),
    ("fx_minor", text("FX")),
    ("adjustments_minor", text("Adjustments")),
    ("returned_minor", text("Payouts returned")),
    ("payout_fees_minor", text("Payout fees")),
    ("payout_minor", text("Payout")),
    ("carried_out_minor", text("Carried out")),
    ("unexplained_minor", text("Unexplained")),
)
_ENDS = 2


def payout_charts(facts: ReportFacts) -> Iterator[Chart]:
    """A waterfall for each of the first payouts; steps of 0 are left to the sheet."""
    for row in facts.payouts_shown[:CHARTS_MAX]:
        yield _chart(facts, row)


def _chart(facts: ReportFacts, row: Row) -> Chart:
    say, currency = facts.say, row["currency"]

    def shown(minor: int) -> str:
        return say.money(minor, currency, facts.exponents)

    steps = [Step(say(label), row[name]) for name, label in STEPS[:-_ENDS] if row[name]]
    return Chart(
        waterfall(
            say("Payout {payout}, {currency}", payout=row["payout"], currency=currency),
            say(
                "{count} steps; what is left is carried out, {carried_out}, or not explained, "
                "{unexplained}.",
                count=say.count(len(steps)),
                carried_out=shown(row["carried_out_minor"]),
                unexplained=shown(row["unexplained_minor"]),
            ),
            steps or [Step(say("Payout"), 0)],
            say("Carried out and unexplained"),
            shown,
        )
    )
