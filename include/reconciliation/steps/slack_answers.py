"""`reconciliation approve|reject <request>` from Slack: an answer to Airflow's question.

Who asked is refused here at once, with a sentence; the database refuses them again when the answer
is written down, as it does for every other way in.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from include.reconciliation.edges import airflow_answers, slack_requests, warehouse
from include.reconciliation.edges.slack_requests import DONE, SlackRequest
from include.reconciliation.errors import RequestError
from include.reconciliation.slack_command import Answer

log = logging.getLogger(__name__)


def carry_out(request: SlackRequest, asked: Answer) -> str:
    """Answers Airflow's question in the name of who wrote; RequestError when that can't be."""
    person = request.person
    person.check(asked.verb)
    with warehouse.hasty_transaction(request.turn.milliseconds_left()) as cursor:
        values = {"beginning": asked.request}
        found = warehouse.run(cursor, "slack/waiting_request", values).fetchall()
        if len(found) != 1:
            what = "several requests begin" if found else "no request that waits begins"
            raise RequestError(f"{what} with {asked.request}: see reconciliation.action_requests")
        (waiting,) = found
        _refuse_who_asked(waiting, person.name)
        done = "approved" if asked.verb == "approve" else "rejected"
        text = (
            f"Done: {waiting['action']} of {waiting['object_kind']} {waiting['object_id'][:12]} is "
            f"{done} in Airflow by {person.name}; its run {waiting['asked_in']} goes on."
        )
        slack_requests.keep_answer(cursor, request.request_id, DONE, text)
        airflow_answers.answer(
            waiting["asked_in"], asked.verb, asked.note, person.name, request.turn.begin
        )
    log.info("request %s of %s: %s", request.request_id, person.name, text)
    return text


def _refuse_who_asked(waiting: Mapping[str, Any], name: str) -> None:
    """Neither who triggered it nor in whose name it is asked may answer, as in the database."""
    for asked_by, asked in (
        (waiting["requested_by"], "asked for it"),
        (waiting["on_behalf_of"], "is the one on whose behalf it is asked"),
    ):
        if asked_by is not None and asked_by.strip().casefold() == name.strip().casefold():
            raise RequestError(f"{name} {asked}: somebody else must answer")
