-- How did the open items roll forward, in rows and in money?
--
-- Grain:   one row per leg, currency and side.
-- Binds:   none; reads the workspace.
select
    leg,
    side,
    currency,
    opening_rows,
    opening_minor,
    new_rows,
    new_minor,
    reopened_rows,
    reopened_minor,
    cleared_rows,
    cleared_minor,
    restated_rows,
    restated_minor,
    closing_rows,
    closing_minor
from work_run_rolls
order by leg, currency, side
