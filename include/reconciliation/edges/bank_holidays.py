"""Bank holidays, from the well-kept library `holidays`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache
from importlib import import_module
from importlib.metadata import version
from threading import Thread


@cache
def _holidays(market: str, years: tuple[int, ...]) -> frozenset[date]:
    import holidays

    return frozenset(holidays.financial_holidays(market, years=years))


def bank_holidays(market: str | None, years: Iterable[int]) -> frozenset[date]:
    """The days of those years on which the market is closed; none without a market."""
    return _holidays(market, tuple(sorted(set(years)))) if market else frozenset()


@contextmanager
def loading(market: str | None) -> Iterator[None]:
    """Meanwhile the library is imported, which takes half a second, if one is asked for."""
    beside = Thread(target=import_module, args=["holidays.financial"], daemon=True)
    if market:
        beside.start()
    try:
        yield
    finally:
        if market:
            beside.join()


def calendar_version() -> str:
    """The library's release, part of the rules of a run."""
    return version("holidays")
