"""Runs include/sql/schema/0030_correction_views.sql."""

from include.migrations.sql_file import upgrade_with

revision = "0030"
down_revision = "0029"
upgrade = upgrade_with(__file__)
