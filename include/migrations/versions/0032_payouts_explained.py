"""Runs include/sql/schema/0032_payouts_explained.sql."""

from include.migrations.sql_file import upgrade_with

revision = "0032"
down_revision = "0031"
upgrade = upgrade_with(__file__)
