"""What the benchmark of payouts runs in a child process: the books, the floor, and the two legs."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

from include.reconciliation.edges import attempts, warehouse
from include.reconciliation.legs import PAYOUT_LEGS
from include.reconciliation.steps import payout_legs, staged_corrections
from include.reconciliation.steps.choose_window import choose_window
from include.reconciliation.steps.match_transactions import decide_leg
from include.reconciliation.steps.matching_values import values_of

PSP, ACCOUNT = "adyen", "NorthwindEU"
BANK, BANK_ACCOUNT = "hausbank", "DE89370400440532013000"
# Every payout is due at the bank by then, and told.
WINDOW = (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 8, tzinfo=UTC))


def make_books(payouts: str, lines: str) -> int:
    """The staged lines of an attempt, and the bank's books beside it; the attempt's id."""
    sizes = {"payouts": int(payouts), "lines": int(lines)}
    bank = _choose(BANK, BANK_ACCOUNT)
    with warehouse.transaction() as cursor:
        account_id = attempts.load(cursor, bank).account_id
        published = {"account_id": account_id, "attempt_id": bank}
        run = warehouse.run(cursor, "bench/payout_legs/publish_bank", published).fetchone()
        shared = warehouse.run(cursor, "volumes/ensure").fetchone()
        assert run is not None and shared is not None
        of_bank = sizes | published | {"volume": shared["volume"], "run_number": run["run_number"]}
        warehouse.run(cursor, "bench/payout_legs/make_bank_lines", of_bank)
    attempt_id = _choose(PSP, ACCOUNT)
    with warehouse.attempt(attempt_id) as cursor:
        # Staged as a run stages them, under the names that it gives to lines that are all new.
        warehouse.run(cursor, "statements/create_statement_lines")
        warehouse.run(cursor, "bench/payout_legs/make_lines", sizes)
        for name in ("match/005_lines_of_one_read", "match/012_lines_are_new"):
            warehouse.run(cursor, name)
        warehouse.run(cursor, "extract/make_posted_corrections")
        cursor.execute("analyze work_statement_lines, internal.statement_lines")
    return attempt_id


def floor(attempt_id: str) -> int:
    """One grouping by payout and one join with the bank, kept; how many rows that is."""
    with warehouse.attempt(int(attempt_id)) as cursor:
        attempt = attempts.load(cursor, int(attempt_id))
        cursor.execute(warehouse.drop_table("work_floor"))
        head = payout_legs.bank_head(cursor, attempt.psp)
        return warehouse.run(cursor, "bench/payout_legs/floor", head).rowcount


def explain(attempt_id: str) -> dict[str, Any]:
    """Both legs of payouts, decided as a run decides them; what they found and what each took."""
    told: dict[str, Any] = {"kinds": {}, "milliseconds": {}}
    with warehouse.attempt(int(attempt_id)) as cursor:
        attempt = attempts.load(cursor, int(attempt_id))
        account = {"account_id": attempt.account_id}
        head = warehouse.run(cursor, "runs/account_head", account).fetchone()
        assert head is not None
        warehouse.run(cursor, "legs/drop_legs", {"attempt_id": attempt.attempt_id})
        cursor.execute(
            warehouse.drop_table(
                "work_told_payouts", "work_told_bank_lines", "work_told_lapsed_debts"
            )
        )
        cursor.execute(warehouse.drop_table("work_log_head"))
        values = values_of(attempt, head)
        values |= staged_corrections.stage(cursor, values) | {"run_id": "b" * 64}
        values["has_earlier_lines"] = False
        for leg in PAYOUT_LEGS:
            began = time.perf_counter()
            part = {"attempt_id": attempt.attempt_id, "part": leg.name}
            warehouse.run(cursor, "legs/part", part)
            with warehouse.inside(cursor, attempt.attempt_id, leg.name):
                of_leg = values | payout_legs.values(cursor, attempt, leg, values)
                payout_legs.show_books(cursor, attempt, leg, of_leg)
                books_s = time.perf_counter() - began
                decide_leg(cursor, attempt, of_leg, leg)
                decided_s = time.perf_counter() - began - books_s
                found = warehouse.run(cursor, "bench/payout_legs/found").fetchall()
            told["milliseconds"][f"{leg.name}: books"] = round(books_s * 1000)
            told["milliseconds"][f"{leg.name}: decided"] = round(decided_s * 1000)
            told["kinds"] |= {row["kind"]: row["rows"] for row in found}
        began = time.perf_counter()
        payout_legs.tell(cursor, attempt)
        told["milliseconds"]["told"] = round((time.perf_counter() - began) * 1000)
    return told


def _choose(psp: str, account: str) -> int:
    start, end = WINDOW
    return choose_window(
        psp,
        account,
        airflow_run_id="bench",
        trigger="command",
        window_start=start,
        window_end=end,
    )


TASKS: dict[str, Any] = {"payout_books": make_books, "payout_floor": floor, "payouts": explain}
