"""The sections of docs/formats.md that the descriptions of the formats make."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from include.reconciliation.documentation.marks import between
from include.reconciliation.statements import roles, time_layouts
from include.reconciliation.statements.description import (
    PROOFS,
    CsvFormat,
    Format,
    LineType,
    Numbers,
)
from include.reconciliation.statements.own_expectations import own_expectations
from include.reconciliation.statements.reasons import table as reasons_table

BEGIN = "<!-- formats: made by bin/reconciliation docs, edit statements/*.py -->\n"
END = "<!-- formats: end -->\n"
REASONS_BEGIN = "<!-- reasons: made by bin/reconciliation docs, edit statements/reasons.py -->\n"
REASONS_END = "<!-- reasons: end -->\n"
ROLES_BEGIN = "<!-- roles: made by bin/reconciliation docs, edit statements/roles.py -->\n"
ROLES_END = "<!-- roles: end -->\n"
_UNITS = {
    "major": "major units, with the decimals of ISO 4217",
    "hundredths": "hundredths, whatever the currency is",
    "minor": "minor units",
}
_ZONES = {
    "abbreviation": "an abbreviation in a column of its own names the place",
    "offset": "the offset that the time is written with",
    "psp": "times without a zone are in that of the PSP's entry",
}
_REFERENCES = {
    "psp_reference": "the payment",
    "event_reference": "the event",
    "merchant_reference": "the merchant's",
    "merchant_reference_2": "the merchant's, where the first is empty",
    "payout_reference": "the payout",
}


def with_sections(page: str, formats: Iterable[Format]) -> str:
    """The page with the text between its marks made anew; ValueError where a mark is missing."""
    sections = "\n".join(section(format_) for format_ in formats)
    page = between(page, BEGIN, END, sections)
    return between(page, REASONS_BEGIN, REASONS_END, reasons_table())


def with_roles(page: str) -> str:
    """The page with the table of roles between its marks."""
    rows = [f"| `{role}` | {meaning} |" for role, meaning in roles.ROLES.items()]
    table = "\n".join(["| Role | What the column holds |", "|---|---|", *rows, ""])
    return between(page, ROLES_BEGIN, ROLES_END, table)


def section(format_: Format) -> str:
    """What identifies a format, how it is read, and what proves it."""
    facts = _csv_facts(format_) if isinstance(format_, CsvFormat) else _told_facts(format_)
    rows = [f"| {name} | {_cell(text)} |" for name, text in facts.items() if text]
    parts = [
        f"## {format_.title}",
        f"`{format_.name}`",
        "\n".join(["| What | How it is read |", "|---|---|", *rows]),
    ]
    if format_.types:
        parts.append(_types_table(format_.types))
    if format_.notes:
        parts.append("\n".join(f"- {note}" for note in format_.notes))
    return "\n\n".join(parts) + "\n"


def _csv_facts(format_: CsvFormat) -> dict[str, str]:
    required = [name for name, role in format_.columns.items() if role in format_.required]
    optional = [name for name, role in format_.columns.items() if role not in format_.required]
    costs = _headers(format_, (*roles.COSTS, "settled_gross"))
    return {
        "known by": f"a CSV header with {_listed(required)}",
        "also read": _listed(optional),
        "delimiter": _listed(format_.delimiters) if format_.delimiters != (",",) else "",
        "amounts": _numbers(format_.numbers),
        "`gross`": format_.header_of("gross") if format_.has("gross") else "net and costs",
        "`fee`": " + ".join(_headers(format_, roles.COSTS)) if costs else "",
        "`tax`": " + ".join(_headers(format_, roles.TAXES)),
        "`net`": format_.header_of("net") if format_.has("net") else "gross less costs",
        "signs": _signs(format_),
        "times": f"{format_.header_of('booking_time')}, such as "
        + " or ".join(time_layouts.example(layout) for layout in format_.time_layouts),
        "zone": _ZONES.get(format_.zone, format_.zone),
        "references": _references(format_),
        "statement": _statement(format_),
        "lines are known": "by the provider's own id"
        if format_.line_scope == "account"
        else "by type, references and currency, inside of their statement",
        "proved by": "; ".join(PROOFS[identity] for identity in format_.identities) or "nothing",
        "looked at again": _own_expectations(format_),
        "how to fetch it": format_.how_to_fetch,
    }


def _told_facts(format_: Format) -> dict[str, str]:
    assert not isinstance(format_, CsvFormat)
    return {
        "amounts": format_.units,
        "signs": format_.signs,
        "times and zones": format_.zones,
        "references": format_.references,
        "lines are known": "by the provider's own id"
        if format_.line_scope == "account"
        else "inside of their statement",
        "proved by": format_.identity,
        "looked at again": _own_expectations(format_),
        "how to fetch it": format_.how_to_fetch,
    }


def _own_expectations(format_: Format) -> str:
    return "; ".join(own.description for own in own_expectations(format_))


def _numbers(numbers: Numbers) -> str:
    sign = "a minus sign may lead" if numbers.is_signed else "without a sign"
    marks = "" if numbers.is_plain else f", decimal mark {numbers.decimal!r}"
    own = "".join(f"; {code} has {n}" for code, n in sorted(numbers.own_exponents.items()))
    spread = "; more decimals become whole so that the sum stays" if numbers.rounds_sums else ""
    return f"{_UNITS[numbers.unit]}{own}{marks}{spread}; {sign}; an empty field is none"


def _signs(format_: CsvFormat) -> str:
    if format_.sign_is_open:
        return "costs are negative; written without signs, all follow the net"
    return "costs are positive" if format_.cost_sign > 0 else "costs are negative"


def _references(format_: CsvFormat) -> str:
    found = [
        f"{header} is {_REFERENCES[role]}"
        for header, role in format_.columns.items()
        if role in _REFERENCES
    ]
    found += [
        f"{format_.header_of(role)} is kept as {kind}"
        for role, kind in format_.further_kinds.items()
    ]
    return ", ".join(found)


def _statement(format_: CsvFormat) -> str:
    if not format_.has("statement"):
        return "the file, known by its first and last day"
    rest = ", and one of the rows without it, by their days" if format_.statement_is_payout else ""
    return f"one per {format_.header_of('statement')}{rest}"


def _headers(format_: CsvFormat, own: Iterable[str]) -> list[str]:
    return [format_.header_of(role) for role in own if role in format_.columns.values()]


def _types_table(types: Mapping[str, LineType]) -> str:
    words: dict[LineType, list[str]] = {}
    for word, type_ in types.items():
        words.setdefault(type_, []).append(word or "every line")
    rows = [
        f"| {_cell(_listed(own))} | {type_.type}"
        f"{f', negative: {type_.negative}' if type_.negative else ''}"
        f"{', never coming in' if type_.leaves else ''} | {type_.economic_type} |"
        for type_, own in words.items()
    ]
    rows.append("| anything else | unknown | unknown, one `unclassified_line` per row |")
    head = ["| Type word, in any case | Canonical type | Counts with |", "|---|---|---|"]
    return "\n".join([*head, *rows])


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
