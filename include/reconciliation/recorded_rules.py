"""The rules of a run as plain JSON, and back: every attempt keeps those that it was made by."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import time, timedelta
from typing import Any


def plain(value: Any) -> Any:
    """Plain JSON values: a time span as "3600s", a time of day as "16:00:00"."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in sorted(value.items())}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, timedelta):
        return f"{int(value.total_seconds())}s"
    if isinstance(value, time):
        return value.isoformat()
    return value


def restored(kind: Any, value: Any) -> Any:
    """What `plain` was given, of that type; a key that is no field of a dataclass is a TypeError.

    A field that is not there has its default: the run was made before there was such a rule.
    """
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return None if value is None else restored(inner[0], value)
    if is_dataclass(kind) and isinstance(kind, type):
        kinds = typing.get_type_hints(kind)
        known = {field.name for field in fields(kind)}
        if unknown := set(value) - known:
            raise TypeError(f"{kind.__name__} has no {', '.join(sorted(unknown))}")
        return kind(**{name: restored(kinds[name], item) for name, item in value.items()})
    if origin is tuple:
        return tuple(restored(inner[0], item) for item in value)
    if origin is not None and issubclass(origin, Mapping):
        return {key: restored(inner[1], item) for key, item in value.items()}
    if kind is timedelta:
        return timedelta(seconds=int(value.removesuffix("s")))
    if kind is time:
        return time.fromisoformat(value)
    return value
