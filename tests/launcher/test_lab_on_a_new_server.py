"""The lab may be the first that anybody runs in a working copy."""

import pytest

from include.reconciliation.lab import databases
from include.reconciliation.local.server import Cluster


def test_the_labs_databases_are_made_on_a_server_that_nobody_has_prepared(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAB_PROCESS", "")
    with cluster.borrowed() as server:
        databases.make_templates(server)
        with databases.fresh(server) as names:
            made = set(names)
        databases.drop_all(server)

    assert {"reconciliation", "payments_ledger", "billing_gateway"} == made
