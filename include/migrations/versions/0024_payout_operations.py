"""Runs include/sql/schema/0024_payout_operations.sql."""

from include.migrations.sql_file import upgrade_with

revision = "0024"
down_revision = "0017"
upgrade = upgrade_with(__file__)
