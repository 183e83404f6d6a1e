"""Runs include/sql/schema/0042_what_a_request_may_say.sql."""

from include.migrations.sql_file import upgrade_with

revision = "0042"
down_revision = "0041"
upgrade = upgrade_with(__file__)
