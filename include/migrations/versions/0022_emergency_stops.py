"""Runs include/sql/schema/0022_emergency_stops.sql."""

from include.migrations.sql_file import upgrade_with

revision = "0022"
down_revision = "0021"
upgrade = upgrade_with(__file__)
