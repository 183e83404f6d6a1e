"""The demo's PSPs under `make up`, as the demo left them, for runs that somebody triggers.

`offer` says how tasks reach them: only where the books are the demo's, and for each PSP only where
nobody has named a connection of their own. `serve` is the process that answers as Stripe.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from threading import Event

import psycopg

from include.reconciliation import config
from include.reconciliation.demo import place, printing
from include.reconciliation.demo.stripe_server import StripeServer
from include.reconciliation.edges.warehouse import statement
from include.reconciliation.local.environment import (
    AIRFLOW_DATABASE,
    CONNECTIONS,
    demo_environment_file,
)
from include.reconciliation.local.ports import LOOPBACK
from include.reconciliation.local.server import Server, borrowed_server

PSPS = ("adyen", "stripe")
# With one of these set, the books or Airflow itself are the user's own.
_OWN_BOOKS = {
    *(f"AIRFLOW_CONN_{name.upper()}" for name in CONNECTIONS),
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN",
}


def offer(server: Server, given: Mapping[str, str], *, stripe_port: int) -> list[str]:
    """Write down how tasks reach the demo's PSPs; returns a line about each.

    `given` is the environment as the user set it. Nothing is offered, and nothing said, where the
    books are not the demo's.
    """
    demo_environment_file().unlink(missing_ok=True)
    if _OWN_BOOKS & set(given) or not place.balance_transactions_file().exists():
        return []
    if not place.is_the_demos(server):
        return []
    own = _own_connections(server, given)
    said = [f"the connection {psp} is your own, so the demo's is left out" for psp in sorted(own)]
    entries: dict[str, str] = {}
    if "adyen" not in own:
        entries |= place.adyen_environment()
        shown = printing.shown_path(place.drop_folder(), config.PROJECT_ROOT)
        said.append(f"the demo's Adyen has left its files in {shown} (connection adyen)")
    if "stripe" not in own:
        url = f"http://{LOOPBACK}:{stripe_port}"
        try:
            if "RECONCILIATION_CONFIG" in given:
                raise place.NotOurs("RECONCILIATION_CONFIG names a configuration of your own.")
            entries |= place.stripe_environment(url)
            said.append(f"the demo's Stripe answers on {url} (connection stripe)")
        except place.NotOurs as problem:
            said.append(f"the demo's Stripe is left out: {problem}")
    place.write_environment(entries)
    return said


def serve(stripe_port: int) -> None:
    """Answer as Stripe with what the demo showed last, until this process is ended."""
    rows = json.loads(place.balance_transactions_file().read_text(encoding="utf-8"))
    with StripeServer(rows, key=place.STRIPE_KEY, port=stripe_port) as stripe:
        print(f"{len(rows)} balance transactions on {stripe.url}", flush=True)
        Event().wait()


def _own_connections(server: Server, given: Mapping[str, str]) -> set[str]:
    """The PSPs that the user has a connection for: in the environment, or added in Airflow."""
    named = {psp for psp in PSPS if f"AIRFLOW_CONN_{psp.upper()}" in given}
    with psycopg.connect(server.conninfo(AIRFLOW_DATABASE, "airflow")) as session:
        added = session.execute(statement("demo/own_connections"), {"connection_ids": list(PSPS)})
        return named | {connection_id for (connection_id,) in added}


def main(arguments: list[str]) -> int:
    """offer <port> | serve <port>: the steps of `make up`."""
    verb, port = arguments
    if verb == "serve":
        serve(int(port))
        return 0
    with borrowed_server() as server:
        for line in offer(server, os.environ, stripe_port=int(port)):
            print(f"make up: {line}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
