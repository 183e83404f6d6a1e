"""Encodings: UTF-8 everywhere, UTF-16 with its mark, and what banks write instead."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from tests.corpus.cases import File, Refused
from tests.corpus.whole_files import ALL, ANSWERS, BANK_TEXTS, TABLES, Whole, whole

# Accents, signs beyond the first plane, and letters that are written from right to left.
TEXTS = {
    "letters": "Zo\u00eb 東京",
    "pictures": "\U0001f388\U0001f9fe",
    "hebrew": "\u05d6\u05d4\u05d1",
}


def files() -> Iterator[File]:
    """The files of this theme."""
    for format_ in ALL:
        yield from _of(format_)
    yield from _of_xml()
    yield from _of_json()
    for format_ in TABLES:
        name = f"encodings/{format_}/cut in a letter"
        base = whole(format_, name)
        content = base.content.rstrip(b"\n") + "\n€".encode()[:-1]
        yield base.file(name, content, Refused("bad_encoding"))


def _of(format_: str) -> Iterator[File]:
    def named(name: str) -> tuple[str, Whole]:
        path = f"encodings/{format_}/{name}"
        return path, whole(format_, path)

    name, base = named("as it is")
    yield base.file(name)
    name, base = named("byte order mark")
    yield base.file(name, codecs.BOM_UTF8 + base.content)
    for kind, text in TEXTS.items():
        name, base = named(kind)
        yield base.with_reference(text).file(name)
    name, base = named("other line ends")
    yield base.file(name, _other_line_ends(base).encode())

    is_text = format_ in BANK_TEXTS
    name, base = named("latin-1")
    latin = base.with_reference("Zo\u00eb").text
    if format_ in ANSWERS:
        latin = base.text.replace(base.reference, "Zo\u00eb")
    refused = Refused("bad_xml" if format_ == "camt" else "bad_encoding")
    yield base.file(name, latin.encode("latin-1"), base.accepted if is_text else refused)

    name, base = named("utf-16")
    wide = codecs.BOM_UTF16_LE + base.text.replace("UTF-8", "UTF-16").encode("utf-16-le")
    is_read = format_ not in ANSWERS
    yield base.file(name, wide, base.accepted if is_read else Refused("bad_encoding"))

    name, base = named("a byte that is 0")
    broken = base.content.replace(base.reference.encode(), b"OR\0D-1".ljust(10)[:10])
    codes = {"camt": "bad_xml", **dict.fromkeys(ANSWERS, "bad_json")}
    yield base.file(name, broken, Refused(codes.get(format_, "bad_encoding")))


def _other_line_ends(base: Whole) -> str:
    if base.format in ANSWERS:
        return base.text.replace(", ", ",\r\n")
    if base.format == "camt":
        return base.text.replace("><", ">\r\n<")
    if "\r\n" in base.text:
        return base.text.replace("\r\n", "\n")
    return base.text.replace("\n", "\r\n")


def _of_xml() -> Iterator[File]:
    for encoding, written in (("ISO-8859-1", "latin-1"), ("windows-1252", "cp1252")):
        name = f"encodings/camt/declared {encoding}"
        base = whole("camt", name).with_reference("Zo\u00eb").without("UTF-8", encoding)
        yield base.file(name, base.text.encode(written))
    for encoding in ("EBCDIC-CP-US", "x-none", "UTF-7"):
        name = f"encodings/camt/declared {encoding}"
        yield whole("camt", name).without("UTF-8", encoding).refused(name, "bad_encoding")
    # The header of OFX says what it likes: the bytes decide.
    name = "encodings/ofx/header says ASCII"
    base = whole("ofx", name).with_reference("Zo\u00eb")
    yield base.file(name)
    yield base.file(f"{name} in 1252", base.text.encode("cp1252"))


def _of_json() -> Iterator[File]:
    for format_ in ANSWERS:
        for kind, escape in (("escaped 0", "\\u0000"), ("half a letter", "\\ud83c")):
            name = f"encodings/{format_}/{kind}"
            base = whole(format_, name)
            content = base.text.replace(base.reference, f"A{escape}B").encode()
            yield base.file(name, content, Refused("bad_page"))
