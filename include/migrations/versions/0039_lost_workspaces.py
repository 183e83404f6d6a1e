"""Runs include/sql/schema/0039_lost_workspaces.sql."""

from include.migrations.sql_file import upgrade_with

revision = "0039"
down_revision = "0037"
upgrade = upgrade_with(__file__)
