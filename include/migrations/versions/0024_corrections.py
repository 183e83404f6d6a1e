"""Runs include/sql/schema/0024_corrections.sql."""

from include.migrations.sql_file import upgrade_with

revision = "0024"
down_revision = "0023"
upgrade = upgrade_with(__file__)
