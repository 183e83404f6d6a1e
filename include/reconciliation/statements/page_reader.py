"""Reads a list API page by page for a range of time, and keeps each page as it came."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from include.reconciliation.config import Psp
from include.reconciliation.edges import store
from include.reconciliation.edges.psp_access import client_of
from include.reconciliation.edges.psp_client import PspClient
from include.reconciliation.errors import ProviderUnavailable, SourceError, StatementError
from include.reconciliation.statements import pages
from include.reconciliation.statements.api_pages import Api, Page, Request, following
from include.reconciliation.statements.deliveries import Attempt
from include.reconciliation.statements.strict_json import Entry

PAGES_MAX = 100_000
PAGE_TRIES = 3
JSON_TYPES = ("application/json", "application/hal+json")


@dataclass(frozen=True, slots=True)
class Read:
    """A range that was read: its index is kept under `content_sha256`."""

    name: str
    content_sha256: str
    size_bytes: int
    read_from: datetime
    read_to: datetime


def read_range(attempt: Attempt, psp: Psp, api: Api) -> Read:
    """Reads the attempt's range with its look-back; ProviderUnavailable when nobody answers.

    What a page holds is judged by the gate, not here: a page that can't be followed ends the read.
    """
    read_from, read_to = range_of(attempt, psp.statements.look_back)
    name = pages.range_name(read_from, read_to)
    kept: list[str] = []
    size_bytes = 0
    assert api.ask is not None
    walk = api.ask(attempt.account, read_from, read_to)
    request: Request | None = next(walk)
    asked: set[Request] = set()
    with client_of(psp) as client:
        # A cursor that comes again would be followed for ever; the gate tells what came twice.
        while request is not None and request not in asked:
            if len(kept) >= PAGES_MAX:
                raise SourceError(f"{psp.title} has more than {PAGES_MAX} pages for {name}")
            asked.add(request)
            body, page = _page(client, request, api.page)
            kept.append(store.keep(body))
            size_bytes += len(body)
            request = following(walk, page) if page is not None else None
    content_sha256 = store.keep(pages.index(psp.format, attempt.account, name, kept))
    return Read(name, content_sha256, size_bytes, read_from, read_to)


def range_of(attempt: Attempt, look_back: timedelta) -> tuple[datetime, datetime]:
    """The half-open range in whole seconds: up to the as-of, back to what may still change."""
    starts = [attempt.window_start, attempt.watermark, attempt.reprocess_from]
    start = min(instant for instant in starts if instant is not None) - look_back
    return (
        datetime.fromtimestamp(math.floor(start.timestamp()), UTC),
        datetime.fromtimestamp(math.ceil(attempt.window_end.timestamp()), UTC),
    )


def _page(
    client: PspClient, request: Request, page_of: Callable[[Entry], Page]
) -> tuple[bytes, Page | None]:
    """A page and what it says of the next one; None when it stays unreadable."""
    body = b""
    for number in range(1, PAGE_TRIES + 1):
        body, content_type = client.get(request.path, request.query)
        try:
            page = pages.parse(body, request.path, page_of)
        except StatementError:
            # A page cut on its way is whole the next time; one that the PSP cuts is not.
            if number < PAGE_TRIES:
                time.sleep(0.2 * number)
            continue
        if content_type.partition(";")[0].strip().lower() not in JSON_TYPES:
            raise ProviderUnavailable(
                f"the PSP answers {content_type[:60]!r} where JSON was expected"
            )
        return body, page
    return body, None
