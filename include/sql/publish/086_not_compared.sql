-- Stores what could not be compared.
--
-- Binds:   run_number (bigint).
insert into internal.run_not_compared (run_number, leg, currency, what, lines, amount_minor)
select
    %(run_number)s,
    leg,
    currency,
    what,
    lines,
    amount_minor
from work_run_not_compared;
