"""`/billing-gateway reconciliation pause|resume|status <psp>` from Slack, carried out and answered.

The Variable, Airflow's, and the row in `pauses`, the warehouse's, are two places. The rows are
written first and committed last, with the change of the Variable in between: what fails before that
has done nothing, and of what fails after it the sender is told that nobody can tell.
"""

from __future__ import annotations

import logging
from datetime import datetime

from include.reconciliation import config, slack_command
from include.reconciliation.edges import pause_variable, slack_requests, warehouse
from include.reconciliation.edges.pause_variable import PREFIX, Pause
from include.reconciliation.edges.slack_requests import DONE, REFUSED, TOLD, SlackRequest
from include.reconciliation.edges.stored_variables import StoredVariables
from include.reconciliation.errors import RequestError
from include.reconciliation.slack_command import Command
from include.reconciliation.slack_people import RESUME, STATUS
from include.reconciliation.steps import incidents, pauses, slack_answers

COMMAND = "/billing-gateway"

logger = logging.getLogger(__name__)


def answer(request: SlackRequest) -> str:
    """Does what the command asks for, if the person may; what is refused says why.

    Every answer is kept. An error means that nothing was done, unless the request's turn has begun.
    """
    try:
        text = _carry_out(request)
    except RequestError as refusal:
        text = f"Refused, and nothing was done: {refusal}"
        with warehouse.hasty_transaction(request.turn.milliseconds_left()) as cursor:
            slack_requests.keep_answer(cursor, request.request_id, REFUSED, text)
        logger.warning("request %s of %s: %s", request.request_id, request.person.name, text)
    return text


def _carry_out(request: SlackRequest) -> str:
    asked = slack_command.read_answer(request.signed.fields.get("text", ""))
    if asked is not None and request.signed.fields.get("command") == COMMAND:
        return slack_answers.carry_out(request, asked)
    command = _command(request)
    return _show(request, command) if command.verb == STATUS else _change(request, command)


def _command(request: SlackRequest) -> Command:
    fields = request.signed.fields
    psps = [psp.name for psp in config.load().psps]
    if fields.get("command") != COMMAND:
        raise RequestError(f"expected {COMMAND} {slack_command.usage(psps)}")
    command = slack_command.read(fields.get("text", ""), psps)
    request.person.check(command.verb)
    return command


def _show(request: SlackRequest, command: Command) -> str:
    with pause_variable.reading_from(StoredVariables()):
        found = pause_variable.read(command.psp)
    with warehouse.hasty_transaction(request.turn.milliseconds_left()) as cursor:
        text = f"{_told(found, command.psp, _now(cursor))}. {_exposure(cursor, command.psp)}"
        slack_requests.keep_answer(cursor, request.request_id, TOLD, text)
    return text


def _change(request: SlackRequest, command: Command) -> str:
    name = PREFIX + command.psp
    if name in pause_variable.names_in_environment(name):
        raise RequestError(f"{name} is set in Airflow's environment, and has to be changed there")
    with warehouse.hasty_transaction(request.turn.milliseconds_left()) as cursor:
        incidents.lock_psp(cursor, command.psp)
        # Nobody else can write a change down now, so what is read is not older than the last one.
        found = _read(command.psp)
        newest = pauses.newest_change(cursor, command.psp)
        in_force = pauses.observe(cursor, command.psp, found, newest)
        now = _now(cursor)
        wanted = None if command.verb == RESUME else _wanted(request, command, in_force, now)
        if found == wanted:
            text = f"{_told(found, command.psp, now)}. Nothing had to be done."
            slack_requests.keep_answer(cursor, request.request_id, TOLD, text)
            return text
        by = request.person.name
        pauses.change(cursor, command.psp, wanted, by=by, why=command.reason)
        text = f"{_done(wanted, in_force, command.psp)} {_exposure(cursor, command.psp)}"
        slack_requests.keep_answer(cursor, request.request_id, DONE, text)
        StoredVariables().change(
            name,
            None if wanted is None else wanted.text(),
            f"set from Slack by {by}",
            request.turn.begin,
        )
    logger.info("request %s of %s: %s", request.request_id, by, text)
    return text


def _read(psp: str) -> Pause | None:
    """The pause; an error where Airflow can't tell, since who can't read it can't change it."""
    name, variables = PREFIX + psp, StoredVariables()
    if name not in variables.names(name):
        return None
    return pause_variable.parse(psp, variables.value(name))


def _wanted(
    request: SlackRequest, command: Command, in_force: Pause | None, now: datetime
) -> Pause:
    until = command.until(now)
    # Who changes the end or the reason of a pause does not make it younger.
    lasts_since = in_force.since if in_force is not None else None
    pause = Pause(
        command.psp,
        paused_by=request.person.name,
        reason=command.reason,
        since=lasts_since or now,
        until=until,
    )
    # As every reader will see it: a difference would be told as a change by somebody else.
    return pause_variable.parse(command.psp, pause.text())


def _now(cursor: warehouse.Cursor) -> datetime:
    """The database's clock, by which a pause ends; whole seconds."""
    row = warehouse.run(cursor, "slack/now").fetchone()
    assert row is not None
    moment: datetime = row["now"]
    return moment.replace(microsecond=0)


def _told(found: Pause | None, psp: str, now: datetime) -> str:
    if found is None:
        return f"{psp} is not paused"
    if found.is_over(now):
        assert found.until is not None
        ended = found.until.isoformat()
        return f"{psp} is not paused: the pause by {found.paused_by} ended at {ended}"
    return found.sentence()


def _done(wanted: Pause | None, in_force: Pause | None, psp: str) -> str:
    if wanted is not None:
        return f"Done: {wanted.sentence()}. Matching and publishing stop, fetching goes on."
    if in_force is None:
        return f"Done: the Variable of a pause that was over is gone; {psp} goes on as before."
    return f"Done: {psp} goes on with its next run, which covers the gap."


def _exposure(cursor: warehouse.Cursor, psp: str) -> str:
    return f"Divergence at the heads: {incidents.exposure_text(cursor, psp)}."
