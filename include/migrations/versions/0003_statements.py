"""Runs include/sql/schema/0003_statements.sql."""

from include.migrations.sql_file import upgrade_with

revision = "0003"
down_revision = "0002"
upgrade = upgrade_with(__file__)
