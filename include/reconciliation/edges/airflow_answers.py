"""Airflow's question to a person, answered inside of its API server in the name of that person.

It is the same function that the web interface and the REST API come to, with the same answer when
somebody was faster; what the answer is worth is the database's to say (`approvals`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from include.reconciliation.errors import RequestError

OPTIONS = {"approve": "Approve", "reject": "Reject"}


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person as Airflow's API sees one: by their login."""

    login: str

    def get_id(self) -> str:
        """The login."""
        return self.login

    def get_name(self) -> str:
        """The login."""
        return self.login


def answer(
    asked_in: str, verb: str, note: str | None, login: str, begin: Callable[[], None]
) -> None:
    """Answers the question that waits in a run; RequestError when none does, or no more.

    `begin` is called when all is ready; if it raises, nothing has changed.
    """
    from airflow.api_fastapi.core_api.datamodels.hitl import UpdateHITLDetailPayload
    from airflow.api_fastapi.core_api.routes.public.hitl import update_hitl_detail
    from airflow.models.hitl import HITLDetail
    from airflow.models.taskinstance import TaskInstance
    from airflow.utils.session import create_session
    from fastapi import HTTPException
    from sqlalchemy import select

    dag_id, _, run_id = asked_in.partition("/")
    with create_session(scoped=False) as session:
        question = select(TaskInstance.task_id).join(
            HITLDetail, HITLDetail.ti_id == TaskInstance.id
        )
        task_id = session.scalars(
            question.where(
                TaskInstance.dag_id == dag_id,
                TaskInstance.run_id == run_id,
                HITLDetail.responded_at.is_(None),
            ).order_by(TaskInstance.start_date.desc())
        ).first()
        if task_id is None:
            raise RequestError(f"Airflow asks nobody about it now: see the run {asked_in}")
        payload = UpdateHITLDetailPayload(
            chosen_options=[OPTIONS[verb]], params_input={"note": note or ""}
        )
        begin()
        try:
            update_hitl_detail(
                dag_id=dag_id,
                dag_run_id=run_id,
                task_id=task_id,
                update_hitl_detail_payload=payload,
                user=Somebody(login),
                session=session,
            )
        except HTTPException as error:
            raise RequestError(f"Airflow refuses the answer: {error.detail}") from error
