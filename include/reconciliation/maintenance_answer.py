"""What a gateway answers while payments or refunds are stopped, as one JSON document.

The document has no word of who stopped and why: it is for those who call the gateway.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

# Per Variable: the words of the answer.
_WORDS = {
    "PAYMENTS_ENABLED": ("PaymentMaintenanceMode", "Payment system temporarily unavailable"),
    "REFUNDS_ENABLED": ("RefundMaintenanceMode", "Refund system temporarily unavailable"),
}


@dataclass(frozen=True, slots=True)
class State:
    """Whether something is enabled, and when to come back if it is not and anybody knows."""

    enabled: bool
    until: datetime | None = None


def document(states: Mapping[str, State]) -> str:
    """The JSON text, the same for the same states: per Variable whether it is enabled, and the
    answer to give while it is not. `retryAfter` is there only when somebody has named a time."""
    entries = {name: _entry(name, state) for name, state in sorted(states.items())}
    return json.dumps(entries, indent=2) + "\n"


def _entry(name: str, state: State) -> dict[str, object]:
    if state.enabled:
        return {"enabled": True}
    error, message = _WORDS[name]
    answer = {"error": error, "message": message}
    if state.until is not None:
        answer["retryAfter"] = state.until.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"enabled": False, "status": 503, "answer": answer}
