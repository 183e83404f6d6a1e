"""Airflow's question to a person, whose answer goes into the database where it arrives.

Airflow hands the answer to the task that asked, and to no other: its API server packs it, with the
login of who answered, from the question's own row. What a task returns after that is XCom, which
whoever may trigger a DAG can write: so the answer is written down here, and nothing is returned.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from typing import Any

from include.reconciliation.edges.task_outcome import told_to_airflow

# Longer than any request waits: the request's own end is the database's to say.
RESPONSE_TIMEOUT = timedelta(days=1)
log = logging.getLogger(__name__)


@cache
def recorded_approval() -> Any:
    """The operator, made when a DAG first needs it: Airflow is slow to import."""
    from airflow.providers.standard.operators.hitl import ApprovalOperator
    from airflow.sdk.exceptions import AirflowFailException

    class RecordedApproval(ApprovalOperator):
        """Asks, unless the request of its run needs no answer any more, and records who answered.

        `record(asked_in, answer)` writes an answer down and raises RequestError when the database
        refuses it: the task fails, and asks again when it is cleared. `standing(asked_in)` is what
        the database knows: for a request that is `approved` or `ended` nobody is asked.
        """

        def __init__(
            self,
            *,
            record: Callable[[str, Any], str],
            standing: Callable[[str], str],
            **settings: Any,
        ) -> None:
            # On a loaded machine Airflow takes a task that is answered within a second of its
            # question for a killed one. It asks again, which is safe: it carries nothing out.
            settings = {"retries": 2, "retry_delay": timedelta(seconds=5), **settings}
            settings = {"response_timeout": RESPONSE_TIMEOUT, "do_xcom_push": False, **settings}
            super().__init__(**settings)
            self.record = record
            self.standing = standing

        def execute(self, context: Any) -> None:
            """Asks; returns at once where the database needs no answer."""
            with told_to_airflow():
                state = self.standing(asked_in(context))
            if state in ("approved", "ended"):
                log.info("nobody is asked: the request is %s", state)
                return
            super().execute(context)

        def execute_complete(self, context: Any, event: dict[str, Any]) -> None:
            """Writes down what a person has answered; a rejection skips what follows."""
            if "error" not in event:
                with told_to_airflow():
                    log.info("the request is %s", self.record(asked_in(context), event))
            super().execute_complete(context, event)

        def process_trigger_event_error(self, event: dict[str, Any]) -> None:
            """Nobody has answered in time: no second day is waited."""
            raise AirflowFailException(f"nobody has answered: {event['error']}")

    return RecordedApproval


def asked_in(context: Any) -> str:
    """The run of Airflow that asks, as the warehouse knows it."""
    return f"{context['dag_run'].dag_id}/{context['dag_run'].run_id}"
