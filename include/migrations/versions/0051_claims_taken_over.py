"""Runs include/sql/schema/0051_claims_taken_over.sql."""

from include.migrations.sql_file import upgrade_with

revision = "0051"
down_revision = "0050"
upgrade = upgrade_with(__file__)
