"""Connections by id, in Airflow's own order: the environment first, then Airflow's secrets.

A connection in the environment is JSON in `AIRFLOW_CONN_<ID>`, so that the project's own commands
need no Airflow; only where the environment has none is Airflow asked.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from include.reconciliation.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Connection:
    """Where something is and how to get in; the password never shows in a representation."""

    connection_id: str
    host: str | None = None
    port: int | None = None
    login: str | None = None
    password: str | None = field(default=None, repr=False)
    schema: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict, repr=False)


def connection(connection_id: str) -> Connection:
    """The connection of that id; ConfigurationError when nobody knows it."""
    text = os.environ.get(f"AIRFLOW_CONN_{connection_id.upper()}")
    if text is None:
        return _from_airflow(connection_id)
    try:
        entry = json.loads(text)
        extra = entry.get("extra") or {}
        return Connection(
            connection_id=connection_id,
            host=entry.get("host"),
            port=int(entry["port"]) if entry.get("port") else None,
            login=entry.get("login"),
            password=entry.get("password"),
            schema=entry.get("schema"),
            extra=json.loads(extra) if isinstance(extra, str) else extra,
        )
    except (ValueError, AttributeError, TypeError):
        # The text may hold a password: it is not repeated here.
        raise ConfigurationError(
            f"AIRFLOW_CONN_{connection_id.upper()} is not a connection written as JSON"
        ) from None


def _from_airflow(connection_id: str) -> Connection:
    try:
        from airflow.sdk import BaseHook
        from airflow.sdk.exceptions import AirflowNotFoundException
    except ImportError:
        raise ConfigurationError(
            f"there is no connection {connection_id!r}: set AIRFLOW_CONN_{connection_id.upper()}"
        ) from None
    try:
        found = BaseHook.get_connection(connection_id)
    except AirflowNotFoundException:
        raise ConfigurationError(
            f"there is no connection {connection_id!r}: add it in Airflow under Admin, Connections"
        ) from None
    return Connection(
        connection_id=connection_id,
        host=found.host,
        port=found.port,
        login=found.login,
        password=found.password,
        schema=found.schema,
        extra=found.extra_dejson,
    )
