"""The memory of the server's processes, seen from outside while they work."""

import sys

import psycopg
import pytest

from include.reconciliation.bench.memory import ServerMemory
from tests.conftest import Databases

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="read from Linux's /proc")


def seen_mb(session: psycopg.Connection, query: str) -> int:
    memory = ServerMemory()
    with memory.watched(session.info.backend_pid):
        session.execute(query)
    assert memory.peak_mb is not None
    return memory.peak_mb


def test_the_private_memory_of_the_largest_server_process_is_seen(databases: Databases) -> None:
    with psycopg.connect(databases.conninfo("reconciliation", "postgres")) as session:
        small = seen_mb(session, "select pg_sleep(0.5)")
        large = seen_mb(
            session,
            "with texts as materialized (select repeat('x', 200000000) as text)"
            " select length(text), pg_sleep(0.5) from texts",
        )

    # Other tests may work on the same server, so the first one is no exact figure.
    assert large >= 200
    assert small < large
