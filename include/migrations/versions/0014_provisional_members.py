"""Runs include/sql/schema/0014_provisional_members.sql."""

from include.migrations.sql_file import upgrade_with

revision = "0014"
down_revision = "0013"
upgrade = upgrade_with(__file__)
