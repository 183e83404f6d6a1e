"""The PSPs that a demo leaves behind: offered only where nothing else is meant."""

import json
import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from include.reconciliation import config
from include.reconciliation.demo import place, standing_psps
from include.reconciliation.demo.stripe_server import PATH
from include.reconciliation.local import environment, ports
from include.reconciliation.local.server import Server

SERVER = Server(host="/nowhere", port=1)
Offer = Callable[..., list[str]]


@pytest.fixture
def offer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Offer:
    """Offers in a folder where a demo lies, with these connections added in Airflow."""
    monkeypatch.setenv("RECONCILIATION_VAR", str(tmp_path))
    monkeypatch.delenv("RECONCILIATION_CONFIG", raising=False)
    place.folder().mkdir()
    place.balance_transactions_file().write_text("[]", encoding="utf-8")
    monkeypatch.setattr(place, "is_the_demos", lambda server: True)

    def as_the_user_set_it(added_in_airflow: tuple[str, ...] = (), **given: str) -> list[str]:
        def own_connections(server: Server, given: dict[str, str]) -> set[str]:
            named = {psp for psp in standing_psps.PSPS if f"AIRFLOW_CONN_{psp.upper()}" in given}
            return named | set(added_in_airflow)

        monkeypatch.setattr(standing_psps, "_own_connections", own_connections)
        return standing_psps.offer(SERVER, given, stripe_port=4242)

    return as_the_user_set_it


def test_both_psps_are_offered_to_every_process_of_the_checkout(offer: Offer) -> None:
    said = offer()

    seen = environment.process_environment(SERVER, given={})
    [stripe] = [
        psp
        for psp in config.load(Path(seen["RECONCILIATION_CONFIG"])).psps
        if psp.name == "stripe"
    ]
    assert {"path": str(place.drop_folder())} == json.loads(seen["AIRFLOW_CONN_ADYEN"])["extra"]
    assert place.STRIPE_KEY == json.loads(seen["AIRFLOW_CONN_STRIPE"])["password"]
    assert "http://127.0.0.1:4242" == stripe.endpoint
    assert [
        f"the demo's Adyen has left its files in {place.drop_folder()} (connection adyen)",
        "the demo's Stripe answers on http://127.0.0.1:4242 (connection stripe)",
    ] == said


@pytest.mark.parametrize("own", ["adyen", "stripe"])
def test_a_connection_added_in_airflow_is_left_to_the_user(offer: Offer, own: str) -> None:
    said = offer(added_in_airflow=(own,))

    [other] = {"adyen", "stripe"} - {own}
    connections = {name for name in environment.demo_environment() if "CONN" in name}
    assert {f"AIRFLOW_CONN_{other.upper()}"} == connections
    assert f"the connection {own} is your own, so the demo's is left out" == said[0]


def test_connections_of_the_users_own_are_found_in_the_environment_and_in_airflow(
    test_server: Server, airflow_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = str(make_url(airflow_database).database)
    monkeypatch.setattr(standing_psps, "AIRFLOW_DATABASE", name)
    add = "insert into connection (conn_id, conn_type, is_encrypted, is_extra_encrypted) values"
    with psycopg.connect(test_server.conninfo(name, "airflow"), autocommit=True) as metadata:
        before = standing_psps._own_connections(test_server, {})
        metadata.execute(f"{add} ('stripe', 'http', false, false), ('slack', 'http', false, false)")
        after = standing_psps._own_connections(test_server, {"AIRFLOW_CONN_ADYEN": "{}"})
        metadata.execute("delete from connection where conn_id in ('stripe', 'slack')")

    assert (set(), {"adyen", "stripe"}) == (before, after)


def test_with_a_configuration_of_the_users_own_only_the_files_are_offered(offer: Offer) -> None:
    offer(RECONCILIATION_CONFIG="/etc/psps.toml")

    assert {"AIRFLOW_CONN_ADYEN"} == environment.demo_environment().keys()


@pytest.mark.parametrize(
    "name",
    [
        "AIRFLOW_CONN_RECONCILIATION",
        "AIRFLOW_CONN_PAYMENTS_LEDGER",
        "AIRFLOW_CONN_BILLING_GATEWAY",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN",
    ],
)
def test_beside_books_of_the_users_own_nothing_is_offered(offer: Offer, name: str) -> None:
    offer()

    said = offer(**{name: "somewhere else"})

    assert ([], {}) == (said, environment.demo_environment())


def test_in_a_warehouse_that_no_demo_made_nothing_is_offered(
    offer: Offer, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer()
    monkeypatch.setattr(place, "is_the_demos", lambda server: False)

    assert ([], {}) == (offer(), environment.demo_environment())


@pytest.mark.parametrize(
    ("runs_of_others", "mark", "expected"),
    [
        (0, place.MARK, True),
        (0, f"{place.MARK}, 36 runs", True),
        (1, f"{place.MARK}, 36 runs", False),
        (0, None, False),
    ],
)
def test_a_warehouse_is_the_demos_by_its_mark_and_by_its_accounts(
    monkeypatch: pytest.MonkeyPatch, runs_of_others: int, mark: str | None, expected: bool
) -> None:
    monkeypatch.setattr(place, "published_runs", lambda server: (36, runs_of_others))
    monkeypatch.setattr(place, "_mark", lambda server: mark)

    assert expected == place.is_the_demos(SERVER)


def test_the_server_shows_what_the_demo_showed_last(tmp_path: Path) -> None:
    shown = [{"id": f"txn_{number}", "created": number, "source": None} for number in (1, 2)]
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "balance_transactions.json").write_text(json.dumps(shown))
    with subprocess.Popen(
        [sys.executable, "-m", standing_psps.__name__, "serve", "0"],
        env={**os.environ, "RECONCILIATION_VAR": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            said, _, url = process.stdout.readline().strip().partition(" on ")
            question = urllib.request.Request(
                f"{url}{PATH}?limit=10", headers={"Authorization": f"Bearer {place.STRIPE_KEY}"}
            )
            with urllib.request.urlopen(question) as answer:
                page = json.load(answer)
        finally:
            process.terminate()

    assert "2 balance transactions" == said
    assert ["txn_2", "txn_1"] == [entry["id"] for entry in page["data"]]


def test_a_port_that_is_taken_or_promised_is_left_for_another() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        assert port != ports.choose(port)
    assert port == ports.choose(port)
    assert port != ports.choose(port, besides=port)
