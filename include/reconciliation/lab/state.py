"""Where a run of the lab stands: a file that a broken run is taken up from."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from include.reconciliation.edges.code_version import code_version
from include.reconciliation.lab.outcome import Outcome
from include.reconciliation.local.layout import ensure_state_directory


class State:
    """The packs that are done, of one question asked of one state of the code."""

    def __init__(self, question: dict[str, Any], *, folder: Path | None = None) -> None:
        asked = {**question, "code": code_version()}
        name = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:16]
        self.path = (folder or ensure_state_directory() / "lab") / f"{name}.json"
        self.done: dict[int, Outcome] = {}
        if self.path.exists():
            kept = json.loads(self.path.read_text(encoding="utf-8"))
            self.done = {int(first): Outcome.from_json(one) for first, one in kept.items()}

    def keep(self, first_seed: int, outcome: Outcome) -> None:
        """A pack is done; a pack that failed is tried again by the next run."""
        if not outcome.is_exact:
            return
        self.done[first_seed] = outcome
        self.path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self.path.with_suffix(".part")
        text = json.dumps({str(first): one.as_json() for first, one in self.done.items()})
        unfinished.write_text(text, encoding="utf-8")
        os.replace(unfinished, self.path)

    def forget(self) -> None:
        """The run has come to its end."""
        self.path.unlink(missing_ok=True)
