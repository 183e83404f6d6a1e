"""Runs include/sql/schema/0048_carried_balances.sql."""

from include.migrations.sql_file import upgrade_with

revision = "0048"
down_revision = "0047"
upgrade = upgrade_with(__file__)
