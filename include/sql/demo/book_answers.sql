-- What did each check of each book answer last?
--
-- Grain:   one row per check that was asked.
-- Binds:   none.
select distinct on (book, check_name)
    book,
    check_name,
    outcome,
    problem
from reconciliation.check_runs
order by book, check_name, check_run_id desc
