"""Alembic's entry: runs the pending revisions on the connection that the caller opened."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    version_table="schema_version",
    version_table_schema="reconciliation",
    # All pending revisions or none of them.
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
