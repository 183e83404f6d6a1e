"""Runs include/sql/schema/0011_money_text.sql."""

from include.migrations.sql_file import upgrade_with

revision = "0011"
down_revision = "0010"
upgrade = upgrade_with(__file__)
