"""A revision is a SQL file: sent to PostgreSQL as it is, in the transaction of the migration."""

from collections.abc import Callable
from pathlib import Path

import psycopg
from alembic import op

SCHEMA_FOLDER = Path(__file__).resolve().parents[1] / "sql" / "schema"


def upgrade_with(revision_file: str) -> Callable[[], None]:
    """The upgrade function of a revision: runs the SQL file that has the revision's name."""
    path = SCHEMA_FOLDER / Path(revision_file).with_suffix(".sql").name

    def upgrade() -> None:
        connection = op.get_bind().connection.driver_connection
        if not isinstance(connection, psycopg.Connection):
            raise TypeError(f"migrations run over psycopg, not over {type(connection).__name__}")
        # Alembic's own ways read `:name` as a bind or stumble over `%`; psycopg without
        # parameters sends the text untouched.
        connection.execute(path.read_text(encoding="utf-8"))

    return upgrade
