"""What the lab pairs: formats with types, exponents of currencies, and faults of files."""

from __future__ import annotations

from typing import NamedTuple

from include.reconciliation.lab.statement_files.faults import FILE_FAULTS, LINE_LOST
from include.reconciliation.lab.statement_files.writers import WRITERS


class Carried(NamedTuple):
    """A kind of line that a format carries in a currency with so many decimals."""

    format: str
    type: str
    economic_type: str
    exponent: int


class Faulted(NamedTuple):
    """A fault of a file of a format, in a currency with so many decimals."""

    fault: str
    format: str
    exponent: int


def carried() -> tuple[Carried, ...]:
    """Every format with every type and exponent that it carries."""
    return tuple(
        Carried(name, *pair, exponent)
        for name, writer in WRITERS.items()
        for pair in sorted(writer.carries.types)
        for exponent in sorted(writer.carries.exponents)
    )


def faulted() -> tuple[Faulted, ...]:
    """Every fault of a file with every format that it can happen to, in each exponent."""
    return tuple(
        Faulted(fault.name, name, exponent)
        for fault in FILE_FAULTS
        for name in sorted(fault.by_format)
        for exponent in sorted(WRITERS[name].carries.exponents)
    )


def shows_a_lost_line(format_name: str) -> bool:
    """Whether the gate refuses a file of the format in which a line is missing."""
    return LINE_LOST.expected(format_name).how == "refused"


def capability_table() -> str:
    """What each format carries, as a table in Markdown."""
    columns = (
        "has_fee", "has_tax", "has_conversion", "has_several_currencies", "has_balances",
        "is_numbered", "has_totals", "has_times",
    )  # fmt: skip
    header = ["format", "types", "decimals", *(name.replace("_", " ") for name in columns)]
    header += ["shows a lost line", "references"]
    rows = [header, ["---"] * len(header)]
    for name, writer in WRITERS.items():
        carries = writer.carries
        types = "any, as entries" if carries.is_bank else ", ".join(_types(name))
        rows.append(
            [
                f"`{name}`",
                types,
                ", ".join(map(str, sorted(carries.exponents))),
                *("yes" if getattr(carries, column) else "-" for column in columns),
                "yes" if shows_a_lost_line(name) else "-",
                ", ".join(sorted(carries.references)) or "-",
            ]
        )
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _types(format_name: str) -> list[str]:
    """The types, each once, in order."""
    return sorted({type_ for type_, _ in WRITERS[format_name].carries.types})
