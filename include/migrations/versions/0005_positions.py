"""Runs include/sql/schema/0005_positions.sql."""

from include.migrations.sql_file import upgrade_with

revision = "0005"
down_revision = "0004"
upgrade = upgrade_with(__file__)
