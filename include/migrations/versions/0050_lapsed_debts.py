"""Runs include/sql/schema/0050_lapsed_debts.sql."""

from include.migrations.sql_file import upgrade_with

revision = "0050"
down_revision = "0049"
upgrade = upgrade_with(__file__)
