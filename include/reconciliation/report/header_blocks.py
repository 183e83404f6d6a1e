"""The head of the page: whose books, which window, read from where and until when; the verdict."""

from __future__ import annotations

from collections.abc import Iterator

from include.reconciliation.report.blocks import (
    Block,
    Column,
    Facts,
    Look,
    Note,
    Table,
    TableRow,
    Title,
    Verdict,
)
from include.reconciliation.report.facts import ReportFacts, Row
from include.reconciliation.report.language import Language, text
from include.reconciliation.report.payouts import not_configured
from include.reconciliation.report.recorded_texts import reason

VERDICTS = {
    "incomplete": (
        text("INCOMPLETE"),
        text("Something could not be read or checked: what is shown here is not the whole."),
    ),
    "discrepancies": (
        text("DISCREPANCIES"),
        text(
            "Everything was read and the books close; what is listed as a discrepancy needs an "
            "answer."
        ),
    ),
    "reconciled_with_pending": (
        text("RECONCILED WITH PENDING"),
        text(
            "Nothing is wrong or overdue; some items wait for their other side and are not due yet."
        ),
    ),
    "reconciled": (
        text("RECONCILED"),
        text("Everything was read, the books close, and nothing is open."),
    ),
}
_STARTED = {
    "scheduled": text("the schedule"),
    "asset": text("an asset"),
    "command": text("a command"),
    "manual": text("manual"),
}
# More of them stand in the section of the statements only.
_STATEMENTS_MAX = 5


def title(facts: ReportFacts) -> Title:
    """What is reconciled, and for which window."""
    say, header = facts.say, facts.header
    return Title(
        say("Reconciliation of {psp}, account {account}", psp=facts.psp_title,
            account=header["account"]),
        say("{start}  to  {end} (exclusive)", start=say.moment(header["window_start"]),
            end=say.moment(header["window_end"])),
    )  # fmt: skip


def verdict(facts: ReportFacts) -> Verdict:
    """The verdict in one word, and every reason for it."""
    say, header = facts.say, facts.header
    word, sentence = VERDICTS[header["verdict"]]
    reasons = [reason(say, each) for each in header["verdict_reasons"]] or [say(sentence)]
    if header["dry_run"]:
        reasons.append(say("This was a dry run: nothing of it was published."))
    elif not header["is_published"]:
        reasons.append(
            say("This run is not published: the account still stands where it stood before.")
        )
    return Verdict(header["verdict"], say(word), reasons)


def header(facts: ReportFacts) -> Iterator[Block]:
    """What was asked and by whom, the ids that prove it, the sources and their statements."""
    yield _facts(facts)
    yield _sources(facts)
    yield from _newest_statements(facts)


def _facts(facts: ReportFacts) -> Facts:
    say, header = facts.say, facts.header
    covered = header["covered_until"]
    stated = [
        *([(say("Entity"), facts.entity)] if facts.entity else []),
        (say("Currencies"), ", ".join(sorted({row["currency"] for row in facts.totals}))),
        (say("Cut-off (as of)"), say.moment(header["as_of"])),
        (say("in {zone}", zone=facts.zone), say.moment_in(header["as_of"], facts.zone)),
        (
            say("Statements cover up to"),
            say("not known") if covered is None else say.moment(covered),
        ),
        (say("Started by"), _started_by(say, header)),
    ]
    if legs := not_configured(header["rules"]["psp"]):
        stated.append((say("Not configured"), ", ".join(legs)))
    if header["reprocess_from"] is not None:
        stated.append((say("Decided again from"), say.moment(header["reprocess_from"])))
        stated.append((say("up to (exclusive)"), say.moment(header["reprocess_to"])))
    proving = [
        (say("Run"), header["run_id"]),
        (say("Predecessor"), header["predecessor_run_id"] or say("none: the first run")),
        (say("Rules"), header["rules_sha256"]),
        (say("Code version"), header["code_version"]),
        (say("Ledger extract"), header["extract_sha256"]),
    ]
    if header["supersedes_run_id"] is not None:
        proving.append((say("Supersedes"), header["supersedes_run_id"]))
    return Facts(stated, proving)


def _started_by(say: Language, header: Row) -> str:
    started = say(str(_STARTED.get(header["trigger"], header["trigger"])))
    if header["requested_by"]:
        started += f", {header['requested_by']}"
    if header["request_note"]:
        started += f": {header['request_note']}"
    return started


def _sources(facts: ReportFacts) -> Table:
    """Until when each source was read, on its own clock: the ledger's is UTC."""
    say, header = facts.say, facts.header
    covered, as_of = header["covered_until"], header["as_of"]
    rows = [TableRow([say("Ledger"), say.moment(as_of), say.moment_in(as_of, "UTC"), "UTC"])]
    if header["rules"]["psp"].get("gateway"):
        gateway = [say("Gateway"), say.moment(as_of), say.moment_in(as_of, "UTC"), "UTC"]
        rows.append(TableRow(gateway))
    until = (
        [say("not known"), ""]
        if covered is None
        else [say.moment(covered), say.moment_in(covered, facts.zone)]
    )
    rows.append(TableRow([say("Statements of {psp}", psp=facts.psp_title), *until, facts.zone]))
    columns = [
        Column(say("Source")),
        Column(say("Cut-off"), span=2),
        Column(say("On its own clock"), span=2),
        Column(say("Zone"), span=3),
    ]
    return Table(columns, rows)


def _newest_statements(facts: ReportFacts) -> Iterator[Block]:
    say = facts.say
    if not facts.statements:
        yield Note(say("No statement is new: this run stands on those of its predecessors."))
        return
    columns = [Column(say("Statement"), span=3), Column(say("SHA-256"), Look.CODE, span=5)]
    shown = facts.statements[:_STATEMENTS_MAX]
    yield Table(
        columns, [TableRow([row["statement_key"], row["content_sha256"]]) for row in shown]
    )
    if more := len(facts.statements) - len(shown):
        yield Note(say("{count} more stand in the section Statements.", count=say.count(more)))
