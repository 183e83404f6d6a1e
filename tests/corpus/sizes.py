"""Sizes: at each limit a file is read, and one step beyond it refused; large limits are lowered."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace

from tests.corpus.cases import File, Refused
from tests.corpus.whole_files import ALL, ANSWERS, TABLES, whole

BEYOND, LARGE = Refused("beyond_limits"), Refused("too_large")


def files() -> Iterator[File]:
    """The files of this theme."""
    for format_ in ALL:
        for more, word in ((0, "as large as allowed"), (1, "a byte too large")):
            name = f"sizes/{format_}/{word}"
            file = whole(format_, name).file(name, None, *([LARGE] if more else []))
            yield replace(file, limits=(("gate.SIZE_BYTES_MAX", len(file.content) - more),))
    yield from _of_texts()
    yield from _of_parts()
    yield from _of_archives()


def _of_texts() -> Iterator[File]:
    """A reference of 800 bytes, and one of 801."""
    for format_ in (*TABLES, "paypal_settlement", *ANSWERS):
        if format_ == "stripe_payouts":
            continue
        for length, verdict in ((800, None), (801, BEYOND)):
            name = f"sizes/{format_}/reference of {length} bytes"
            base = whole(format_, name).with_reference("R" * length)
            yield base.file(name, None, *([verdict] if verdict else []))
        name = f"sizes/{format_}/reference of 801 bytes in 267 letters"
        yield whole(format_, name).with_reference("東" * 267).file(name, None, BEYOND)


def _of_parts() -> Iterator[File]:
    for format_ in TABLES:
        for columns, verdict in ((400, None), (401, Refused("bad_header", 1))):
            name = f"sizes/{format_}/{columns} columns"
            base = whole(format_, name)
            header, _, rows = base.text.partition("\n")
            more = columns - header.count(",") - 1
            names = "".join(f",new {number}" for number in range(more))
            rows = "".join(f"{row}{',' * more}\n" for row in rows.splitlines())
            yield base.file(
                name, f"{header}{names}\n{rows}".encode(), *([verdict] if verdict else [])
            )
        name = f"sizes/{format_}/header without end"
        base = whole(format_, name)
        yield base.file(name, base.text.partition("\n")[0].encode() + b",x" * 40_000,
                        Refused("bad_header"))  # fmt: skip
    for format_ in ("mt940", "bai2", "cnab240_statement", "paypal_settlement"):
        name = f"sizes/{format_}/line of 70000 characters"
        base = whole(format_, name)
        verdict = Refused("malformed_row") if format_ == "paypal_settlement" else BEYOND
        yield base.without(base.reference, "R" * 70_000).file(name, None, verdict)
    name = "sizes/ofx/value without end"
    yield whole("ofx", name).with_reference("R" * 40_000).file(name, None, BEYOND)
    name = "sizes/camt/text without end"
    yield whole("camt", name).with_reference("R" * 70_000).file(name, None, BEYOND)
    for format_ in ANSWERS:
        for more, verdict in ((0, None), (1, LARGE)):
            name = (
                f"sizes/{format_}/answer that is {'too large' if more else 'as large as allowed'}"
            )
            file = whole(format_, name).file(name, None, *([verdict] if verdict else []))
            limit = ("strict_json.FILE_BYTES_MAX", len(file.content) - more)
            yield replace(file, limits=(limit,))
    for format_ in ("mt940", "ofx", "camt", "bai2"):
        name = f"sizes/{format_}/too many statements"
        file = whole(format_, name).file(name, None, LARGE)
        yield replace(file, limits=(("parsed_gate.STATEMENTS_MAX", 0),))


def _of_archives() -> Iterator[File]:
    first, second = (whole("mt940", f"sizes/archive {number}") for number in (1, 2))
    for most, verdicts in ((2, (first.accepted, second.accepted)), (1, None)):
        content = zipped({"a.sta": first.content, "b.sta": second.content}, f"{most}")
        yield File(
            f"sizes/archive/{most} files", content, verdicts or (first.accepted, BEYOND),
            limits=(("archives.MEMBERS_MAX", most),),
        )  # fmt: skip
        first, second = (whole("mt940", f"sizes/archive other {number}") for number in (1, 2))
    base = whole("camt", "sizes/archive/size")
    yield File(
        "sizes/archive/too large", zipped({"a.xml": base.content}), (LARGE,),
        limits=(("archives.SIZE_BYTES_MAX", len(base.content) - 1),),
    )  # fmt: skip
    base = whole("mt940", "sizes/archive/ratio")
    padded = base.content + b"\r\n" * 50_000
    yield File("sizes/archive/grows", zipped({"a.sta": padded}), (base.accepted,), "mt940")
    base = whole("mt940", "sizes/archive/ratio beyond")
    padded = base.content + b"\r\n" * 300_000
    yield File(
        "sizes/archive/grows too much", zipped({"a.ofx": padded}), (BEYOND,),
        limits=(("archives.RATIO_COUNTS_FROM_BYTES", 1_000),),
    )  # fmt: skip


def zipped(members: dict[str, bytes], comment: str = "") -> bytes:
    """A zip file that is the same at any time of day."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.comment = comment.encode()
        for name, member in members.items():
            archive.writestr(zipfile.ZipInfo(name), member, zipfile.ZIP_DEFLATED)
    return content.getvalue()
