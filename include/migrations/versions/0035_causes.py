"""Runs include/sql/schema/0035_causes.sql."""

from include.migrations.sql_file import upgrade_with

revision = "0035"
down_revision = "0033"
upgrade = upgrade_with(__file__)
