"""Runs include/sql/schema/0033_payouts_view.sql."""

from include.migrations.sql_file import upgrade_with

revision = "0033"
down_revision = "0032"
upgrade = upgrade_with(__file__)
