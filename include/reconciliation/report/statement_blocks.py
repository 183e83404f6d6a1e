"""The statements that the run brought into force, and those that it refused."""

from __future__ import annotations

from collections.abc import Iterator

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

# More of them are in the manifest only.
STATEMENTS_MAX = 500


def statements(facts: ReportFacts) -> Iterator[Block]:
    """Each statement with its hash and what proves it; then the refused ones, and why."""
    say = facts.say
    if facts.header["is_published"]:
        note = say("Those that this run brought into force.")
    else:
        note = say("Those that this run read; it brought none of them into force.")
    yield Heading(say("Statements"), note)
    shown = facts.statements[:STATEMENTS_MAX]
    if shown:
        columns = [
            Column(say("Statement")),
            Column(say("Lines"), Look.COUNT),
            Column(say("Covers"), span=2),
            Column(say("SHA-256 of its bytes"), Look.CODE, span=4),
        ]
        yield Table(
            columns,
            [
                TableRow(
                    [row["statement_key"], row["lines"], _covers(say, row), row["content_sha256"]]
                )
                for row in shown
            ],
        )
        for row in shown:
            proof = say("proved by {proof}", proof=row["proved_by"])
            yield Note(f"{row['statement_key']}: {row['statement_file']}; {proof}.")
    else:
        yield Note(say("None is new: this run stands on the statements of its predecessors."))
    for row in shown:
        for notice in row["notices"]:
            yield Note(f"{row['statement_key']}: {notice}")
    yield from _the_rest(say, len(facts.statements))
    yield from _refused(facts)


def _refused(facts: ReportFacts) -> Iterator[Block]:
    say = facts.say
    if not facts.refused_statements:
        return
    yield Heading(
        say("Refused statements"), say("Kept whole, counted nowhere, until a good one comes.")
    )
    columns = [
        Column(say("Statement")),
        Column(say("Reason")),
        Column(say("What was found"), span=6),
    ]
    rows = [
        TableRow([row["statement_key"], row["reason_code"], row["quarantine_reason"]], Weight.BAD)
        for row in facts.refused_statements[:STATEMENTS_MAX]
    ]
    yield Table(columns, rows)
    yield from _the_rest(say, len(facts.refused_statements))


def _the_rest(say: Language, number: int) -> Iterator[Block]:
    if number > STATEMENTS_MAX:
        yield Note(
            say(
                "The first {shown} of {all}; all of them are in manifest.json of this folder.",
                shown=say.count(STATEMENTS_MAX),
                all=say.count(number),
            )
        )


def _covers(say: Language, row: Row) -> str:
    if row["covers_until"] is not None:
        return say("up to {moment}", moment=say.moment(row["covers_until"]))
    if row["covers_to"] is None:
        return say("no day")
    first = row["covers_from"] or row["covers_to"]
    return say("{first} to {last}", first=say.day(first), last=say.day(row["covers_to"]))
