"""The demo's place: nobody's runs are lost, and nothing but Stripe's endpoint is changed."""

import psycopg
import pytest

from include.reconciliation import config
from include.reconciliation.demo import place
from include.reconciliation.local.server import Server

NOWHERE = Server(host="/nowhere", port=1)


def test_databases_with_runs_of_somebody_else_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "published_runs", lambda server: (1, 0))
    monkeypatch.setattr(place, "_mark", lambda server: None)
    with pytest.raises(place.NotOurs, match="make clean"):
        place.make_fresh(NOWHERE)


def test_databases_of_a_demo_with_an_account_of_somebody_else_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(place, "published_runs", lambda server: (37, 1))
    monkeypatch.setattr(place, "_mark", lambda server: place.MARK)
    with pytest.raises(place.NotOurs, match="make clean"):
        place.make_fresh(NOWHERE)


@pytest.mark.parametrize(("stored", "is_refused"), [(36, False), (37, True)])
def test_a_run_that_somebody_made_after_the_demo_is_not_dropped(
    monkeypatch: pytest.MonkeyPatch, stored: int, is_refused: bool
) -> None:
    monkeypatch.setattr(place, "published_runs", lambda server: (36, 0))
    monkeypatch.setattr(place, "_mark", lambda server: f"{place.MARK}, 36 runs")
    monkeypatch.setattr(place, "_stored_runs", lambda server: stored)
    # Past the refusal, the first thing is to drop the databases of a server that is not there.
    expected = place.NotOurs if is_refused else psycopg.OperationalError
    with pytest.raises(expected):
        place.make_fresh(NOWHERE)


def test_no_server_means_no_runs() -> None:
    assert place.published_runs(NOWHERE) == (0, 0)


def test_only_stripe_differs_from_the_projects_configuration_by_its_endpoint_and_gateway() -> None:
    own = (config.PROJECT_ROOT / "include" / "psps.toml").read_text(encoding="utf-8")
    demo = place.configuration_text("http://127.0.0.1:4242").replace("[psp.gateway]\n\n", "")
    changed = [
        (before.split("#")[0].strip(), after.split("#")[0].strip())
        for before, after in zip(own.splitlines(), demo.splitlines(), strict=True)
        if before != after
    ]
    assert changed == [
        ('endpoint = "https://api.stripe.com"', 'endpoint = "http://127.0.0.1:4242"')
    ]
