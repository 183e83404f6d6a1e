-- What could the run not compare, and how much of it was there?
--
-- Grain:   one row per leg, currency and measure.
-- Binds:   none; reads the workspace.
select
    leg,
    currency,
    what,
    lines,
    amount_minor
from work_run_not_compared
order by leg, currency, what
