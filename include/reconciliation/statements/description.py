"""How a statement format is described: data that the shared readers and SQL files follow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from include.reconciliation.statements.api_pages import Ask, Page
from include.reconciliation.statements.strict_json import Entry

# Larger files are refused; ten million lines of the widest format need 3.3 GB.
SIZE_BYTES_MAX = 4 << 30
# Three texts make the key of a line, and an index of PostgreSQL takes 2,700 bytes.
TEXT_BYTES_MAX = 800


@dataclass(frozen=True, slots=True)
class LineType:
    """What a provider's type word means: the canonical type, and whose total it belongs to."""

    type: str
    economic_type: str

    @classmethod
    def plain(cls, type_: str) -> LineType:
        """A type that belongs to its own total."""
        return cls(type_, type_)


@dataclass(frozen=True, slots=True)
class Gate:
    """One promise of the gate: `include/sql/gate/<format>/<promise>.sql` returns what breaks it."""

    promise: str
    reason_code: str


@dataclass(frozen=True, slots=True)
class CsvFormat:
    """A statement that is a CSV file with a header.

    `columns` maps header names to our column names; those not in `required` may be absent.
    `small_gates` and `sum_gates` read grouped rows and always run; `row_gates` come between them
    and read the raw rows again, only when the grouping raised a flag or could not be done.
    """

    name: str
    title: str
    columns: Mapping[str, str]
    required: frozenset[str]
    types: Mapping[str, LineType]
    small_gates: tuple[Gate, ...]
    row_gates: tuple[Gate, ...]
    sum_gates: tuple[Gate, ...]
    proved_by: str


@dataclass(frozen=True, slots=True)
class PagesFormat:
    """A statement that is the pages of an API, read for a range of time.

    `ask` walks over the list, `page` reads an answer.
    `metadata_keys` are where a merchant keeps its own reference; the first that is there counts.
    """

    name: str
    title: str
    ask: Ask
    page: Callable[[Entry], Page]
    types: Mapping[str, LineType]
    gates: tuple[Gate, ...]
    minor_unit_divisors: Mapping[str, int]
    metadata_keys: tuple[str, ...]
    proved_by: str


Format = CsvFormat | PagesFormat
