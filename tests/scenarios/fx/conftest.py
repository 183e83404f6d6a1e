"""A desk whose PSP delivers plain tables."""

from tests.scenarios.plain_tables import configure, explained

__all__ = ["configure", "explained"]
