"""A folder of state for one test, with everything that runs in it ended and removed."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from include.reconciliation.local.server import Cluster

# Nothing here survives a power cut, so nothing waits for the disk.
FAST = {"fsync": "off", "shared_buffers": "16MB"}


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Path]:
    """A var/ folder of its own, with a space in its path and no server yet."""
    folder = tmp_path / "a path with a space" / "var"
    folder.mkdir(parents=True)
    yield folder
    Cluster(folder / "pg").remove()


@pytest.fixture
def cluster(state: Path) -> Cluster:
    """A cluster that is still to be made."""
    return Cluster(state / "pg", settings=FAST)


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A var/ folder whose server has run before: making one takes most of a test's time."""
    folder = tmp_path_factory.mktemp("made once") / "var"
    folder.mkdir()
    with Cluster(folder / "pg", settings=FAST).borrowed():
        pass
    yield folder
    Cluster(folder / "pg").remove()


@pytest.fixture
def used_state(made_once: Path) -> Path:
    """The same, with its server down."""
    assert not Cluster(made_once / "pg").running()
    return made_once


@pytest.fixture
def used_cluster(used_state: Path) -> Cluster:
    """The cluster in it."""
    return Cluster(used_state / "pg", settings=FAST)


def modes_up_to_root(folder: Path) -> dict[Path, tuple[int, int, int]]:
    """Mode and owner of a folder and all its parents."""
    return {
        path: (stat.S_IMODE(seen.st_mode), seen.st_uid, seen.st_gid)
        for path in (folder, *folder.parents)
        for seen in [os.stat(path)]
    }
