"""PostgreSQL stopped hard in mid-run, as a power cut does, on a server that waits for the disk."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from include.reconciliation.lab.kills.nursery import Nursery
from include.reconciliation.lab.kills.worlds import Ground, ground
from include.reconciliation.local.server import Cluster

# What survives a stop must have been written and synced, as on a server that is trusted.
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
DURABLE |= {"shared_buffers": "32MB"}


@contextmanager
def durable_ground(
    home: Path,
    children: Nursery,
    folder: Path,
    databases: Iterable[str],
    settings: Mapping[str, str] = DURABLE,
) -> Iterator[tuple[Ground, Callable[[], None]]]:
    """A ground with these databases on a server of its own, and what stops it hard and starts it
    again.
    """
    cluster = Cluster(home, settings=settings)
    lock = threading.Lock()

    def stop() -> None:
        with lock:
            cluster.restart_hard()

    with ground(cluster, children, folder, databases) as made:
        yield made, stop
