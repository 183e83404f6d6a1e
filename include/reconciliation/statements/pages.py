"""A statement read page by page: the index that names its pages, and what each page must be.

The bytes of every page are kept as they came. The index (range, account, hashes of the pages in
order) is kept too, and its hash is the delivery's: the same pages for the same range are the same
delivery.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from include.reconciliation.edges import store
from include.reconciliation.identifiers import canonical_json
from include.reconciliation.statements import strict_json
from include.reconciliation.statements.api_pages import Page, entry_of
from include.reconciliation.statements.deliveries import Delivery
from include.reconciliation.statements.strict_json import Entry


def range_name(read_from: datetime, read_to: datetime) -> str:
    """The natural key of a read."""
    return f"created {_instant(read_from)}/{_instant(read_to)}"


def index(format_: str, account: str, name: str, pages: list[str]) -> bytes:
    """The content of a delivery that was read page by page."""
    entry = {"account": account, "format": format_, "pages": pages, "read": name}
    return canonical_json(entry).encode()


def parse(body: bytes, file: str, page_of: Callable[[Entry], Page]) -> Page:
    """A page, strictly read; StatementError for anything but the documented list."""
    return page_of(entry_of(strict_json.parse(body, file), file))


def bodies(delivery: Delivery) -> Iterator[tuple[str, bytes]]:
    """The kept pages of a delivery in the order of asking, each with its name for sentences."""
    hashes = json.loads(store.read(delivery.content_sha256))["pages"]
    for number, content_sha256 in enumerate(hashes, 1):
        yield f"{delivery.name}, page {number}", store.read(content_sha256)


def _instant(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
