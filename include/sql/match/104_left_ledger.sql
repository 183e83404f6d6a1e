-- The ledger rows that need more than a plain pair, and when each is due.
--
-- Grain:   one row per loose ledger row.
-- Binds:   zone (text), ledger_grace (interval).
create unlogged table work_left_ledger as
with

loose as materialized (

    select
        pool.*,
        work_loose_rows.is_paired
    from work_loose_rows
    inner join work_pool_ledger as pool on work_loose_rows.item_id = pool.item_id
    where work_loose_rows.side = 'ledger'

)

select
    loose.*,
    work_calendar.day as dated_on,
    coalesce(loose.settles_on, work_calendar.settles_on) as due_on,
    internal.due_at(loose.settles_on, work_calendar.due_at, %(zone)s, %(ledger_grace)s) as due_at
from loose
inner join work_calendar on timezone(%(zone)s, loose.dated_at)::date = work_calendar.day;
