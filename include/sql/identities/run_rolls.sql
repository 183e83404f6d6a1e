-- How yesterday's open items became today's.
--
-- Grain:   one row per side and currency.
-- Binds:   account_id (integer), leg (text), as_of, head_as_of (timestamptz), is_reprocess (boolean).
create table work_run_rolls as
with

opening as not materialized (

    select
        side,
        item_id,
        currency,
        amount_minor
    from internal.open_items
    where account_id = %(account_id)s and leg = %(leg)s and is_counted

),

closing as not materialized (

    select
        side,
        item_id,
        currency,
        amount_minor
    from work_open_rows
    where leg = %(leg)s and is_counted

),

amended as (

    select
        'statement' as side,
        item_id
    from work_line_changes
    where change = 'changed'
    union all
    select
        'ledger',
        item_id
    from work_ledger_changes
    where change = 'changed'
    union all
    -- Matches without a reference that are dissolved now.
    select side, item_id from internal.provisional_members
    where account_id = %(account_id)s and leg = %(leg)s

),

-- Rows that enter the leg: new ones, and those that lay after the head's as-of.
entering_lines as not materialized (

    select
        item_id,
        coalesce(gross_currency, net_currency) as currency,
        case when type = 'unknown' then coalesce(gross_minor, net_minor) else gross_minor end as amount_minor
    from work_line_changes
    where
        change = 'new'
        and (is_expected or type = 'unknown')
        and booked_at < %(as_of)s
        and (gross_minor is not null or type = 'unknown')

),

entering_ledger_rows as not materialized (

    select
        item_id,
        currency,
        case when moves_money is not false then amount_minor else 0 end as amount_minor
    from work_ledger_changes
    where change = 'new' and occurred_at < %(as_of)s

),

entering_later as materialized (

    select
        open_items.side,
        open_items.item_id,
        open_items.currency,
        case
            when open_items.side = 'ledger' and known.moves_money is false then 0
            else open_items.amount_minor
        end as amount_minor
    from internal.open_items
    left join ledger_transactions as known
        on
            open_items.item_id = known.item_id
            and known.account_id = %(account_id)s
            and open_items.side = 'ledger'
    left join work_open_rows
        on
            (open_items.leg, open_items.side, open_items.item_id)
            = (work_open_rows.leg, work_open_rows.side, work_open_rows.item_id)
    where
        open_items.account_id = %(account_id)s
        and open_items.leg = %(leg)s
        and not open_items.is_counted
        and open_items.reason = 'after_the_window'
        and coalesce(work_open_rows.reason, '') <> 'after_the_window'
        and open_items.item_id not in (select item_id from work_replaced_items)

),

-- Each source is summed by itself: two processes share it.
entered as (

    select
        'statement' as side,
        currency,
        count(*) as row_count,
        sum(amount_minor)::bigint as amount_minor
    from entering_lines
    group by currency
    union all
    select
        'ledger',
        currency,
        count(*),
        sum(amount_minor)::bigint
    from entering_ledger_rows
    group by currency
    union all
    select
        side,
        currency,
        count(*),
        sum(amount_minor)::bigint
    from entering_later
    group by side, currency

),

-- What entered and is open still: few rows, found in one pass over the many.
entered_and_open as materialized (

    select
        closing.side,
        closing.item_id,
        entering_lines.currency,
        entering_lines.amount_minor
    from closing
    inner join entering_lines on closing.side = 'statement' and closing.item_id = entering_lines.item_id
    union all
    select
        closing.side,
        closing.item_id,
        entering_ledger_rows.currency,
        entering_ledger_rows.amount_minor
    from closing
    inner join entering_ledger_rows on closing.side = 'ledger' and closing.item_id = entering_ledger_rows.item_id
    union all
    select
        closing.side,
        closing.item_id,
        entering_later.currency,
        entering_later.amount_minor
    from closing
    inner join entering_later on closing.side = entering_later.side and closing.item_id = entering_later.item_id

),

