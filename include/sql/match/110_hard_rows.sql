-- Every row of the groups that are not plain and have a statement line or post a correction.
--
-- Grain:   one row per statement line or ledger row.
-- Binds:   as_of, covered_through (date, NULL if nothing is covered), zone (text),
--          statement_grace (interval).
create unlogged table work_hard as
select
    'statement' as side,
    pool.item_id,
    pool.payment_key,
    pool.economic_type,
    pool.type,
    pool.event_reference,
    true as moves_money,
    pool.amount_minor,
    pool.currency,
    pool.fee_minor,
    pool.tax_minor,
    pool.net_currency as fee_currency,
    pool.dated_at,
    pool.dated_on,
    null::date as settles_on,
    null::date as due_on,
    internal.line_due_at(
        pool.type, pool.dated_at, pool.dated_on, work_calendar.next_business_day, %(zone)s,
        %(statement_grace)s
    ) as due_at,
    false as is_due,
    null::text as state,
    null::bigint as match_id,
    null::text as rule,
    null::bigint as absorbed_minor,
    ''::text as sort_key
from work_hard_groups
inner join work_left_statement as pool
    on
        work_hard_groups.payment_key = pool.payment_key
        and work_hard_groups.economic_type = pool.economic_type
left join work_calendar on timezone(%(zone)s, pool.dated_at)::date = work_calendar.day
where pool.dated_at < %(as_of)s and pool.type <> 'unknown'
union all
select
    'ledger' as side,
    pool.item_id,
    pool.payment_key,
    pool.economic_type,
    pool.type,
    pool.event_reference,
    pool.moves_money,
    pool.amount_minor,
    pool.currency,
    pool.fee_minor,
    pool.tax_minor,
    pool.currency as fee_currency,
    pool.dated_at,
    pool.dated_on,
    pool.settles_on,
    pool.due_on,
    pool.due_at,
    false as is_due,
    null::text as state,
    null::bigint as match_id,
    null::text as rule,
    null::bigint as absorbed_minor,
    ''::text as sort_key
from work_hard_groups
inner join work_left_ledger as pool
    on
        work_hard_groups.payment_key = pool.payment_key
        and work_hard_groups.economic_type = pool.economic_type
where
    -- What posts a correction may clear rows of its own side.
    (work_hard_groups.statement_rows > 0 or work_hard_groups.has_posting)
    and pool.dated_at < %(as_of)s
    and pool.type <> 'unknown'
    and pool.moves_money is not null;
