"""Runs include/sql/schema/0015_absorbed_differences.sql."""

from include.migrations.sql_file import upgrade_with

revision = "0015"
down_revision = "0014"
upgrade = upgrade_with(__file__)
