"""How much memory a report takes, measured in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

from include.reconciliation.edges.code_version import code_version

_MEASURE = """
import sys
from include.reconciliation.bench.memory import peak_bytes
from include.reconciliation.steps import write_discrepancy_report as step
step.code_version = lambda: sys.argv[2]
print(step.write_discrepancy_report(int(sys.argv[1])))
print(peak_bytes() // 1_000_000)
"""


def folder_and_megabytes(attempt_id: int) -> tuple[Path, int]:
    """The report's folder, and the most memory that writing it took."""
    done = subprocess.run(
        [sys.executable, "-c", _MEASURE, str(attempt_id), code_version()],
        capture_output=True, text=True, check=True, env=dict(os.environ), timeout=280,
    )  # fmt: skip
    folder, megabytes = done.stdout.split()
    return Path(folder), int(megabytes)
