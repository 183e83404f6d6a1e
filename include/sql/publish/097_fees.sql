-- Stores how the fees of this run's lines stand to the declared schedule.
--
-- Binds:   run_number (bigint).
insert into internal.run_fees (
    run_number, currency, lines, charged_minor, expected_minor, overcharged_lines, overcharged_minor,
    undercharged_lines, undercharged_minor, lines_without_rule, lines_without_fee
)
select
    %(run_number)s,
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
from work_run_fees;
