"""Reads a list API page by page for a range of time, and keeps each page as it came."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from include.reconciliation.config import Psp
from include.reconciliation.edges import store
from include.reconciliation.edges.connections import connection
from include.reconciliation.edges.psp_client import Endpoint, PspClient
from include.reconciliation.errors import (
    ConfigurationError,
    ProviderUnavailable,
    SourceError,
    StatementError,
)
from include.reconciliation.statements import pages
from include.reconciliation.statements.deliveries import Attempt
from include.reconciliation.statements.description import PagesFormat

PAGE_LINES = 100
PAGES_MAX = 100_000
PAGE_TRIES = 3


@dataclass(frozen=True, slots=True)
class Read:
    """A range that was read: its index is kept under `content_sha256`."""

    name: str
    content_sha256: str
    size_bytes: int
    read_from: datetime
    read_to: datetime


def read_range(attempt: Attempt, psp: Psp, format_: PagesFormat) -> Read:
    """Reads the attempt's range with its look-back; ProviderUnavailable when nobody answers.

    What a page holds is judged by the gate, not here: a page that can't be followed ends the read.
    """
    read_from, read_to = range_of(attempt, psp.statements.look_back)
    name = pages.range_name(read_from, read_to)
    query = [
        ("limit", str(PAGE_LINES)),
        ("created[gte]", str(int(read_from.timestamp()))),
        ("created[lt]", str(int(read_to.timestamp()))),
        ("expand[]", "data.source"),
    ]
    kept: list[str] = []
    size_bytes = 0
    after: str | None = None
    seen: set[str] = set()
    with client_of(psp) as client:
        while True:
            cursor = [] if after is None else [("starting_after", after)]
            body, page = _page(client, format_.path, [*query, *cursor])
            kept.append(store.keep(body))
            size_bytes += len(body)
            if page is None or not page.has_more or not page.lines:
                break
            after = page.last_id()
            # A cursor that comes again would be followed for ever; the gate tells what came twice.
            if after in seen:
                break
            seen.add(after)
            if len(kept) >= PAGES_MAX:
                raise SourceError(f"{psp.title} has more than {PAGES_MAX} pages for {name}")
    content_sha256 = store.keep(pages.index(format_.name, attempt.account, name, kept))
    return Read(name, content_sha256, size_bytes, read_from, read_to)


def range_of(attempt: Attempt, look_back: timedelta) -> tuple[datetime, datetime]:
    """The half-open range in whole seconds: up to the as-of, back to what may still change."""
    starts = [attempt.window_start, attempt.watermark, attempt.reprocess_from]
    start = min(instant for instant in starts if instant is not None) - look_back
    return (
        datetime.fromtimestamp(math.floor(start.timestamp()), UTC),
        datetime.fromtimestamp(math.ceil(attempt.window_end.timestamp()), UTC),
    )


def client_of(psp: Psp) -> PspClient:
    """The client for a PSP's own endpoint, with the key of its connection."""
    target = connection(psp.connection)
    endpoint = psp.endpoint or target.extra.get("endpoint")
    if not isinstance(endpoint, str):
        raise ConfigurationError(f"the PSP {psp.name!r} needs an endpoint in its entry")
    if not target.password:
        raise ConfigurationError(f"connection {psp.connection!r}: its password must be the API key")
    return PspClient(
        Endpoint.parse(endpoint), target.password, ca_file=target.extra.get("ca_file")
    )


def _page(
    client: PspClient, path: str, query: list[tuple[str, str]]
) -> tuple[bytes, pages.Page | None]:
    """A page and what it says of the next one; None when it stays unreadable."""
    body = b""
    for number in range(1, PAGE_TRIES + 1):
        body, content_type = client.get(path, query)
        try:
            page = pages.parse(body, path)
        except StatementError:
            # A page cut on its way is whole the next time; one that the PSP cuts is not.
            if number < PAGE_TRIES:
                time.sleep(0.2 * number)
            continue
        if content_type.partition(";")[0].strip().lower() != "application/json":
            raise ProviderUnavailable(
                f"the PSP answers {content_type[:60]!r} where JSON was expected"
            )
        return body, page
    return body, None
