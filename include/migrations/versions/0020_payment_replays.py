"""Runs include/sql/schema/0020_payment_replays.sql."""

from include.migrations.sql_file import upgrade_with

revision = "0020"
down_revision = "0019"
upgrade = upgrade_with(__file__)
