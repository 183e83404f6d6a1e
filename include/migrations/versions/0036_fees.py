"""Runs include/sql/schema/0036_fees.sql."""

from include.migrations.sql_file import upgrade_with

revision = "0036"
down_revision = "0035"
upgrade = upgrade_with(__file__)
