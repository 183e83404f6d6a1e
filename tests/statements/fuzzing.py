"""Bytes that nobody meant to be a statement, and statements with a few bytes changed."""

from __future__ import annotations

import io

from hypothesis import strategies

from include.reconciliation.errors import StatementError
from include.reconciliation.statements.parsed import Parser
from include.reconciliation.statements.reasons import REASON_CODES


def refusal_of(read: Parser, content: bytes) -> StatementError | None:
    """The error that the parser refuses the bytes with, None where it reads them to the end."""
    error = None
    try:
        for _ in read(io.BytesIO(content), "day.txt"):
            pass
    except StatementError as refusal:
        error = refusal
    assert error is None or error.reason_code in REASON_CODES
    assert error is None or str(error).startswith("file day.txt")
    return error


@strategies.composite
def damaged(draw: strategies.DrawFn, content: bytes, pieces: tuple[bytes, ...]) -> bytes:
    """The content with up to six places overwritten, cut out, doubled or filled with a piece."""
    for _ in range(draw(strategies.integers(1, 6))):
        begin = draw(strategies.integers(0, len(content)))
        end = min(len(content), begin + draw(strategies.integers(0, 30)))
        filling = draw(
            strategies.one_of(
                strategies.just(b""),
                strategies.just(content[begin:end] * 2),
                strategies.sampled_from(pieces),
                strategies.binary(max_size=8),
            )
        )
        content = content[:begin] + filling + content[end:]
    return content
