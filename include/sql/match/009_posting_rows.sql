-- Which ledger rows post a correction, now or since an earlier run?
--
-- Grain:   one row per ledger row.
-- Binds:   account_id (integer).
select ledger_id
from work_posted_corrections
union
select named.ledger_id #>> '{}'
from internal.corrections
cross join lateral jsonb_path_query(
    internal.json_object_of(corrections.posting), '$.ledger_ids[*] ? (@.type() == "string")'
) as named (ledger_id)
where corrections.account_id = %(account_id)s and corrections.posted_as in ('confirmed', 'posted_otherwise')
order by ledger_id
