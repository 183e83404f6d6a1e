-- The ledger rows that need more than a plain pair, and when each is due.
--
-- Grain:   one row per loose ledger row.
-- Binds:   zone (text), ledger_grace (interval), has_cut_off (boolean).
-- Reason:  what is dated at or after the cut-off is of the next business day.
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
    rule.dated_on,
    coalesce(loose.settles_on, rule.settles_on) as due_on,
    internal.due_at(loose.settles_on, rule.due_at, %(zone)s, %(ledger_grace)s) as due_at
from loose
inner join work_calendar on timezone(%(zone)s, loose.dated_at)::date = work_calendar.day
cross join lateral (
    select
        case when is_after then work_calendar.after_day else work_calendar.day end as dated_on,
        case when is_after then work_calendar.after_settles_on else work_calendar.settles_on end as settles_on,
        case when is_after then work_calendar.after_due_at else work_calendar.due_at end as due_at
    from (values (%(has_cut_off)s and loose.dated_at >= work_calendar.cut_off_at)) as moment (is_after)
) as rule;
