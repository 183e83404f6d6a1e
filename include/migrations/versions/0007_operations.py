"""Runs include/sql/schema/0007_operations.sql."""

from include.migrations.sql_file import upgrade_with

revision = "0007"
down_revision = "0006"
upgrade = upgrade_with(__file__)
