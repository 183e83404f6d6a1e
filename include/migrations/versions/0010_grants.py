"""Runs include/sql/schema/0010_grants.sql."""

from include.migrations.sql_file import upgrade_with

revision = "0010"
down_revision = "0009"
upgrade = upgrade_with(__file__)
