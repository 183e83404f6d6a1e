"""The document of the emergency stop that the gateway reads, in the folder of the notices."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from include.reconciliation import config

NAME = "emergency_stop.json"


def write(text: str) -> Path:
    """Puts the document in its place whole: who reads it finds the old one or the new one."""
    folder = config.notices_folder()
    folder.mkdir(parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=folder, prefix=f".{NAME}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        # The gateway runs as somebody else, and nothing in it is secret.
        os.chmod(draft, 0o644)
        target = folder / NAME
        os.replace(draft, target)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    return target
