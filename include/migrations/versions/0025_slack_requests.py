"""Runs include/sql/schema/0025_slack_requests.sql."""

from include.migrations.sql_file import upgrade_with

revision = "0025"
down_revision = "0024"
upgrade = upgrade_with(__file__)
