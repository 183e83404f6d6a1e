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
from include.reconciliation.errors import StatementError
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


def read(delivery: Delivery, page_of: Callable[[Entry], Page]) -> Iterator[tuple[int, str]]:
    """The kept pages of a delivery as (number, JSON text), each checked, and their chain too."""
    seen: dict[str, int] = {}
    has_more = True
    number = 0
    for number, (content_sha256, file) in enumerate(_kept(delivery), 1):
        body = store.read(content_sha256)
        page = parse(body, file, page_of)
        if page.entries and content_sha256 in seen:
            raise StatementError(
                "page_repeated",
                "the page came before",
                file=file,
                expected="other lines than before",
                found=f"the bytes of page {seen[content_sha256]}",
            )
        if page.has_more and not page.entries:
            raise StatementError(
                "page_missing",
                "an empty page says that more follows",
                file=file,
                expected="lines",
                found="none",
            )
        seen[content_sha256] = number
        has_more = page.has_more
        yield number, body.decode("utf-8")
    if has_more:
        raise StatementError(
            "page_missing",
            "the last page says that more follows",
            file=delivery.name,
            expected=f"page {number + 1}",
            found="nothing",
        )


def bodies(delivery: Delivery) -> Iterator[tuple[str, bytes]]:
    """The kept pages of a delivery in the order of asking, each with its name for sentences."""
    for content_sha256, file in _kept(delivery):
        yield file, store.read(content_sha256)


def _kept(delivery: Delivery) -> list[tuple[str, str]]:
    hashes = json.loads(store.read(delivery.content_sha256))["pages"]
    return [(each, f"{delivery.name}, page {number}") for number, each in enumerate(hashes, 1)]


def _instant(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
