"""Attacks: what is written to be run, to unfold, or to leave its folder; text stays text."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace

from tests.corpus.cases import File, Refused, Verdict
from tests.corpus.sizes import zipped
from tests.corpus.whole_files import ANSWERS, BANK_TEXTS, TABLES, whole

TEXTS = {
    "formula": "=cmd|' /C calc'!A0", "at sign": "@SUM(1+1)*cmd", "plus": "+1+1", "minus": "-2+3",
    "query": "'); drop table statements; --", "markup": "</td><script>alert(1)</script>",
    "terminal": "\x1b[2J\x1b]0;x", "written backwards": "\u202egnp.exe", "braces": "{0.__class__}",
    "percent": "%(account)s%n", "path": "../../../../etc/passwd", "template": "{{7*7}}${7*7}",
}  # fmt: skip
DOCTYPES = {
    "entities of entities": '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;">]>',
    "file from outside": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    "address from outside": '<!DOCTYPE a SYSTEM "http://127.0.0.1:1/a.dtd">',
    "parameter": '<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1:1/x"> %x;]>',
    "nothing": "<!DOCTYPE Document>",
}


def files() -> Iterator[File]:
    """The files of this theme."""
    for format_ in (*TABLES, "paypal_settlement", *ANSWERS):
        for kind, text in TEXTS.items():
            name = f"attacks/{format_}/{kind}"
            base = whole(format_, name)
            is_quoted = format_ in TABLES and set(text) & set(",'\"")
            yield base.with_reference(f'"{text}"' if is_quoted else text).file(name)
    yield from _of_banks()
    yield from _of_xml()
    yield from _of_json()
    yield from _of_archives()


def _of_banks() -> Iterator[File]:
    for format_ in BANK_TEXTS:
        for kind in ("formula", "query", "path"):
            name = f"attacks/{format_}/{kind}"
            # OFX ends a value where a tag begins, and MT940 a reference after two slashes.
            text = TEXTS[kind][:16]
            yield whole(format_, name).with_reference(text).file(name)


def _of_xml() -> Iterator[File]:
    for kind, doctype in DOCTYPES.items():
        for format_, mark in (("camt", "<Document"), ("ofx", "<OFX>")):
            name = f"attacks/{format_}/{kind}"
            base = whole(format_, name).without(mark, f"{doctype}{mark}")
            yield base.refused(name, "forbidden_xml")
    name = "attacks/camt/nested"
    nested = "<a>" * 100 + "</a>" * 100
    yield whole("camt", name).without("<Ntry>", f"{nested}<Ntry>").refused(name, "beyond_limits")
    name = "attacks/camt/tag without end"
    yield (
        whole("camt", name)
        .without("<Ntry>", f"<a b='{'x' * 3_000_000}'/><Ntry>")
        .refused(name, "beyond_limits")
    )
    name = "attacks/camt/entity that nobody declared"
    yield whole("camt", name).with_reference("&xxe;").refused(name, "bad_xml")
    name = "attacks/camt/comment and instruction"
    yield whole("camt", name).without("<Ntry>", "<!-- <Ntry> --><?php x ?><Ntry>").file(name)
    name = "attacks/camt/part that is not parsed"
    yield whole("camt", name).with_reference("<![CDATA[</Ntry>&x;]]>").file(name)
    name = "attacks/ofx/nested in itself"
    yield (
        whole("ofx", name).without("<STMTTRN>", "<BAL>" * 3 + "<STMTTRN>").refused(name, "bad_xml")
    )
    name = "attacks/ofx/elements that nobody knows"
    yield whole("ofx", name).without("<STMTTRN>", "<A><B>" * 10_000 + "<STMTTRN>").file(name)


def _of_json() -> Iterator[File]:
    for format_ in ANSWERS:
        for kind, depth in (("nested", 100), ("nested without end", 100_000)):
            name = f"attacks/{format_}/{kind}"
            base = whole(format_, name)
            text = f'{base.text[:-1]}, "x": {"[" * depth}{"]" * depth}}}'
            yield base.file(name, text.encode(), Refused("bad_json"))


def _of_archives() -> Iterator[File]:
    def made(name: str, content: bytes, *verdicts: Verdict) -> File:
        return File(f"attacks/archive/{name}", content, verdicts)

    bad, beyond = Refused("bad_archive"), Refused("beyond_limits")
    for member in ("../../etc/cron.d/x", "/etc/passwd", "C:\\Windows\\x", "a\x1b[2J.csv", "-rf",
                   "con", "a" * 300):  # fmt: skip
        base = whole("mt940", f"attacks/archive/{member}")
        yield made(f"member {member[:20]!r}", zipped({member: base.content}), base.accepted)
    base = whole("pix", "attacks/archive/gzip")
    packed = gzip.compress(base.content, mtime=0)
    yield replace(made("gzip", packed, base.accepted), format="pix")
    yield made("gzip that is cut", packed[:-12], bad)
    base = whole("pix", "attacks/archive/gzip damaged")
    damaged = bytearray(gzip.compress(base.content, mtime=0))
    damaged[-6] ^= 0xFF
    yield made("gzip with another checksum", bytes(damaged), bad)
    base = whole("bai2", "attacks/archive/twice")
    yield made("gzip in a zip", zipped({"a.gz": gzip.compress(base.content, mtime=0)}),
               base.accepted)  # fmt: skip
    base = whole("bai2", "attacks/archive/thrice")
    twice = zipped({"b.zip": zipped({"a": base.content})})
    yield made("three deep", zipped({"c.zip": twice}), beyond)
    yield made("no files", zipped({}, "empty"), bad)
    yield made("folders alone", zipped({"a/": b""}), bad)
    yield made("files of a Mac alone", zipped({"__MACOSX/a": b"x", "b/.DS_Store": b"x"}), bad)
    base = whole("camt", "attacks/archive/cut")
    yield made("zip that is cut", zipped({"a.xml": base.content})[:-30], bad)
    base = whole("camt", "attacks/archive/password")
    yield made("password", _encrypted(zipped({"a.xml": base.content})), bad)
    bomb = gzip.compress(b"\0" * 30_000_000, 9, mtime=0)
    yield made("bomb", bomb, beyond)
    yield made("bomb in a zip", zipped({"a": b"," * 30_000_000}), beyond)
    bases = [whole("ofx", f"attacks/archive/several {number}") for number in (1, 2)]
    members = {"a.ofx": bases[0].content, "notes.txt": b"Hello, " * 9, "b.ofx": bases[1].content}
    yield made("notes among statements", zipped(members), bases[0].accepted,
               Refused("unknown_format"), bases[1].accepted)  # fmt: skip


def _encrypted(content: bytes) -> bytes:
    """The same zip with the mark that a member needs a password."""
    changed = bytearray(content)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        start = archive.infolist()[0].header_offset
    changed[start + 6] |= 1
    changed[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(changed)
