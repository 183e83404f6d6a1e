"""Runs include/sql/schema/0019_shared_keys.sql."""

from include.migrations.sql_file import upgrade_with

revision = "0019"
down_revision = "0018"
upgrade = upgrade_with(__file__)
