"""Marks who began a run from the command line, where nobody logs in: `cli:<name>`.

There the name is what the environment says, which whoever types the command may set: it may not
count as a login's, least of all where somebody else has to approve (`approval_tasks.asking`
refuses it).
"""

from typing import Any

from airflow.listeners import hookimpl
from airflow.plugins_manager import AirflowPlugin
from airflow.utils.types import DagRunTriggeredByType

from include.reconciliation.trigger_form import COMMAND_LINE


class WhoAsks:
    """Sees each run in the scheduler, in the transaction that starts it, before any task of it."""

    @hookimpl
    def on_dag_run_running(self, dag_run: Any, msg: str) -> None:
        """Puts the mark before a name that no login stands behind."""
        name = dag_run.triggering_user_name
        is_typed = dag_run.triggered_by == DagRunTriggeredByType.CLI
        if name and is_typed and not name.startswith(COMMAND_LINE):
            dag_run.triggering_user_name = f"{COMMAND_LINE}{name}"


class ReconciliationWhoAsks(AirflowPlugin):
    """Has the scheduler call the listener."""

    name = "reconciliation_who_asks"
    listeners = [WhoAsks()]  # noqa: RUF012  Airflow's own form of a plugin
