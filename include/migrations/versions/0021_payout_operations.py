"""Runs include/sql/schema/0021_payout_operations.sql."""

from include.migrations.sql_file import upgrade_with

revision = "0021"
down_revision = "0020"
upgrade = upgrade_with(__file__)
