-- The open items as this run leaves them, with the run that opened each.
--
-- Grain:   one row per open row; first_run_id is NULL for those that this run opens.
create view work_open_items as
select
    work_open_rows.leg,
    work_open_rows.side,
    work_open_rows.item_id,
    work_open_rows.bucket,
    work_open_rows.reason,
    work_open_rows.is_counted,
    work_open_rows.amount_minor,
    work_open_rows.currency,
    work_open_rows.due_at,
    work_open_rows.due_on,
    runs.run_id as first_run_id
from work_open_rows
left join internal.open_items as known
    on
        work_open_rows.side = known.side
        and work_open_rows.item_id = known.item_id
        and work_open_rows.leg = known.leg
left join internal.runs on known.opened_run_number = runs.run_number;
