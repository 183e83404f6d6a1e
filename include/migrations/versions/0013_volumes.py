"""Runs include/sql/schema/0013_volumes.sql."""

from include.migrations.sql_file import upgrade_with

revision = "0013"
down_revision = "0012"
upgrade = upgrade_with(__file__)
