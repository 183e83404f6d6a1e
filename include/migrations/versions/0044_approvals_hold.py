"""Runs include/sql/schema/0044_approvals_hold.sql."""

from include.migrations.sql_file import upgrade_with

revision = "0044"
down_revision = "0043"
upgrade = upgrade_with(__file__)
