-- Left side of the identity: all ledger rows in force that move money, on top of the head.
--
-- Grain:   one row per currency, in work_ledger_side.
-- Binds:   account_id (integer), leg (text), head_run_number (bigint), as_of, head_as_of (timestamptz).
create unlogged table work_ledger_side as
with

moves as (

    select
        currency,
        case when moves_money is not false then amount_minor else 0 end as amount_minor
    from work_ledger_changes
    where change in ('new', 'changed') and occurred_at < %(as_of)s
    union all
    select
        known.currency,
        -case when known.moves_money is not false then known.amount_minor else 0 end
    from work_ledger_changes as changes
    inner join ledger_transactions as known
        on changes.old_item_id = known.item_id and known.account_id = %(account_id)s
    where changes.change in ('changed', 'vanished') and known.occurred_at < %(head_as_of)s
    union all
    select
        known.currency,
        case when known.moves_money is not false then known.amount_minor else 0 end
    from internal.open_items
    inner join ledger_transactions as known
        on open_items.item_id = known.item_id and known.account_id = %(account_id)s
    where
        open_items.account_id = %(account_id)s
        and open_items.leg = %(leg)s
        and open_items.side = 'ledger'
        and known.occurred_at >= %(head_as_of)s
        and known.occurred_at < %(as_of)s
        and open_items.item_id not in (
            select old_item_id from work_ledger_changes
            where change in ('changed', 'vanished')
        )
    union all
    select
        currency,
        ledger_minor
    from internal.run_totals
    where run_number = %(head_run_number)s and leg = %(leg)s and measure = 'gross'

)

select
    currency,
    coalesce(sum(amount_minor), 0)::bigint as ledger_minor
from moves
group by currency;
