-- What the predecessor closed with is what this run opens with.
--
-- Grain:   one row per side and currency where it is not.
-- Binds:   account_id (integer), leg (text), head_run_number (bigint).
with

closed as (

    select
        side,
        currency,
        closing_minor
    from internal.run_rolls
    where run_number = %(head_run_number)s and leg = %(leg)s

),

opened as (

    select
        side,
        currency,
        sum(amount_minor)::bigint as opening_minor
    from internal.open_items
    where account_id = %(account_id)s and leg = %(leg)s and is_counted
    group by side, currency

)

select
    %(leg)s::text || ', ' || coalesce(closed.side, opened.side) || ' side, ' || coalesce(closed.currency, opened.currency) as what,
    coalesce(closed.closing_minor, 0) as expected,
    coalesce(opened.opening_minor, 0) as found
from closed
full join opened on closed.side = opened.side and closed.currency = opened.currency
where coalesce(closed.closing_minor, 0) <> coalesce(opened.opening_minor, 0)
order by what;
