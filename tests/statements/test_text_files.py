"""Text of banks: in the encoding that it has, and the stream stays its owner's."""

from __future__ import annotations

import io

import pytest

from include.reconciliation.statements.text_files import lines


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("Café 5 €".encode(), "Café 5 €"),
        ("Café 5 €".encode("cp1252"), "Café 5 €"),
        ("Café 5 €".encode("utf-16"), "Café 5 €"),
        ("Café 5 €".encode("utf-8-sig"), "Café 5 €"),
        # Five bytes are no character in Windows 1252.
        (b"Caf\xe9 \x81", "Café \x81"),
    ],
)
def test_a_line_has_the_characters_that_its_bank_meant(content: bytes, text: str) -> None:
    assert [(1, text)] == list(lines(io.BytesIO(content), "a.txt"))


def test_each_line_has_its_own_encoding_and_its_number() -> None:
    content = "ação\r\n\n".encode() + "ação\r".encode("latin-1") + b"end"

    assert [(1, "ação"), (3, "ação"), (4, "end")] == list(lines(io.BytesIO(content), "a.txt"))


def test_the_stream_stays_open_when_all_is_read_and_when_it_is_not() -> None:
    stream = io.BytesIO(b"a\nb\n")
    reading = lines(stream, "a.txt")
    next(reading)
    reading.close()
    stream.seek(0)

    assert 2 == len(list(lines(stream, "a.txt")))
    assert not stream.closed
