-- How do the fees of this run's lines stand to the declared schedule?
--
-- Grain:   one row per currency.
-- Binds:   none; reads the workspace.
select
    currency,
    lines,
    charged_minor,
    expected_minor,
    overcharged_lines,
    overcharged_minor,
    undercharged_lines,
    undercharged_minor,
    lines_without_rule,
    lines_without_fee
from work_run_fees
order by currency
