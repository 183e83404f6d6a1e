"""Runs include/sql/schema/0017_gateway_legs.sql."""

from include.migrations.sql_file import upgrade_with

revision = "0017"
down_revision = "0016"
upgrade = upgrade_with(__file__)
