"""Where things lie: the project's root and the state that it keeps under var/."""

import os
from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parents[3]


def state_directory() -> Path:
    """The folder of all state of this checkout; RECONCILIATION_VAR names another one."""
    named = os.environ.get("RECONCILIATION_VAR")
    return Path(named).resolve() if named else PROJECT_ROOT / "var"


def ensure_state_directory() -> Path:
    """Make the state folder, private to its user because secrets lie in it, and return it."""
    directory = state_directory()
    if not directory.is_dir():
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    return directory
