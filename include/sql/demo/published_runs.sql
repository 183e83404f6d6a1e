-- How many runs has the warehouse published, and how many of accounts that are not the demo's?
--
-- Grain:   one row.
-- Binds:   accounts (text[]): the demo's, each as psp/account.
select
    count(*) as published_runs,
    count(*) filter (where psp || '/' || account <> all(%(accounts)s::text[])) as runs_of_others
from reconciliation.runs
where is_published
