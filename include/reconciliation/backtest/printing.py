"""A backtest as people read it: the money first, then what changes in number, then the rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from include.reconciliation.backtest.comparison import changes
from include.reconciliation.report.facts import major, moment
from include.reconciliation.report.plain_text import table

# So many rows of a list are shown; JSON has all of them.
ROWS_SHOWN = 20
_MATCHES = {"gained": "newly matched", "lost": "no longer matched"}
_DISCREPANCIES = {"opened": "newly open", "closed": "no longer open", "restated": "restated"}
Row = Mapping[str, Any]
Cells = tuple[str, ...]


def lines_of(found: Row) -> Iterator[str]:
    """The whole of it; where the replay is no replay, that and nothing else."""
    yield (
        f"{found['rules']} over the runs whose windows end after {moment(found['from'])}, "
        f"up to {moment(found['to'])}"
    )
    yield from found["notes"]
    if found["differences"]:
        yield from _no_replay(found["differences"])
        return
    count = sum(account["runs"] for account in found["accounts"])
    yield (
        f"By the rules that they had, {count} of {count} runs come out as they were published. "
        "Nothing is published now."
    )
    for account in found["accounts"]:
        yield ""
        yield from _account(account, found["exponents"])


def _no_replay(differences: Sequence[Row]) -> Iterator[str]:
    yield (
        "By the rules that they had, the runs do not come out as they were published, so that a "
        "comparison with other rules would mean nothing."
    )
    for account in differences:
        yield ""
        yield f"{account['psp']} / {account['account']}"
        if account["runs_by_other_code"]:
            yield (
                f"  {account['runs_by_other_code']} of its runs were made by other code, or with "
                "another include/psps.toml beside it, which may be why"
            )
        rows = account["rows"]
        for row in rows[:ROWS_SHOWN]:
            yield (
                f"  run {row['run_id'][:12]}, {row['what']}: published {row['expected']}, "
                f"decided now {row['found']}"
            )
        yield from _more(rows)


def _account(found: Row, exponents: Mapping[str, int]) -> Iterator[str]:
    yield (
        f"{found['psp']} / {found['account']}: {found['runs']} runs, up to {moment(found['as_of'])}"
    )
    if found["divergence"]:
        yield ""
        yield from table(list(_divergence(found["divergence"], exponents)), right=6)
    if not changes(found):
        yield ""
        yield "Nothing would have come out otherwise."
        return
    for rows, right in (
        (list(_summary(found, exponents)), 4),
        (list(_absorbed(found["absorbed"], exponents)), 4),
    ):
        if len(rows) > 1:
            yield ""
            yield from table(rows, right=right)
    for rows in (
        list(_matches(found["matches"], exponents)),
        list(_discrepancies(found["discrepancies"], exponents)),
        list(_pending(found["pending"], exponents)),
    ):
        if len(rows) > 1:
            yield ""
            yield from table(rows[: ROWS_SHOWN + 1], right=0)
            yield from _more(rows[1:])


def _more(rows: Sequence[Any]) -> Iterator[str]:
    if len(rows) > ROWS_SHOWN:
        yield f"and {len(rows) - ROWS_SHOWN} more; --format json has all of them"


def _divergence(rows: Iterable[Row], exponents: Mapping[str, int]) -> Iterator[Cells]:
    yield (
        "money at risk", "end before", "end after", "most before", "most after",
        "runs above limit before", "after",
    )  # fmt: skip
    for row in rows:
        currency = row["currency"]
        yield (
            currency,
            *(
                major(row[name], currency, exponents)
                for name in ("end_before", "end_after", "most_before", "most_after")
            ),
            str(row["runs_above_limit_before"]),
            str(row["runs_above_limit_after"]),
        )


def _summary(found: Row, exponents: Mapping[str, int]) -> Iterator[Cells]:
    """Counts and sums per leg, currency and change; no sum over two currencies."""
    sums: dict[tuple[str, str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))

    def add(row: Row, change: str, **amounts_minor: int | None) -> None:
        of = sums[row["leg"], row["currency"] or "", change]
        of["count"] += 1
        for name, minor in amounts_minor.items():
            if minor is not None:
                of[name] += minor

    for row in found["matches"]:
        amounts = (row["statement_minor"], row["ledger_minor"])
        amount_minor = next((minor for minor in amounts if minor is not None), None)
        add(row, _MATCHES[row["change"]], amount=amount_minor, absorbed=row["absorbed_minor"])
    for row in found["discrepancies"]:
        when = "after" if row["kind_after"] else "before"
        kind, exposure = row[f"kind_{when}"], row[f"exposure_{when}_minor"]
        add(row, f"{_DISCREPANCIES[row['change']]}: {kind}", exposure=exposure)
    for row in found["pending"]:
        add(row, f"{row['change']}: {row['side']} side", amount=row["amount_minor"])
    yield ("leg", "currency", "change", "count", "amount", "absorbed", "exposure")
    for (leg, currency, change), of in sorted(sums.items()):
        yield (
            leg,
            currency,
            change,
            str(of["count"]),
            *(
                major(of[name], currency, exponents) if name in of else ""
                for name in ("amount", "absorbed", "exposure")
            ),
        )


def _absorbed(rows: Iterable[Row], exponents: Mapping[str, int]) -> Iterator[Cells]:
    yield (
        "tolerances let pass", "measure", "currency", "count before", "after", "amount before",
        "after",
    )  # fmt: skip
    for row in rows:
        yield (
            row["leg"],
            row["measure"],
            row["currency"],
            str(row["before_count"]),
            str(row["after_count"]),
            major(row["before_minor"], row["currency"], exponents),
            major(row["after_minor"], row["currency"], exponents),
        )


def _matches(rows: Iterable[Row], exponents: Mapping[str, int]) -> Iterator[Cells]:
    yield ("match", "leg", "currency", "left", "right", "absorbed", "rule", "payment", "rows")
    for row in rows:
        amounts = (row["statement_minor"], row["ledger_minor"], row["absorbed_minor"])
        yield (
            _MATCHES[row["change"]],
            row["leg"],
            row["currency"] or "",
            *_amounts(row, amounts, exponents),
            row["rule"],
            _payment(row),
            ", ".join(row["members"]),
        )


def _discrepancies(rows: Iterable[Row], exponents: Mapping[str, int]) -> Iterator[Cells]:
    yield (
        "discrepancy", "leg", "kind", "currency", "delta before", "after", "exposure before",
        "after", "payment", "id",
    )  # fmt: skip
    for row in rows:
        kinds = dict.fromkeys(filter(None, (row["kind_before"], row["kind_after"])))
        amounts = (
            row["delta_before_minor"],
            row["delta_after_minor"],
            row["exposure_before_minor"],
            row["exposure_after_minor"],
        )
        yield (
            _DISCREPANCIES[row["change"]],
            row["leg"],
            " -> ".join(kinds),
            row["currency"] or "",
            *_amounts(row, amounts, exponents),
            _payment(row),
            row["discrepancy_id"][:12],
        )


def _pending(rows: Iterable[Row], exponents: Mapping[str, int]) -> Iterator[Cells]:
    yield (
        "row", "leg", "side", "currency", "amount", "before", "after", "due after", "payment", "id",
    )  # fmt: skip
    for row in rows:
        yield (
            row["change"],
            row["leg"],
            row["side"],
            row["currency"],
            major(row["amount_minor"], row["currency"], exponents),
            row["standing_before"] or "not open",
            row["standing_after"] or "not open",
            moment(row["due_after_at"]),
            _payment(row),
            row["key"] or "",
        )


def _amounts(
    row: Row, minors: Iterable[int | None], exponents: Mapping[str, int]
) -> Iterator[str]:
    for minor in minors:
        yield "" if minor is None else major(minor, row["currency"], exponents)


def _payment(row: Row) -> str:
    return row["psp_reference"] or row["merchant_reference"] or ""
