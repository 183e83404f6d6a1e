-- One hash over what the extract brought, whatever the order in which the source gave it.
--
-- Grain:   one row.
select
    encode(
        sha256(coalesce(string_agg(
            convert_to(change || chr(31) || ledger_id || chr(31), 'UTF8') || row_sha256,
            ''::bytea order by ledger_id, change
        ), ''::bytea)),
        'hex'
    ) as extract_sha256,
    count(*)::bigint as changes
from work_ledger_changes;
