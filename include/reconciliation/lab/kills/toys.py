"""Small ways to publish three rows and a file: one that survives kills and copies, and usual ones.

They show that the harness tells them apart.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import psycopg

ROWS = (("a", 1), ("b", 2), ("c", 3))


def careful(conninfo: str, folder: str) -> None:
    """One transaction that replaces its own rows; the file is written aside, synced and renamed."""
    with psycopg.connect(conninfo) as session:
        session.execute("select pg_advisory_xact_lock(1)")
        _replace_rows(session)
    _write_aside(Path(folder) / "toy.csv", f".toy.csv.{os.getpid()}")


def naive(conninfo: str, folder: str) -> None:
    """Every row committed by itself, and the file appended to."""
    with psycopg.connect(conninfo, autocommit=True) as session:
        for row in ROWS:
            session.execute("insert into toy values (%s, %s)", row)
    with (Path(folder) / "toy.csv").open("a") as file:
        file.write(f"{ROWS}\n")
        file.flush()
        os.fsync(file.fileno())


def one_temporary_name(conninfo: str, folder: str) -> None:
    """As the careful one, but every copy writes aside under one and the same name."""
    with psycopg.connect(conninfo) as session:
        session.execute("select pg_advisory_xact_lock(1)")
        _replace_rows(session)
    _write_aside(Path(folder) / "toy.csv", ".toy.csv")


def without_lock(conninfo: str, folder: str) -> None:
    """As the careful one, but nobody waits for anybody."""
    with psycopg.connect(conninfo) as session:
        _replace_rows(session)
    _write_aside(Path(folder) / "toy.csv", f".toy.csv.{os.getpid()}")


def _replace_rows(session: psycopg.Connection) -> None:
    session.execute("delete from toy")
    for row in ROWS:
        session.execute("insert into toy values (%s, %s)", row)
    time.sleep(0.05)  # a real one has more to do, in which copies meet


def _write_aside(path: Path, name: str) -> None:
    fresh = path.with_name(name)
    with fresh.open("w") as file:
        file.write(f"{ROWS}\n")
        file.flush()
        os.fsync(file.fileno())
    time.sleep(0.2)  # long enough for the next copy to be here too
    os.replace(fresh, path)
