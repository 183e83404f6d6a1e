"""Runs include/sql/schema/0006_runs.sql."""

from include.migrations.sql_file import upgrade_with

revision = "0006"
down_revision = "0005"
upgrade = upgrade_with(__file__)
