-- A ledger_id names one ledger transaction; the rows say which the source gave twice.
--
-- Grain:   one row per ledger_id that came more than once, at most 5.
select
    ledger_id,
    count(*)::bigint as rows
from work_ledger_extract
group by ledger_id
having count(*) > 1
order by ledger_id
limit 5;
