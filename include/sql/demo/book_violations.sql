-- Which rows break the checks of the books, as they were last asked?
--
-- Grain:   one row per row that breaks a check.
-- Binds:   none.
select
    violations.book,
    violations.check_name as "check",
    violations.object,
    violations.currency,
    violations.amount_minor
from reconciliation.violations
where
    violations.check_run_id in (
        select max(check_run_id) from reconciliation.check_runs group by book, check_name
    )
order by violations.book, violations.check_name, violations.place
