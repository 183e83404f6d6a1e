-- A ledger_id names one ledger transaction; the rows say which the source gave twice.
--
-- Grain:   one row per ledger_id that came more than once, at most 5.
-- Reason:  sorting hashes costs a third of counting texts; the few ids whose hash is shared are counted.
with

shared as materialized (

    select id_hash
    from (
        select hashtextextended(ledger_id, 0) as id_hash
        from work_ledger_extract
        order by id_hash
        offset '0'::bigint
    ) as hashes
    group by id_hash
    having count(*) > 1

)

select
    ledger_id,
    count(*)::bigint as rows
from work_ledger_extract
where hashtextextended(ledger_id, 0) in (select shared.id_hash from shared)
group by ledger_id
having count(*) > 1
order by ledger_id
limit 5;
