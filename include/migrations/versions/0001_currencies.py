"""Runs include/sql/schema/0001_currencies.sql."""

from include.migrations.sql_file import upgrade_with

revision = "0001"
down_revision = None
upgrade = upgrade_with(__file__)
