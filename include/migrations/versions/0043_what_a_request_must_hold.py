"""Runs include/sql/schema/0043_what_a_request_must_hold.sql."""

from include.migrations.sql_file import upgrade_with

revision = "0043"
down_revision = "0042"
upgrade = upgrade_with(__file__)
