"""The payouts of a run on the first page: explained or not, at the bank or not."""

from __future__ import annotations

from collections.abc import Iterator

from include.reconciliation.legs import GATEWAY_LEGS, PAYOUT_BANK, PAYOUT_LEGS
from include.reconciliation.report.blocks import (
    Block,
    Column,
    Heading,
    Look,
    Note,
    Table,
    TableRow,
    Weight,
)
from include.reconciliation.report.facts import ReportFacts, Row
from include.reconciliation.report.language import Language
from include.reconciliation.report.names import name, names
from include.reconciliation.report.payout_charts import payout_charts

_BAD_STATES = ("unexplained", "failed")
_BAD_AT_BANK = ("missing", "other_amount", "ambiguous")


def not_configured(rules: Row) -> list[str]:
    """The legs that a PSP's entry does not ask for, as money passes them."""
    legs = [] if rules.get("gateway") else [leg.name for leg in GATEWAY_LEGS]
    payouts = rules.get("payouts")
    if not payouts:
        return [*legs, *(leg.name for leg in PAYOUT_LEGS)]
    return legs if payouts["bank"] else [*legs, PAYOUT_BANK.name]


def payouts(facts: ReportFacts) -> Iterator[Block]:
    """How many payouts are in which state, and the bank's lines by who claims them."""
    if not facts.header["rules"]["psp"].get("payouts"):
        return
    say = facts.say
    yield Heading(
        say("Payouts"),
        say(
            "What this run touched, and what is not explained: each currency of a batch is a "
            "payout. The sheet Payouts has their waterfalls."
        ),
    )
    if facts.payouts:
        yield Table(_columns(say), [_row(row, facts) for row in facts.payouts])
        if any(row["state"] == "sum_of_lines" for row in facts.payouts):
            yield Note(
                say(
                    "Sum of lines: the statement has no row of the payout, so that its amount is "
                    "what its lines come to. Nothing on the statement proves it; the bank does."
                )
            )
        yield from payout_charts(facts)
    else:
        yield Note(say("None was touched, and none is open."))
    yield from (Note(_lapsed(row, facts)) for row in facts.lapsed_debts)
    for row in facts.bank_lines:
        currency = row["currency"]

        def told(who: str, row: Row = row, currency: str = currency) -> str:
            return say(
                "{count} lines, {amount}",
                count=say.count(row[f"{who}_lines"]),
                amount=say.money(row[f"{who}_minor"], currency, facts.exponents),
            )

        yield Note(
            f"{row['bank']} / {row['bank_account']}: "
            + say(
                "claimed {claimed}; claimed for other accounts {other}; out of scope, claimed by "
                "no rule {unclaimed}.",
                claimed=told("claimed"),
                other=told("other"),
                unclaimed=told("unclaimed"),
            )
        )


def _lapsed(row: Row, facts: ReportFacts) -> str:
    """What nothing else tells, since it is no finding."""
    say = facts.say
    return say(
        "In your favour, and no discrepancy: {amount} of debts ({count}) that the next batch did "
        "not carry in, the largest before {batch}.",
        batch=row["largest_batch"],
        count=say.count(row["debts"]),
        amount=say.money(row["lapsed_minor"], row["currency"], facts.exponents),
    )


def _columns(say: Language) -> list[Column]:
    return [
        Column(say("Currency")),
        Column(say("State")),
        Column(say("At the bank"), span=2),
        Column(say("Batches"), Look.COUNT),
        Column(say("Paid out"), Look.AMOUNT),
        Column(say("Carried out"), Look.AMOUNT),
        Column(say("Unexplained"), Look.AMOUNT),
    ]


def _row(row: Row, facts: ReportFacts) -> TableRow:
    def amount(minor: int) -> str:
        return facts.say.major(minor, row["currency"], facts.exponents)

    is_bad = row["state"] in _BAD_STATES or any(
        state in row["bank_state"] for state in _BAD_AT_BANK
    )
    cells = [
        row["currency"],
        name(facts.say, row["state"]),
        names(facts.say, row["bank_state"]),
        row["batches"],
        amount(-row["payout_minor"]),
        amount(row["carried_out_minor"]),
        amount(row["unexplained_minor"]),
    ]
    return TableRow(cells, Weight.BAD if is_bad else Weight.ITEM)
