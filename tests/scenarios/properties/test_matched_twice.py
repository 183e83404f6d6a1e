"""What every position is asked, whether a row is matched twice, is seen to fail: leg by leg."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest

from include.reconciliation.legs import ORDER, PAYOUT_LEGS
from tests.scenarios.properties.books import agreed
from tests.scenarios.properties.conftest import TWICE, Place

# What keeps a row from being matched twice, whatever the passes decide.
KEYS = """
select indexes.oid::regclass::text
from pg_index
inner join pg_class as indexes on pg_index.indexrelid = indexes.oid
where
    pg_index.indisunique
    and not indexes.relispartition
    and pg_index.indrelid::regclass::text like 'internal.match_members%'
order by 1
"""
# The book has no bank: legs of payouts get the matches of the first leg, to be asked about.
LEND = """
insert into internal.match_members (
    leg, match_id, statement_item_id, ledger_item_id, first_run_number, rule_number, is_proved
)
select
    %(leg)s,
    match_id,
    statement_item_id,
    ledger_item_id,
    first_run_number,
    rule_number,
    is_proved
from internal.match_members
where leg = 'ledger_statement'
"""
AGAIN = """
insert into internal.match_members (
    leg, match_id, statement_item_id, ledger_item_id, first_run_number, rule_number, is_proved
)
select
    leg,
    -match_id,
    case when %(side)s = 'statement' then statement_item_id end,
    case when %(side)s = 'ledger' then ledger_item_id end,
    first_run_number,
    rule_number,
    is_proved
from internal.match_members
where leg = %(leg)s
returning coalesce(statement_item_id, ledger_item_id)
"""


def test_a_row_that_is_matched_twice_on_a_leg_makes_its_position_unsound(
    place: Callable[..., Place],
) -> None:
    there = place()
    book = agreed("P1", 1000)
    there.book(book)
    there.batch(1, book.lines)
    there.run()
    address = there.databases.conninfo("reconciliation", "postgres")
    with psycopg.connect(address, autocommit=True) as owner:
        keys = [key for (key,) in owner.execute(KEYS)]
        assert 2 * len(ORDER) == len(keys), "each leg has a key for each of its sides"
        for key in keys:
            owner.execute(f"drop index {key}".encode())
        for leg in PAYOUT_LEGS:
            owner.execute(LEND, {"leg": leg.name})
        for leg in ORDER:
            for side in ("statement", "ledger"):
                [(item_id,)] = owner.execute(AGAIN, {"leg": leg, "side": side}).fetchall()

                expected = {"leg": leg, "side": side, "item_id": item_id, "times": 2}
                assert [expected] == there.desk.rows(TWICE)
                with pytest.raises(AssertionError):
                    there.is_sound()
                owner.execute("delete from internal.match_members where match_id < 0")
    there.is_sound()
