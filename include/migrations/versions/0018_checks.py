"""Runs include/sql/schema/0018_checks.sql."""

from include.migrations.sql_file import upgrade_with

revision = "0018"
down_revision = "0017"
upgrade = upgrade_with(__file__)
