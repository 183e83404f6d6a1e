"""A statement read page by page: the index that names its pages, and what each page must be.

The bytes of every page are kept as they came. The index (range, account, hashes of the pages in
order) is kept too, and its hash is the delivery's: the same pages for the same range are the same
delivery.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from include.reconciliation.edges import store
from include.reconciliation.errors import StatementError
from include.reconciliation.identifiers import canonical_json
from include.reconciliation.statements import strict_json
from include.reconciliation.statements.deliveries import Delivery


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its lines, whether another follows, and where that one starts."""

    lines: list[dict[str, Any]]
    has_more: bool

    def last_id(self) -> str:
        """The id after which the next page starts."""
        return str(self.lines[-1]["id"])


def range_name(read_from: datetime, read_to: datetime) -> str:
    """The natural key of a read."""
    return f"created {_instant(read_from)}/{_instant(read_to)}"


def index(format_: str, account: str, name: str, pages: list[str]) -> bytes:
    """The content of a delivery that was read page by page."""
    entry = {"account": account, "format": format_, "pages": pages, "read": name}
    return canonical_json(entry).encode()


def parse(body: bytes, file: str) -> Page:
    """A page, strictly read; StatementError for anything but the documented list."""
    return _page(strict_json.parse(body, file), file)


def read(delivery: Delivery) -> Iterator[tuple[int, str]]:
    """The kept pages of a delivery as (number, JSON text), each checked, and their chain too."""
    pages = json.loads(store.read(delivery.content_sha256))["pages"]
    seen: dict[str, int] = {}
    has_more = True
    for number, content_sha256 in enumerate(pages, 1):
        file = f"{delivery.name}, page {number}"
        body = store.read(content_sha256)
        page = parse(body, file)
        if page.lines and content_sha256 in seen:
            raise StatementError(
                "page_repeated",
                "the page came before",
                file=file,
                expected="other lines than before",
                found=f"the bytes of page {seen[content_sha256]}",
            )
        if page.has_more and not page.lines:
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
            expected=f"page {len(pages) + 1}",
            found="nothing",
        )


def _page(value: object, file: str) -> Page:
    problem = None
    if not isinstance(value, dict):
        problem = "no object"
    elif value.get("object") != "list":
        problem = f"object {str(value.get('object'))[:40]!r}"
    elif not isinstance(value.get("has_more"), bool):
        problem = "no has_more"
    elif not isinstance(value.get("data"), list):
        problem = "no data"
    elif not all(
        isinstance(line, dict) and isinstance(line.get("id"), str) for line in value["data"]
    ):
        problem = "a line without an id"
    if problem is not None:
        raise StatementError(
            "bad_page",
            "the page is not the list that the API documents",
            file=file,
            expected="an object with object, has_more and data",
            found=problem,
        )
    assert isinstance(value, dict)
    return Page(value["data"], value["has_more"])


def _instant(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
