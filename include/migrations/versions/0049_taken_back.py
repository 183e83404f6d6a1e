"""Runs include/sql/schema/0049_taken_back.sql."""

from include.migrations.sql_file import upgrade_with

revision = "0049"
down_revision = "0048"
upgrade = upgrade_with(__file__)
