"""Runs include/sql/schema/0016_due_days.sql."""

from include.migrations.sql_file import upgrade_with

revision = "0016"
down_revision = "0015"
upgrade = upgrade_with(__file__)
