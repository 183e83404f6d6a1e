"""What all lists of Stripe's API have in common: their pages, and how one asks for the next."""

from __future__ import annotations

import re
from datetime import datetime

from include.reconciliation.statements.amounts import EXPONENTS
from include.reconciliation.statements.api_pages import Ask, Page, Request, Walk, numbered
from include.reconciliation.statements.strict_json import Entry

PAGE_LINES = 100
# A list without lines or its own address: nothing says what it would list.
EMPTY = (
    rb'\s*\{(?=.{0,4000}?"object"\s*:\s*"list")(?!.{0,4000}?"url"\s*:)'
    rb'.{0,4000}?"data"\s*:\s*\[\s*\]'
)
# Where Stripe differs from ISO 4217: two currencies without decimals that it still writes in
# hundredths, and one with two decimals that it writes without.
_WRITTEN_EXPONENTS = {"ISK": 2, "UGX": 2, "MGA": 0}


def of_address(path: str) -> bytes:
    """What a list that names its own address begins with."""
    address = re.escape(path).encode()
    return rb'\s*\{(?=.{0,4000}?"object"\s*:\s*"list").{0,4000}?"url"\s*:\s*"%s"' % address


def page(answer: Entry) -> Page:
    """A page of a list; StatementError for anything but the documented one."""
    if answer.value.get("object") != "list":
        raise answer.error("bad_page", "object", "'list'", answer.value.get("object"))
    has_more = answer.value.get("has_more")
    if not isinstance(has_more, bool):
        raise answer.error("bad_page", "has_more", "true or false", has_more)
    if not isinstance(answer.value.get("data"), list):
        raise answer.error("bad_page", "data", "a list of objects", answer.value.get("data"))
    found = numbered(answer, answer.parts("data"))
    for entry in found:
        if not isinstance(entry.value.get("id"), str):
            raise entry.error("bad_page", "id", "an id on every line", entry.value.get("id"))
    return Page(found, has_more, cursor=found[-1].value["id"] if found else None)


def ask(path: str, *expanded: str) -> Ask:
    """The walk over a list by the time its objects were made, newest first."""

    def walk(account: str, read_from: datetime, read_to: datetime) -> Walk:
        query = (
            ("limit", str(PAGE_LINES)),
            ("created[gte]", str(int(read_from.timestamp()))),
            ("created[lt]", str(int(read_to.timestamp()))),
            *(("expand[]", field) for field in expanded),
        )
        found = yield Request(path, query)
        while found.has_more and found.cursor is not None:
            found = yield Request(path, (*query, ("starting_after", found.cursor)))

    return walk


def minor(entry: Entry, name: str, currency: str) -> int:
    """Minor units of an amount, which is whole in what Stripe takes for the smallest unit."""
    written = entry.whole(name)
    exponent = EXPONENTS[currency]
    written_exponent = _WRITTEN_EXPONENTS.get(currency, exponent)
    if written_exponent < exponent:
        return int(written * 10 ** (exponent - written_exponent))
    spare = 10 ** (written_exponent - exponent)
    if written % spare:
        raise entry.error("excess_decimals", name, f"a multiple of {spare} in {currency}", written)
    return written // spare
