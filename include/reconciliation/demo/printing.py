"""What the demo prints: progress, where each account stands, and the labels; plain text."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from include.reconciliation.demo.compare import Comparison, Finding
from include.reconciliation.demo.labels import Label
from include.reconciliation.money import format_minor

WIDTH = 98
Row = Mapping[str, Any]
_SHORT = {"reconciled_with_pending": "with pending"}


def say(text: str = "", *, end: str = "\n") -> None:
    """Prints at once, so that progress is seen while it is made."""
    print(text, end=end, flush=True, file=sys.stdout)


def heading(text: str) -> None:
    """A line that opens a part of the output."""
    say()
    say(text)
    say("─" * WIDTH)


def windows_head(accounts: Sequence[tuple[str, str]]) -> str:
    """What stands over the lines of the windows."""
    names = "".join(f"{short_account(psp, account):<22}" for psp, account in accounts)
    return f"  window  until             {names}".rstrip()


def window_line(number: int, count: int, end: datetime, runs: Sequence[Row]) -> str:
    """One window: when it ends, and what each account's run said."""
    told = "".join(f"{_verdict(run):<22}" for run in runs)
    return f"  {number:>2}/{count}   {end:%a %d %b %H:%M}  {told}".rstrip()


def _verdict(run: Row) -> str:
    """A run in a few words: its verdict, and how many discrepancies are open."""
    word = _SHORT.get(run["verdict"]) or str(run["verdict"])
    if run["verdict"] == "discrepancies":
        return "1 discrepancy" if run["discrepancies"] == 1 else f"{run['discrepancies']} {word}"
    return f"{word}, {run['discrepancies']} open" if run["discrepancies"] else word


def short_account(psp: str, account: str) -> str:
    """An account as a word of a table."""
    return psp if account == "default" else account


def shown_path(path: Path, root: Path) -> str:
    """A path as somebody in the project's folder would type it."""
    path, root = path.resolve(), root.resolve()
    return str(path.relative_to(root) if path.is_relative_to(root) else path)


def positions(
    rows: Sequence[Row], kinds: Sequence[Row], exponents: Mapping[str, int]
) -> Iterable[str]:
    """Per account and currency: verdict, matched, pending, and the kinds with their amounts.

    Pending is statement less ledger, as in the proof; later rows lie after the window, in no sum.
    """
    for (psp, account), of_account in groupby(rows, lambda row: (row["psp"], row["account"])):
        currencies = list(of_account)
        name = psp if account == "default" else f"{psp} / {account}"
        verdict = currencies[0]["verdict"].replace("_", " ")
        yield ""
        yield f"{name}{verdict:>{WIDTH - len(name)}}"
        for row in currencies:
            currency = row["currency"]
            exponent = exponents[currency]
            yield (
                f"  {currency}   matched {row['matched_lines']:>5} lines   "
                f"pending {row['pending_rows']:>4} rows "
                f"{_money(row['pending_minor'], exponent):>12}   "
                f"later {row['later_rows']:>3} rows   "
                f"residual {_money(row['residual_minor'], exponent)}"
            )
            for kind in kinds:
                if (kind["psp"], kind["account"], kind["currency"]) == (psp, account, currency):
                    yield _kind_line(kind, exponent)
        for kind in kinds:
            if (kind["psp"], kind["account"], kind["currency"]) == (psp, account, "-"):
                yield _kind_line(kind, 0)


def labels(comparison: Comparison, decoys: int, exponents: Mapping[str, int]) -> Iterable[str]:
    """Every planted fault with what became of it, then what was reported and not planted."""
    found = {id(label) for label, _ in comparison.found}
    planted = [*(label for label, _ in comparison.found), *comparison.missed]
    yield f"  {'planted fault':<33}{'account':<12}{'found as':<30}{'':>3} {'delta':>10}  now"
    for label in sorted(planted, key=_place):
        yield _label_line(label, id(label) in found, exponents)
    for finding in comparison.not_planted:
        yield from _wrapped(f"NOT PLANTED  {_finding_text(finding, exponents)}")
    for sentence in comparison.wrong_events:
        yield from _wrapped(f"WRONG EVENT  {sentence}")
    kinds = len({label.kind for label in planted})
    yield ""
    yield (
        f"planted {comparison.planted} ({kinds} kinds)   found {len(comparison.found)}   "
        f"missed {len(comparison.missed)}   reported but not planted "
        f"{len(comparison.not_planted)}   decoys left alone {decoys}"
    )


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent="  ", subsequent_indent=" " * 15, drop_whitespace=False
    )


def _place(label: Label) -> tuple[str, str, str, str, int]:
    return label.account, label.fault, label.kind, label.currency or "", label.delta_minor


def _label_line(label: Label, is_found: bool, exponents: Mapping[str, int]) -> str:
    currency = label.currency or ""
    delta = _money(label.delta_minor, exponents.get(currency, 0))
    ended = "cleared" if label.is_cleared else "open"
    outcome = ended if is_found else "MISSED"
    fault = label.fault.replace("_", " ")
    account = short_account(label.psp, label.account)
    return f"  {fault:<33}{account:<12}{label.kind:<30}{currency:>3} {delta:>10}  {outcome}"


def _finding_text(finding: Finding, exponents: Mapping[str, int]) -> str:
    currency = finding.currency or "-"
    exponent = exponents.get(currency, 0)
    exposure = (
        "unknown" if finding.exposure_minor is None else _money(finding.exposure_minor, exponent)
    )
    return (
        f"{short_account(finding.psp, finding.account)} {finding.kind} {currency} "
        f"{_money(finding.delta_minor, exponent)} exposure {exposure} "
        f"{finding.psp_reference or ''} ({'open' if finding.is_open else 'cleared'})"
    )


def _kind_line(kind: Row, exponent: int) -> str:
    return (
        f"        {kind['kind']:<29}{kind['discrepancies']:>3}   "
        f"delta {_money(kind['delta_minor'], exponent):>12}   "
        f"exposure {_money(kind['exposure_minor'], exponent):>12}"
    )


def _money(amount_minor: int, exponent: int) -> str:
    return format_minor(amount_minor, exponent, group=",")
