"""What somebody asks to be done, and its name: the content decides both, never the clock.

A request is made of an object as it was when it was previewed. Whoever approves it approves the
hash of all of it; the database makes that hash and holds the answers against it
(`include/sql/schema/0024_corrections.sql`).
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from include.reconciliation.errors import RequestError
from include.reconciliation.identifiers import content_id
from include.reconciliation.money import parse_minor

TEXT_CHARACTERS_MAX = 500
_TICKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9 #/_.:-]{0,79}", re.ASCII)
# What a spreadsheet takes for a formula, in front of a text.
_FORMULA = ("=", "+", "-", "@", "\t")
_MARKUP = re.compile(r"[<>`|{}\[\]]")

# Why, as a code: the words of the runbooks' reasons of record.
REASON_CODES = (
    "duplicate",
    "fraud",
    "ledger_error",
    "operator_error",
    "provider_error",
    "rounding",
    "stuck",
    "timing",
    "unidentified",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRequest:
    """One action on one object, as it is asked for; amounts in minor units, signed."""

    action: str
    object_kind: str
    object_id: str
    reason_code: str
    reason: str
    requested_by: str
    state_before: str
    state_after: str
    state_sha256: str
    psp: str | None = None
    account_id: int | None = None
    leg: str | None = None
    discrepancy_id: str | None = None
    episode: int | None = None
    currency: str | None = None
    amount_minor: int | None = None
    on_behalf_of: str | None = None
    ticket: str | None = None
    psp_ticket: str | None = None
    accept_until: datetime | None = None
    post_by: date | None = None
    link_to: str | None = None

    def request_id(self, attempt: int) -> str:
        """Its idempotency key: `attempt` counts the earlier ones with this content that ended."""
        content = {
            name: value if value is None or isinstance(value, int | str) else value.isoformat()
            for name, value in asdict(self).items()
            # Its day follows from the run that happens to be the last.
            if name != "post_by"
        }
        return content_id("action request", attempt, content)

    def columns(self) -> dict[str, Any]:
        """Its columns in `internal.action_requests`."""
        return asdict(self)


def refuse_text(field: str, text: str) -> str:
    """The text on one line; RequestError for one that is empty, too long, markup or a formula."""
    plain = " ".join(text.split())
    if not plain:
        raise RequestError(f"{field}: expected a few words; found nothing")
    if len(plain) > TEXT_CHARACTERS_MAX:
        raise RequestError(
            f"{field}: expected at most {TEXT_CHARACTERS_MAX} characters; found {len(plain)}"
        )
    if plain.startswith(_FORMULA) or _MARKUP.search(plain) or not plain.isprintable():
        raise RequestError(
            f"{field}: expected plain words; found markup, a formula or invisible characters in "
            f"{plain[:40]!r}"
        )
    return plain


def refuse_ticket(field: str, text: str | None) -> str | None:
    """A ticket's name, or None; RequestError for what is no plain name."""
    plain = " ".join((text or "").split())
    if not plain:
        return None
    if not _TICKET.fullmatch(plain):
        raise RequestError(
            f"{field}: expected letters, digits and # / _ . : - (80 at most); found {plain[:90]!r}"
        )
    return plain


def refuse_reason_code(code: str) -> str:
    """The code; RequestError names the known ones."""
    if code not in REASON_CODES:
        raise RequestError(
            f"reason_code: expected one of {', '.join(REASON_CODES)}; found {code!r}"
        )
    return code


def amount_minor(field: str, text: str, currency: str, exponent: int) -> int:
    """Minor units of an amount as somebody types it; RequestError for too many decimals."""
    try:
        return parse_minor(text.strip(), exponent)
    except ValueError as error:
        raise RequestError(
            f"{field}: expected an amount of {currency} with a point and at most {exponent} "
            f"decimals; found {text!r} ({error})"
        ) from None
