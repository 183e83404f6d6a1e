-- What waits on each side, why, and until when?
--
-- Grain:   one row per leg, currency, side, reason, and whether it is in the sums of the proof.
-- Binds:   none; reads the workspace.
select
    leg,
    currency,
    side,
    reason,
    is_counted,
    count(*) as item_rows,
    sum(amount_minor)::bigint as amount_minor,
    min(due_on) as first_due_on,
    max(due_on) as last_due_on
from work_open_items
where bucket = 'pending'
group by leg, currency, side, reason, is_counted
order by leg, currency, side desc, reason, is_counted desc
