"""Runs include/sql/schema/0023_wallet_reconciliations.sql."""

from include.migrations.sql_file import upgrade_with

revision = "0023"
down_revision = "0022"
upgrade = upgrade_with(__file__)
