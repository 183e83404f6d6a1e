-- Left side of the identity: all statement lines in force, from what was staged on top of the head.
--
-- Grain:   one row per currency, in work_statement_side.
-- Binds:   account_id (integer), leg (text), head_run_number (bigint), as_of, head_as_of (timestamptz).
-- Reason:  a line counts from the run in which it lies before the as-of; lines that no ledger row is
--          expected for count from their arrival.
create unlogged table work_statement_side as
with

moves as (

    select
        case when type = 'unknown' then coalesce(gross_currency, net_currency) else gross_currency end as currency,
        case when type = 'unknown' then coalesce(gross_minor, net_minor) else gross_minor end as amount_minor
    from work_line_changes
    where
        change in ('new', 'changed')
        and (booked_at < %(as_of)s or not (is_expected or type = 'unknown'))
    union all
    select
        case when known.type = 'unknown' then coalesce(known.gross_currency, known.net_currency) else known.gross_currency end,
        -case when known.type = 'unknown' then coalesce(known.gross_minor, known.net_minor) else known.gross_minor end
    from work_line_changes as changes
    inner join statement_lines as known
        on changes.old_item_id = known.item_id and known.account_id = %(account_id)s
    where
        changes.change in ('changed', 'withdrawn')
        and (known.booked_at < %(head_as_of)s or not (known.is_expected or known.type = 'unknown'))
    union all
    -- Lines that lay after the head's as-of and lie before this one.
    select
        open_items.currency,
        open_items.amount_minor
    from internal.open_items
    inner join statement_lines as known
        on open_items.item_id = known.item_id and known.account_id = %(account_id)s
    where
        open_items.account_id = %(account_id)s
        and open_items.leg = %(leg)s
        and open_items.side = 'statement'
        and known.booked_at >= %(head_as_of)s
        and known.booked_at < %(as_of)s
        and open_items.item_id not in (
            select old_item_id from work_line_changes
            where change in ('changed', 'withdrawn')
        )
    union all
    select
        currency,
        statement_minor
    from internal.run_totals
    where run_number = %(head_run_number)s and leg = %(leg)s and measure = 'gross'

)

select
    currency,
    coalesce(sum(amount_minor), 0)::bigint as statement_minor
from moves
where currency is not null and currency <> 'XXX' and amount_minor is not null
group by currency;
