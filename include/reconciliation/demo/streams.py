"""Independent streams of random numbers from one root seed.

Each name has a stream of its own, so a new scenario does not shift the numbers of another one.
"""

from __future__ import annotations

import hashlib
import random


def stream(seed: int | str, name: str) -> random.Random:
    """The stream of that name; the same seed and name give the same numbers on any machine."""
    digest = hashlib.sha256(f"{seed}\n{name}".encode()).digest()
    return random.Random(int.from_bytes(digest, "big"))
