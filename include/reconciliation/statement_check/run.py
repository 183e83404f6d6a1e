"""`bin/reconciliation statement`: tries statement files before a PSP is configured.

    bin/reconciliation statement check FILE...       a line per statement: accepted, or why not
    bin/reconciliation statement formats             the formats that are known

Exit code 0: every statement is accepted. 2: something is quarantined. 1: the call is wrong, or
the output can't be written.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

from include.reconciliation import config
from include.reconciliation.errors import ConfigurationError
from include.reconciliation.local.environment import CONNECTIONS, process_environment
from include.reconciliation.local.prepare import prepare_warehouse
from include.reconciliation.local.server import borrowed_server
from include.reconciliation.money import CURRENCY, format_minor
from include.reconciliation.outside_text import printable
from include.reconciliation.statement_check.chains import Chains
from include.reconciliation.statement_check.trial import Balance, Trial, Verdict, trial
from include.reconciliation.statements.amounts import EXPONENTS
from include.reconciliation.statements.description import Format
from include.reconciliation.statements.formats import FORMATS, declared_formats
from include.reconciliation.statements.reasons import sentence

ACCEPTED, WRONG_CALL, QUARANTINED = 0, 1, 2


def main(arguments: list[str]) -> int:
    """Try statement files, or list the formats."""
    try:
        formats = {**FORMATS, **declared_formats(config.load().declared_formats)}
    except ConfigurationError as error:
        print(error, file=sys.stderr)
        return WRONG_CALL
    options = _parser(formats).parse_args(arguments)
    if options.action == "formats":
        for format_ in formats.values():
            print(f"{format_.name:<32} {format_.title}")
        return ACCEPTED
    for path in options.files:
        if not path.is_file():
            problem = "not a regular file" if path.exists() else "no file"
            print(f"{problem}: {printable(str(path))}", file=sys.stderr)
            return WRONG_CALL
    with borrowed_server() as server:
        prepare_warehouse(server)
        # Nothing of a trial goes to a database that the user's own connections name.
        own = {f"AIRFLOW_CONN_{connection.upper()}" for connection in CONNECTIONS}
        given = {name: value for name, value in os.environ.items() if name not in own}
        os.environ.update(process_environment(server, given=given))
        return check(
            options.files,
            formats,
            options.format,
            currency=options.currency,
            zone=options.zone,
            as_json=options.json,
        )


def check(
    files: list[Path],
    formats: Mapping[str, Format],
    format_name: str | None,
    *,
    currency: str | None,
    zone: str,
    as_json: bool,
) -> int:
    """Prints the verdict on every statement; the exit code says whether all are accepted."""
    format_ = formats[format_name] if format_name else None
    is_refused = False
    chains = Chains()
    with trial(formats) as attempt:
        for path in files:
            for verdict in attempt.check(path, format_, currency=currency, zone=zone):
                is_refused |= verdict.error is not None
                link = chains.add(verdict)
                if as_json:
                    _print_json(attempt, verdict, link)
                else:
                    print(_line(verdict))
    if not as_json:
        for line in chains.lines():
            print(printable(line))
    return QUARANTINED if is_refused else ACCEPTED


def _line(verdict: Verdict) -> str:
    currencies = [balance.currency or "?" for balance in verdict.balances]
    parts = [
        verdict.file,
        verdict.format or "-",
        verdict.statement_key or "-",
        f"account {verdict.account or '-'}",
        f"{verdict.covers_from or '-'} to {verdict.covers_to or '-'}",
        ", ".join(currencies) or "-",
        f"{verdict.lines} lines",
        *(
            f"{name} {', '.join(_money(balance, name) for balance in verdict.balances) or '-'}"
            for name in ("opening", "closing", "residual")
        ),
    ]
    if verdict.error is None:
        parts += [*verdict.notices, f"accepted, proved by: {verdict.proved_by}"]
    else:
        parts.append(f"quarantined, {verdict.error.reason_code}: {sentence(verdict.error)}")
    return printable(" | ".join(parts))


def _money(balance: Balance, name: str) -> str:
    minor = getattr(balance, f"{name}_minor")
    return "-" if minor is None else format_minor(minor, EXPONENTS.get(balance.currency or "", 2))


def _print_json(attempt: Trial, verdict: Verdict, link: Mapping[str, object] | None) -> None:
    """One object on one line; its lines are written as they are read, so that none are held."""
    head = json.dumps({**_object(verdict), "continuity": link}, ensure_ascii=False)
    sys.stdout.write(f'{head[:-1]}, "lines": [')
    if verdict.statement_id is not None:
        for number, line in enumerate(_lines(attempt, verdict)):
            sys.stdout.write(", " if number else "")
            sys.stdout.write(json.dumps(line, ensure_ascii=False, default=str))
    sys.stdout.write("]}\n")


def _object(verdict: Verdict) -> dict[str, Any]:
    only = verdict.balances[0] if len(verdict.balances) == 1 else None
    error = verdict.error
    return {
        "file": verdict.file,
        "format": verdict.format,
        "statement_key": verdict.statement_key,
        "account": verdict.account,
        "period_from": _iso(verdict.covers_from),
        "period_to": _iso(verdict.covers_to),
        "currency": only.currency if only else None,
        "opening_minor": only.opening_minor if only else None,
        "closing_minor": only.closing_minor if only else None,
        "residual_minor": only.residual_minor if only else None,
        "balances": [
            {name: getattr(balance, name) for name in Balance.__slots__}
            for balance in verdict.balances
        ],
        "line_count": verdict.lines,
        "verdict": "quarantined" if error else "accepted",
        "reason_code": error.reason_code if error else None,
        "reason": sentence(error) if error else None,
        "proved_by": verdict.proved_by,
        "notices": list(verdict.notices),
    }


def _lines(attempt: Trial, verdict: Verdict) -> Iterator[dict[str, Any]]:
    names_no_currency = all(balance.currency is None for balance in verdict.balances)
    for line in attempt.lines(verdict):
        has_gross = line["gross_minor"] is not None
        currency = line["gross_currency"] if has_gross else line["net_currency"]
        yield {
            "row": line["row_number"],
            "line_key": line["line_key"],
            "occurrence": line["occurrence"],
            "type": line["type"],
            "economic_type": line["economic_type"],
            "provider_type": line["provider_type"],
            "is_expected_in_ledger": line["is_expected"],
            "amount_minor": line["gross_minor"] if has_gross else line["net_minor"],
            "fee_minor": line["fee_minor"],
            "tax_minor": line["tax_minor"],
            "net_minor": line["net_minor"],
            "currency": None if names_no_currency else currency,
            "net_currency": None if names_no_currency else line["net_currency"],
            "references": _references(line),
            "booked_at": line["booked_at"].isoformat(),
            "booked_on": line["booked_on"].isoformat(),
            "source_zone": line["source_zone"],
            "value_date": _iso(line["value_date"]),
        }


def _references(line: dict[str, Any]) -> dict[str, str | list[str]]:
    """The references by kind; a kind that occurs several times has a list."""
    found: dict[str, str | list[str]] = {
        kind: line[f"{kind}_reference"]
        for kind in ("psp", "event", "merchant", "payout")
        if line[f"{kind}_reference"] is not None
    }
    for kind, reference in line["further_references"] or ():
        earlier = found.get(kind)
        if earlier is None:
            found[kind] = reference
        else:
            found[kind] = [*([earlier] if isinstance(earlier, str) else earlier), reference]
    return found


def _iso(day: Any) -> str | None:
    return None if day is None else str(day.isoformat())


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """A wrong call ends with 1, since 2 says that something is quarantined."""
        self.print_usage(sys.stderr)
        self.exit(WRONG_CALL, f"{self.prog}: {message}\n")


def _parser(formats: Mapping[str, Format]) -> argparse.ArgumentParser:
    parser = _Parser(
        prog="bin/reconciliation statement",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = parser.add_subparsers(dest="action", required=True, parser_class=_Parser)
    actions.add_parser("formats", help="list the formats")
    tried = actions.add_parser("check", help="try files")
    tried.add_argument("--format", choices=list(formats), help="without it, told by the content")
    tried.add_argument("--currency", type=_currency, help="of files that name none")
    tried.add_argument("--zone", type=_zone, default="UTC", help="of times without a zone")
    tried.add_argument("--json", action="store_true", help="one JSON object per statement")
    tried.add_argument("files", nargs="+", type=Path, metavar="FILE")
    return parser


def _currency(text: str) -> str:
    if not CURRENCY.fullmatch(text) or text not in EXPONENTS:
        raise argparse.ArgumentTypeError(f"{text!r} is not a code of ISO 4217, such as BRL")
    return text


def _zone(text: str) -> str:
    try:
        return ZoneInfo(text).key
    except (KeyError, ValueError, OSError):
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a time zone of the IANA list, such as Europe/Amsterdam"
        ) from None
