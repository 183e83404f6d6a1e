"""Runs include/sql/schema/0041_volumes_beside_readers.sql."""

from include.migrations.sql_file import upgrade_with

revision = "0041"
down_revision = "0039"
upgrade = upgrade_with(__file__)
