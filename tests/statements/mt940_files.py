"""MT940 bank statements, field by field, as small as a test needs them."""

from __future__ import annotations

import io

from include.reconciliation.statements import mt940_statement
from include.reconciliation.statements.parsed import Event, Line, StatementEnd, StatementStart

CREDIT = ":61:2506100609CR20,00NTRFORDER-1//B-1"


def a_statement(
    *entries: str,
    reference: str = "STARTUMS",
    account: str = "50880050/0194774600888",
    number: str = "28C:115/1",
    opening: str = "60F:C250606EUR100,00",
    closing: str = "62F:C250609EUR120,00",
) -> str:
    """A statement from 100.00 to 120.00 EUR; without entries, a single credit of 20.00."""
    head = (f"20:{reference}", f"25:{account}", number, opening)
    fields = [*(f":{field}" for field in head if field), *(entries or (CREDIT,))]
    return "\r\n".join([*fields, f":{closing}" if closing else "", "-", ""])


def events_of(text: str | bytes) -> list[Event]:
    """What the parser makes of a file."""
    content = text if isinstance(text, bytes) else text.encode()
    return list(mt940_statement.read(io.BytesIO(content), "a.sta"))


def the_statement(text: str | bytes) -> tuple[StatementStart, list[Line], StatementEnd]:
    """The only statement of a file."""
    start, *lines, end = events_of(text)
    assert isinstance(start, StatementStart) and isinstance(end, StatementEnd)
    return start, [line for line in lines if isinstance(line, Line)], end


def the_line(*fields: str) -> Line:
    """The only entry of a statement."""
    _, (line,), _ = the_statement(a_statement(*fields))
    return line
