-- Where is what was decided of the head before the span not what that head published?
--
-- Grain:   one row per leg and side whose open rows are others in number or amount.
-- Binds:   account_id (integer), start_run_number (bigint).
with

published as (

    select
        run_buckets.leg,
        run_buckets.side,
        run_buckets.pending_rows + run_buckets.discrepancy_rows as row_count
    from history.run_buckets
    where run_buckets.run_number = %(start_run_number)s

),

decided as (

    select
        leg,
        side,
        count(*) as row_count
    from internal.open_items
    where account_id = %(account_id)s
    group by leg, side

),

published_amounts as (

    select
        leg,
        side,
        currency,
        closing_minor
    from history.run_rolls
    where run_number = %(start_run_number)s

),

decided_amounts as (

    select
        leg,
        side,
        currency,
        sum(amount_minor)::bigint as closing_minor
    from internal.open_items
    where account_id = %(account_id)s and is_counted
    group by leg, side, currency

)

select
    coalesce(published.leg, decided.leg) || ', ' || coalesce(published.side, decided.side) || ' side, open rows' as what,
    coalesce(published.row_count, 0)::bigint as expected,
    coalesce(decided.row_count, 0)::bigint as found
from published
full join decided on published.leg = decided.leg and published.side = decided.side
where coalesce(published.row_count, 0) <> coalesce(decided.row_count, 0)
union all
select
    coalesce(published.leg, decided.leg) || ', ' || coalesce(published.side, decided.side) || ' side, '
    || coalesce(published.currency, decided.currency) || ', open amount',
    coalesce(published.closing_minor, 0),
    coalesce(decided.closing_minor, 0)
from published_amounts as published
full join decided_amounts as decided
    on
        published.leg = decided.leg
        and published.side = decided.side
        and published.currency = decided.currency
where coalesce(published.closing_minor, 0) <> coalesce(decided.closing_minor, 0)
order by what
