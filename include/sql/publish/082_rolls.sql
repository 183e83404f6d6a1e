-- Stores the roll-forward of open items.
--
-- Binds:   run_number (bigint).
insert into internal.run_rolls (
    run_number, leg, side, currency, opening_rows, opening_minor, new_rows, new_minor,
    reopened_rows, reopened_minor, cleared_rows, cleared_minor, restated_rows, restated_minor,
    closing_rows, closing_minor
)
select
    %(run_number)s,
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
from work_run_rolls;
