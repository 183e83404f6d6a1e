"""A folder of state for one test, with everything that runs in it ended and removed."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from include.reconciliation.local.server import Cluster


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Path]:
    """A var/ folder of its own, with a space in its path."""
    folder = tmp_path / "a path with a space" / "var"
    folder.mkdir(parents=True)
    yield folder
    Cluster(folder / "pg").remove()


@pytest.fixture
def cluster(state: Path) -> Cluster:
    """A cluster that nobody else uses."""
    return Cluster(state / "pg", settings={"fsync": "off", "shared_buffers": "16MB"})


def modes_up_to_root(folder: Path) -> dict[Path, tuple[int, int, int]]:
    """Mode and owner of a folder and all its parents."""
    return {
        path: (stat.S_IMODE(seen.st_mode), seen.st_uid, seen.st_gid)
        for path in (folder, *folder.parents)
        for seen in [os.stat(path)]
    }
