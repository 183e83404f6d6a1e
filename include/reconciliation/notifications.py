"""Whom to tell beside Slack: who gets mail about incidents, and the topic of events.

Both are off unless `[notifications]` in psps.toml names them. The setting decides, not whether the
connection is there: that only Airflow knows, and publishing a run waits for no answer of Airflow's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from include.reconciliation.errors import ConfigurationError
from include.reconciliation.toml_tables import TableReader, matching

# One plain address; nothing in it could end a header or begin another.
ADDRESS = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{0,63}"
    r"@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}",
    re.ASCII,
)
# What Kafka takes as the name of a topic.
_TOPIC = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,248}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Notifications:
    """`mail_to` get a summary of each incident; without `events_topic` no events are kept."""

    mail_to: tuple[str, ...] = ()
    events_topic: str | None = None


def read_notifications(table: object, file: str) -> Notifications:
    """The table as it is written; ConfigurationError names the key that is wrong."""
    reader = TableReader(table, f"{file}, notifications")
    found = Notifications(
        mail_to=reader.take("mail_to", _addresses, ()),
        events_topic=reader.take("events_topic", matching(_TOPIC), None),
    )
    reader.finish()
    if len({each.lower() for each in found.mail_to}) != len(found.mail_to):
        raise ConfigurationError(f"{reader.place}: mail_to names somebody twice")
    return found


def _addresses(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ValueError("must be a list of addresses")
    for each in value:
        if not isinstance(each, str) or not ADDRESS.fullmatch(each):
            raise ValueError(f"{each!r} is not an address such as finance@example.com")
    return tuple(value)
