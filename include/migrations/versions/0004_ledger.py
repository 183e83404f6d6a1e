"""Runs include/sql/schema/0004_ledger.sql."""

from include.migrations.sql_file import upgrade_with

revision = "0004"
down_revision = "0003"
upgrade = upgrade_with(__file__)
