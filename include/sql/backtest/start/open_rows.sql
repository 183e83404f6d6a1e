-- Opens every row in force of a leg that is in no match, so that it is decided whether it is open.
--
-- Grain:   one row per statement line that is expected, and per ledger row.
-- Binds:   account_id (integer), leg (text), run_number (bigint).
-- Reason:  the warehouse keeps the open items of its heads alone. Which row is open, and why, follows from
--          the rows in force, the as-of and the coverage.
insert into internal.open_items (
    leg, side, item_id, account_id, bucket, reason, is_counted, amount_minor, currency, opened_run_number
)
select
    %(leg)s,
    side,
    item_id,
    %(account_id)s,
    'pending',
    'not_due',
    true,
    0,
    'XXX',
    %(run_number)s
from (
    select
        'statement' as side,
        item_id
    from statement_lines
    where
        account_id = %(account_id)s
        and last_run_number is null
        and (is_expected or type = 'unknown')
        and item_id not in (
            select statement_item_id from internal.match_members
            where leg = %(leg)s and statement_item_id is not null
        )
    union all
    select
        'ledger',
        item_id
    from ledger_transactions
    where
        account_id = %(account_id)s
        and last_run_number is null
        and item_id not in (
            select ledger_item_id from internal.match_members
            where leg = %(leg)s and ledger_item_id is not null
        )
) as unmatched
