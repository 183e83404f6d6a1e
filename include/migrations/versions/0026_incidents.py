"""Runs include/sql/schema/0026_incidents.sql."""

from include.migrations.sql_file import upgrade_with

revision = "0026"
down_revision = "0025"
upgrade = upgrade_with(__file__)
