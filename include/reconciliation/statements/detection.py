"""Which format a file is in, told by its content alone."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterable

from include.reconciliation.errors import StatementError
from include.reconciliation.statements import csv_reader
from include.reconciliation.statements.description import CsvFormat, Format, ParsedFormat
from include.reconciliation.statements.encodings import WIDE_MARKS, as_utf8

HEAD_BYTES = csv_reader.HEADER_BYTES_MAX


def detect(head: bytes, formats: Iterable[Format], file: str) -> CsvFormat | ParsedFormat:
    """The format of a file that begins so; StatementError when none or several know it.

    Of the CSV formats it is the one that knows the most columns. Where none has all that it needs,
    the one that comes closest says what is missing.
    """
    text = head.removeprefix(codecs.BOM_UTF8)
    if head[:2] in WIDE_MARKS:
        text = head = head.decode("utf-16", "ignore").encode()
    known = list(formats)
    parsed = [format_ for format_ in known if isinstance(format_, ParsedFormat)]
    for format_ in parsed:
        if _begins(text, format_.begins_with):
            return format_
    possible = [format_ for format_ in parsed if _begins(text, format_.may_begin_with)]
    if len(possible) == 1:
        return possible[0]
    if possible:
        raise StatementError(
            "unknown_format",
            "the content could be that of several formats",
            file=file,
            expected=" or ".join(format_.name for format_ in possible),
            found=repr(head[:60].decode("utf-8", "replace")),
        )
    csv_formats = [format_ for format_ in known if isinstance(format_, CsvFormat)]
    best = max(csv_formats, key=lambda format_: _known_columns(head, format_, file), default=None)
    csv_reader.refuse_other_content(head, file)
    if best is None or _known_columns(head, best, file) < len(best.required) // 2:
        for each in csv_formats:
            csv_reader.refuse_other_dialect(head, each, file)
        raise StatementError(
            "unknown_format",
            "no format knows this content",
            file=file,
            expected=", ".join(format_.name for format_ in known),
            found=repr(head[:60].decode("utf-8", "replace")),
        )
    return best


def _begins(text: bytes, patterns: Iterable[bytes]) -> bool:
    return any(re.match(pattern, text, re.DOTALL) for pattern in patterns)


def _known_columns(head: bytes, format_: CsvFormat, file: str) -> int:
    """How many columns of a header the format reads; a whole header counts more than any other."""
    try:
        stream = as_utf8(io.BytesIO(head), format_.encoding, file)
        header = csv_reader.read_header(stream, format_, file)
        return len(header.roles) + csv_reader.COLUMNS_MAX
    except StatementError:
        first_line = head.removeprefix(codecs.BOM_UTF8).partition(b"\n")[0]
        fields = re.split("[,;\t|]", first_line.decode("utf-8", "replace"))
        words = {" ".join(field.strip(' "\r').split()).casefold() for field in fields}
        return len(words & {name.casefold() for name in format_.columns})
