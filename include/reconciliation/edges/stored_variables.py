"""Airflow's Variables as its API server keeps them: read and changed in the metadata database.

Tasks ask Airflow's API for Variables; the API server is who would answer, and has nobody to ask.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from include.reconciliation.edges.pause_variable import names_in_environment

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

# Somebody waits for an answer: a metadata database that is slow is one that does not answer.
_STATEMENT_TIMEOUT = "1000ms"


class StoredVariables:
    """A `pause_variable.PauseReader` that can write, too; for the API server alone."""

    def names(self, prefix: str) -> Collection[str]:
        """Names in the metadata database and in the environment of this process."""
        from airflow.models.variable import Variable
        from sqlalchemy import select

        with _session() as session:
            query = select(Variable.key).where(Variable.key.startswith(prefix, autoescape=True))
            return {*session.scalars(query), *names_in_environment(prefix)}

    def value(self, name: str) -> str:
        """The text under a name, without a default."""
        from airflow.models.variable import Variable
        from sqlalchemy import select

        with _session() as session:
            found = session.scalars(select(Variable).where(Variable.key == name)).one()
            text = found.get_val()
        if text is None:
            raise ValueError(f"the Variable {name} can't be decrypted")
        return str(text)

    def change(
        self, name: str, text: str | None, description: str, begin: Callable[[], None]
    ) -> None:
        """Sets the Variable, or removes it where there is no text.

        `begin` is called when all is ready; if it raises, nothing has changed. After an error that
        comes later, nobody can tell.
        """
        from airflow.models.variable import Variable

        with _session() as session:
            begin()
            if text is None:
                Variable.delete(name, session=session)
            else:
                Variable.set(name, text, description=description, session=session)


@contextmanager
def _session() -> Iterator[Session]:
    from airflow.utils.session import create_session
    from sqlalchemy import text

    with create_session(scoped=False) as session:
        if session.get_bind().dialect.name == "postgresql":
            session.execute(
                text("select set_config('statement_timeout', :limit, true)"),
                {"limit": _STATEMENT_TIMEOUT},
            )
        yield session
