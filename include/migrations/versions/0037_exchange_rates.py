"""Runs include/sql/schema/0037_exchange_rates.sql."""

from include.migrations.sql_file import upgrade_with

revision = "0037"
down_revision = "0036"
upgrade = upgrade_with(__file__)
