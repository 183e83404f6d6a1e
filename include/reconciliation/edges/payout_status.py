"""Asks a provider what became of one payout, by our key and its reference.

The client is that of the PSPs: one endpoint, no redirects, a deadline and a size cap. Nothing here
raises for what the other side does: a failure is an answer of its own kind.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from include.reconciliation.edges.psp_access import client_of
from include.reconciliation.edges.psp_client import PspClient
from include.reconciliation.errors import ConfigurationError, ProviderUnavailable, SourceError
from include.reconciliation.payout_answers import AskedPayout, ProviderAnswer, no_answer, read
from include.reconciliation.payout_providers import PayoutProvider

# A claim on a payout is for five minutes: four tries and their waits stay well below.
REQUEST_SECONDS_MAX = 10.0
WAIT_SECONDS_MAX = 10
BODY_BYTES_MAX = 1 << 16


@contextmanager
def asking(provider: PayoutProvider) -> Iterator[PspClient]:
    """A connection to a provider; ConfigurationError where its entry or connection can't work."""
    client = client_of(provider)
    client.request_seconds_max = REQUEST_SECONDS_MAX
    client.wait_seconds_max = WAIT_SECONDS_MAX
    client.body_bytes_max = BODY_BYTES_MAX
    with client:
        yield client


def ask(client: PspClient, provider: PayoutProvider, asked: AskedPayout) -> ProviderAnswer:
    """What the provider says; only an answer 200 is read, a 404 says nothing about a payout."""
    query = [(provider.key_parameter, asked.idempotency_key)]
    if provider.reference_parameter is not None and asked.provider_reference is not None:
        query.append((provider.reference_parameter, asked.provider_reference))
    try:
        body, _ = client.get(provider.status_path, query)
    except (ProviderUnavailable, SourceError, ConfigurationError) as error:
        return no_answer(str(error))
    return read(body, asked, provider.fields, provider.states)