opened as (

    select
        side,
        currency,
        count(*) as row_count,
        sum(amount_minor)::bigint as amount_minor
    from opening
    group by side, currency

),

opening_and_open as materialized (

    select
        opening.side,
        opening.item_id,
        opening.currency,
        opening.amount_minor
    from opening
    inner join closing on opening.side = closing.side and opening.item_id = closing.item_id

),

opening_and_replaced as materialized (

    select
        opening.side,
        opening.currency,
        opening.amount_minor
    from opening
    inner join work_replaced_items as replaced
        on opening.side = replaced.side and opening.item_id = replaced.item_id
    left join closing on opening.side = closing.side and opening.item_id = closing.item_id
    where closing.item_id is null

),

movements as (

    select
        side,
        currency,
        'opening' as movement,
        row_count,
        amount_minor
    from opened
    union all
    select
        side,
        currency,
        'closing',
        1,
        amount_minor
    from closing
    union all
    -- Whatever entered is cleared, but for what is open still.
    select
        entered.side,
        entered.currency,
        movements_of_entered.movement,
        entered.row_count,
        entered.amount_minor
    from entered
    cross join (values ('new'), ('cleared')) as movements_of_entered (movement)
    union all
    select
        side,
        currency,
        'cleared',
        -1,
        -amount_minor
    from entered_and_open
    union all
    -- So is whatever was open, but for what is open still and what was replaced.
    select
        side,
        currency,
        'cleared',
        row_count,
        amount_minor
    from opened
    union all
    select
        side,
        currency,
        'cleared',
        -1,
        -amount_minor
    from opening_and_open
    union all
    select
        opening_and_replaced.side,
        opening_and_replaced.currency,
        movements_of_replaced.movement,
        -1,
        -opening_and_replaced.amount_minor
    from opening_and_replaced
    cross join (values ('cleared'), ('restated')) as movements_of_replaced (movement)
    union all
    select
        closing.side,
        closing.currency,
        case when amended.item_id is not null or %(is_reprocess)s then 'restated' else 'reopened' end,
        1,
        closing.amount_minor
    from closing
    left join opening_and_open
        on closing.side = opening_and_open.side and closing.item_id = opening_and_open.item_id
    left join entered_and_open
        on closing.side = entered_and_open.side and closing.item_id = entered_and_open.item_id
    left join amended on closing.side = amended.side and closing.item_id = amended.item_id
    where opening_and_open.item_id is null and entered_and_open.item_id is null

)

select
    %(leg)s::text as leg,
    side,
    currency,
    coalesce(sum(row_count) filter (where movement = 'opening'), 0)::bigint as opening_rows,
    coalesce(sum(amount_minor) filter (where movement = 'opening'), 0)::bigint as opening_minor,
    coalesce(sum(row_count) filter (where movement = 'new'), 0)::bigint as new_rows,
    coalesce(sum(amount_minor) filter (where movement = 'new'), 0)::bigint as new_minor,
    coalesce(sum(row_count) filter (where movement = 'reopened'), 0)::bigint as reopened_rows,
    coalesce(sum(amount_minor) filter (where movement = 'reopened'), 0)::bigint as reopened_minor,
    coalesce(sum(row_count) filter (where movement = 'cleared'), 0)::bigint as cleared_rows,
    coalesce(sum(amount_minor) filter (where movement = 'cleared'), 0)::bigint as cleared_minor,
    coalesce(sum(row_count) filter (where movement = 'restated'), 0)::bigint as restated_rows,
    coalesce(sum(amount_minor) filter (where movement = 'restated'), 0)::bigint as restated_minor,
    coalesce(sum(row_count) filter (where movement = 'closing'), 0)::bigint as closing_rows,
    coalesce(sum(amount_minor) filter (where movement = 'closing'), 0)::bigint as closing_minor
from movements
group by side, currency;
