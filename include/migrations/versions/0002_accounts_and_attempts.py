"""Runs include/sql/schema/0002_accounts_and_attempts.sql."""

from include.migrations.sql_file import upgrade_with

revision = "0002"
down_revision = "0001"
upgrade = upgrade_with(__file__)
