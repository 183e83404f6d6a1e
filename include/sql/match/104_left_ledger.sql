-- The ledger rows that need more than a plain pair, and when each is due.
--
-- Grain:   one row per loose ledger row.
-- Binds:   zone (text), ledger_grace (interval), has_cut_off (boolean), covered_through (date),
--          posting_ledger_ids (text[]: rows that post a correction).
-- Reason:  what is dated at or after the cut-off is of the next business day. A row that posts a
--          correction is due at once: what it puts right is overdue already.
create unlogged table work_left_ledger as
with

loose as materialized (

    select
        pool.*,
        pool.ledger_id = any(%(posting_ledger_ids)s::text[]) as is_posting,
        work_loose_rows.is_paired
    from work_loose_rows
    inner join work_pool_ledger as pool on work_loose_rows.item_id = pool.item_id
    where work_loose_rows.side = 'ledger'

)

select
    loose.*,
    rule.dated_on,
    case
        when loose.is_posting then least(rule.dated_on, %(covered_through)s::date)
        else coalesce(loose.settles_on, rule.settles_on)
    end as due_on,
    case
        when loose.is_posting then loose.dated_at
        else internal.due_at(loose.settles_on, rule.due_at, %(zone)s, %(ledger_grace)s)
    end as due_at
from loose
inner join work_calendar on timezone(%(zone)s, loose.dated_at)::date = work_calendar.day
cross join lateral (
    select
        case when is_after then work_calendar.after_day else work_calendar.day end as dated_on,
        case when is_after then work_calendar.after_settles_on else work_calendar.settles_on end as settles_on,
        case when is_after then work_calendar.after_due_at else work_calendar.due_at end as due_at
    from (values (%(has_cut_off)s and loose.dated_at >= work_calendar.cut_off_at)) as moment (is_after)
) as rule;
