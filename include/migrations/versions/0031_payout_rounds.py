"""Runs include/sql/schema/0031_payout_rounds.sql."""

from include.migrations.sql_file import upgrade_with

revision = "0031"
down_revision = "0030"
down_revision = "0030"
down_revision = "0030"
upgrade = upgrade_with(__file__)
