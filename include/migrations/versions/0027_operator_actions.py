"""Runs include/sql/schema/0027_operator_actions.sql."""

from include.migrations.sql_file import upgrade_with

revision = "0027"
down_revision = "0026"
upgrade = upgrade_with(__file__)
