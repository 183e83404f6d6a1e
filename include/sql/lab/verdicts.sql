-- What does the last published run of each account say?
--
-- Grain:   one row per account that has published a run.
select
    psp,
    account,
    verdict
from reconciliation.runs
where is_head
order by psp, account
