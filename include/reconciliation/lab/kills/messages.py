"""What clients say to PostgreSQL, message by message (manual, 54.7)."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator

START_UP = "start-up"
GOOD_BYE = "X"
# Asks for encryption, over TCP only; like a good-bye it is never counted.
NEGOTIATION = "negotiation"
# A query and a sync; to other messages the server may say nothing before the next one.
ANSWERED = "QS"
# Parse, bind, describe, execute, close: parts of a statement that a sync ends.
EXTENDED = "PBDEC"
COMMIT = b"COMMIT"
_LENGTH = struct.Struct("!I")
# Requests that come before the start-up message and are answered by a single byte.
_NEGOTIATIONS = (80877103, 80877104)


def messages(client: socket.socket) -> Iterator[tuple[str, bytes]]:
    """The client's messages by kind; those of the start-up have no kind of their own."""
    is_started = False
    while head := _exactly(client, 5 if is_started else 4):
        (length,) = _LENGTH.unpack(head[-4:])
        body = _exactly(client, length - 4)
        kind = chr(head[0])
        if not is_started:
            is_started = _LENGTH.unpack(body[:4])[0] not in _NEGOTIATIONS
            kind = START_UP if is_started else NEGOTIATION
        yield kind, head + body


def raising(sqlstate: str) -> bytes:
    """A query that fails with a SQLSTATE, as a statement does that lost to another transaction."""
    text = f"do $$ begin raise 'from the lab' using errcode = '{sqlstate}'; end $$"
    body = text.encode() + b"\0"
    return b"Q" + _LENGTH.pack(len(body) + 4) + body


def _exactly(client: socket.socket, size: int) -> bytes:
    received = bytearray()
    while len(received) < size:
        chunk = client.recv(size - len(received))
        if not chunk:
            return b""
        received += chunk
    return bytes(received)
