"""Runs include/sql/schema/0009_views.sql."""

from include.migrations.sql_file import upgrade_with

revision = "0009"
down_revision = "0008"
upgrade = upgrade_with(__file__)
