"""Runs include/sql/schema/0045_reports_after_a_crash.sql."""

from include.migrations.sql_file import upgrade_with

revision = "0045"
down_revision = "0044"
upgrade = upgrade_with(__file__)
