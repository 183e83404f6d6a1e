"""How a PSP's API is entered: the client for its endpoint, with what its connection holds."""

from __future__ import annotations

from include.reconciliation.config import Psp
from include.reconciliation.edges.connections import connection
from include.reconciliation.edges.psp_client import Endpoint, PspClient
from include.reconciliation.errors import ConfigurationError


def client_of(psp: Psp) -> PspClient:
    """The client for a PSP's own endpoint, with the key of its connection."""
    if psp.endpoint is None:
        raise ConfigurationError(f"the PSP {psp.name!r} needs an endpoint in its entry")
    target = connection(psp.connection)
    if not target.password:
        raise ConfigurationError(f"connection {psp.connection!r}: its password must be the API key")
    return PspClient(
        Endpoint.parse(psp.endpoint),
        target.password,
        user=target.login or None,
        ca_file=target.extra.get("ca_file"),
    )
