"""Two small ways to publish three rows and a file: one that survives kills, and the usual one.

They show that the harness tells them apart.
"""

from __future__ import annotations

import os
from pathlib import Path

import psycopg

ROWS = (("a", 1), ("b", 2), ("c", 3))


def careful(conninfo: str, folder: str) -> None:
    """One transaction that replaces its own rows; the file is written aside, synced and renamed."""
    with psycopg.connect(conninfo) as session:
        session.execute("select pg_advisory_xact_lock(1)")
        session.execute("delete from toy")
        for row in ROWS:
            session.execute("insert into toy values (%s, %s)", row)
    path = Path(folder) / "toy.csv"
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    with fresh.open("w") as file:
        file.write(f"{ROWS}\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(fresh, path)


def naive(conninfo: str, folder: str) -> None:
    """Every row committed by itself, and the file appended to."""
    with psycopg.connect(conninfo, autocommit=True) as session:
        for row in ROWS:
            session.execute("insert into toy values (%s, %s)", row)
    with (Path(folder) / "toy.csv").open("a") as file:
        file.write(f"{ROWS}\n")
        file.flush()
        os.fsync(file.fileno())
