-- Opening + new + reopened - cleared + restated is closing, in rows and in money.
--
-- Grain:   one row per side and currency where it is not.
select
    leg || ', ' || side || ' side, ' || currency as what,
    opening_minor + new_minor + reopened_minor - cleared_minor + restated_minor as expected,
    closing_minor as found
from work_run_rolls
where
    opening_minor + new_minor + reopened_minor - cleared_minor + restated_minor <> closing_minor
    or opening_rows + new_rows + reopened_rows - cleared_rows + restated_rows <> closing_rows
order by what;
