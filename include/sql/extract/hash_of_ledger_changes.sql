-- One hash over what the extract brought, whatever the order in which the source gave it.
--
-- Grain:   one row.
-- Reason:  the hash of a row is made of its ledger_id as well. Hashes are sorted fast, and three of them
--          together can't be told apart in two ways, for each is as long as the others.
select
    encode(
        sha256(
            sha256(coalesce(string_agg(row_sha256, ''::bytea order by row_sha256) filter (where change = 'new'), ''))
            || sha256(
                coalesce(string_agg(row_sha256, ''::bytea order by row_sha256) filter (where change = 'changed'), '')
            )
            || sha256(
                coalesce(string_agg(row_sha256, ''::bytea order by row_sha256) filter (where change = 'vanished'), '')
            )
        ),
        'hex'
    ) as extract_sha256,
    count(*)::bigint as changes
from work_ledger_changes;
