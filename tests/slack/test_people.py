"""Who may command from Slack, as slack.toml lists them, and what a request gives of its sender."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import pytest

from include.reconciliation import config, slack_people
from include.reconciliation.edges import code_version as code_version_module
from include.reconciliation.edges import slack_requests
from include.reconciliation.errors import ConfigurationError
from tests.slack.conftest import ANA, BRUNO, PEOPLE, SECRET, TEAM, signature


def test_a_person_is_found_by_id_and_workspace(people: Path) -> None:
    found = slack_people.load()

    assert slack_people.Person(ANA, "ana", "operator") == found.find(TEAM, ANA)
    assert [None, None, None] == [
        found.find(TEAM, "U0NOBODY"), found.find("T0OTHER", ANA), found.find(TEAM, ANA.lower())
    ]


def test_the_list_that_comes_with_the_project_has_nobody_on_it() -> None:
    found = slack_people.load(config.PROJECT_ROOT / "include" / "slack.toml")

    assert slack_people.People(None, {}) == found


def test_people_of_no_workspace_are_nobody(tmp_path: Path) -> None:
    path = tmp_path / "slack.toml"
    path.write_text(PEOPLE.replace(f'team = "{TEAM}"', ""))

    assert None is slack_people.load(path).find(TEAM, ANA)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('"operator"', '"king"', "users.U0ANA: role = 'king': must be one of viewer, operator"),
        ('"operator"', "1", "users.U0ANA: role = 1: must be one of"),
        ("role", "rule", "users.U0ANA: the key 'role' is missing"),
        ('name = "ana"', 'name = "ana", wants = 1', r"users.U0ANA: unknown keys \['wants'\]"),
        ("U0ANA", "ana", "users.ana: an id of Slack's looks like U0123ABCD"),
        ('"bruno"', '"Ana"', "each person needs a name of their own"),
        ('"bruno"', '""', "users.U0BRUNO: name = '': must match"),
        ('"bruno"', '"a\\nb"', "users.U0BRUNO: name = .*: must match"),
        (TEAM, "northwind", "team = 'northwind': must match"),
        ("team", "tame", r"unknown keys \['tame'\]"),
        ("team =", "team", "is not valid TOML"),
    ],
)
def test_a_mistake_in_the_list_is_an_error_that_names_it(
    people: Path, old: str, new: str, problem: str
) -> None:
    people.write_text(people.read_text().replace(old, new))

    with pytest.raises(ConfigurationError, match=problem):
        slack_people.load()


def test_a_list_that_is_not_there_is_an_error(people: Path) -> None:
    people.unlink()

    with pytest.raises(ConfigurationError, match=r"slack\.toml can't be read"):
        slack_people.load()


def test_an_interaction_carries_its_sender_in_its_payload(monkeypatch: pytest.MonkeyPatch) -> None:
    """Buttons and dialogs send a form with one field, which holds JSON."""
    monkeypatch.setenv("AIRFLOW_CONN_SLACK_SIGNING", json.dumps({"password": SECRET}))
    actions = [{"action_id": "approve", "value": "4711"}]
    payload = {"team": {"id": TEAM}, "user": {"id": BRUNO, "name": "ana"}, "actions": actions}
    body = urlencode({"payload": json.dumps(payload)}).encode()
    now = datetime(2026, 11, 20, 9, tzinfo=UTC)
    timestamp = str(int(now.timestamp()))
    headers = {
        "x-slack-request-timestamp": timestamp,
        "x-slack-signature": signature(body, timestamp),
    }
    found = slack_requests.read_signed(headers, body, now)

    assert (TEAM, BRUNO, now) == (found.team, found.user_id, found.sent_at)
    assert payload == found.payload
    assert json.dumps(actions) == found.asked()


def test_slacks_own_example_of_a_signature_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """From Slack's page on verifying requests: secret, time, body and signature are theirs."""
    monkeypatch.setenv("AIRFLOW_CONN_SLACK_SIGNING", json.dumps({"password": SECRET}))
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow"
        b"&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner"
        b"&command=%2Fwebhook-collect&text="
        b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554"
        b"%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121"
        b".803a0bc887a14d10d2c447fce8b6703c"
    )
    headers = {
        "x-slack-request-timestamp": "1531420618",
        "x-slack-signature": (
            "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
        ),
    }
    found = slack_requests.read_signed(headers, body, datetime.fromtimestamp(1531420618, UTC))

    assert ("T1DC2JH3J", "U2CERLKJA") == (found.team, found.user_id)
    assert "/webhook-collect" == found.asked()


def test_who_may_command_is_no_rule_of_a_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody who joins or leaves must not make a run of the day begin anew."""
    (tmp_path / "include").mkdir()
    (tmp_path / "requirements.txt").write_text("")
    monkeypatch.setattr(code_version_module, "PROJECT_ROOT", tmp_path)
    versions = []
    for name, text in (("psps.toml", "1"), ("slack.toml", "1"), ("slack.toml", "2"),
                       ("psps.toml", "2")):
        (tmp_path / "include" / name).write_text(text)
        versions.append(code_version_module.code_version.__wrapped__())

    assert versions[0] == versions[1] == versions[2] != versions[3]
