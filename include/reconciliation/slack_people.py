"""Who may command the reconciliation from Slack: people by their id there, each with one role.

`load` reads `include/slack.toml` (or the file that `RECONCILIATION_SLACK` names) and refuses what
it does not know. It keeps nothing: whoever is taken out of the file is refused from then on.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from include.reconciliation.config import slack_people_file
from include.reconciliation.errors import ConfigurationError, RequestError
from include.reconciliation.toml_tables import TableReader, matching

STATUS, PAUSE, RESUME = "status", "pause", "resume"
APPROVE, REJECT = "approve", "reject"
# What each role may ask for.
RIGHTS: Mapping[str, frozenset[str]] = {
    "viewer": frozenset({STATUS}),
    "operator": frozenset({STATUS, PAUSE, RESUME}),
    # Their name is their login in Airflow: by it the database tells who asked from who approves.
    "approver": frozenset({STATUS, APPROVE, REJECT}),
}
_TEAM = re.compile(r"T[A-Z0-9]{2,30}", re.ASCII)
_USER = re.compile(r"[UW][A-Z0-9]{2,30}", re.ASCII)
_NAME = re.compile(r"\w[\w .@-]{0,79}")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in Slack; `name` is what is written down about what they do."""

    user_id: str
    name: str
    role: str

    def check(self, right: str) -> None:
        """RequestError unless their role may ask for this."""
        if right not in RIGHTS[self.role]:
            raise RequestError(f"the role {self.role} of {self.name} may not {right}")


@dataclass(frozen=True, slots=True)
class People:
    """All of the file: one workspace, and the people in it by their id."""

    team: str | None
    by_id: Mapping[str, Person]

    def find(self, team: str, user_id: str) -> Person | None:
        """The person of that id in that workspace; None for everybody else."""
        return self.by_id.get(user_id) if team == self.team else None


def load(path: Path | None = None) -> People:
    """The people; ConfigurationError says which key of which entry is wrong."""
    path = path or slack_people_file()
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError:
        raise ConfigurationError(f"{path.name} can't be read; looked for {path}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path.name} is not valid TOML: {error}") from None
    reader = TableReader(document, path.name)
    team = reader.take("team", matching(_TEAM), None)
    entries = reader.take("users", dict, {})
    reader.finish()
    people = [_person(key, entry, path.name) for key, entry in entries.items()]
    names = [person.name.casefold() for person in people]
    if len(set(names)) != len(names):
        # Two ids under one name would be one person in every record.
        raise ConfigurationError(f"{path.name}: each person needs a name of their own")
    return People(team, {person.user_id: person for person in people})


def _person(user_id: str, entry: object, file: str) -> Person:
    place = f"{file}, users.{user_id}"
    if not _USER.fullmatch(user_id):
        raise ConfigurationError(f"{place}: an id of Slack's looks like U0123ABCD")
    reader = TableReader(entry, place)
    person = Person(user_id, reader.take("name", matching(_NAME)), reader.take("role", _role))
    reader.finish()
    return person


def _role(value: object) -> str:
    if value not in RIGHTS:
        raise ValueError(f"must be one of {', '.join(RIGHTS)}")
    return str(value)
