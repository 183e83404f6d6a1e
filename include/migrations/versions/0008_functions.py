"""Runs include/sql/schema/0008_functions.sql."""

from include.migrations.sql_file import upgrade_with

revision = "0008"
down_revision = "0007"
upgrade = upgrade_with(__file__)
