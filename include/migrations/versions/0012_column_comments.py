"""Runs include/sql/schema/0012_column_comments.sql."""

from include.migrations.sql_file import upgrade_with

revision = "0012"
down_revision = "0011"
upgrade = upgrade_with(__file__)
