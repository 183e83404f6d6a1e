"""Runs include/sql/schema/0029_carrying_out_requests.sql."""

from include.migrations.sql_file import upgrade_with

revision = "0029"
down_revision = "0027"
down_revision = "0027"
upgrade = upgrade_with(__file__)
