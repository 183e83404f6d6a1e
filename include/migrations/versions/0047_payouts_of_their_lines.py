"""Runs include/sql/schema/0047_payouts_of_their_lines.sql."""

from include.migrations.sql_file import upgrade_with

revision = "0047"
down_revision = "0046"
upgrade = upgrade_with(__file__)
