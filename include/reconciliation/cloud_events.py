"""Events for other systems, in the form of CloudEvents 1.0 (cloudevents.io), structured JSON.

The version of what `data` holds stands in the type: fields may be added to it; a change that would
break a reader gets a new version.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

CONTENT_TYPE = "application/cloudevents+json; charset=utf-8"
VERSION = 1


def cloud_event(event: Mapping[str, Any]) -> bytes:
    """An event of the outbox as it is sent: the same bytes however often.

    `event` has id, type, psp, account, time and data. Money in it is whole minor units.
    """
    document = {
        "specversion": "1.0",
        "id": event["id"],
        "type": f"reconciliation.{event['type']}.v{VERSION}",
        "source": source_of(event),
        "time": event["time"],
        "datacontenttype": "application/json",
        "data": event["data"],
    }
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def source_of(event: Mapping[str, Any]) -> str:
    """Whose event it is; the key of its record, so that those of an account keep their order."""
    return f"/reconciliation/{event['psp']}/{event['account']}"
