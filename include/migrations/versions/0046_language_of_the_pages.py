"""Runs include/sql/schema/0046_language_of_the_pages.sql."""

from include.migrations.sql_file import upgrade_with

revision = "0046"
down_revision = "0045"
upgrade = upgrade_with(__file__)
