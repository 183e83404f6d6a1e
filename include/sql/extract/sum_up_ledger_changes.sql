-- What did the extract bring: one hash over it, whatever the order in which the source gave it, how many
-- rows, is any not new, and when did the first and the last of them occur?
--
-- Grain:   one row.
-- Reason:  the hash of a row is made of its ledger_id as well. Hashes are sorted fast, and three of them
--          together can't be told apart in two ways, for each is as long as the others.
create unlogged table work_extract_summary as
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
    count(*)::bigint as changes,
    count(*) filter (where change <> 'new') > 0 as has_replaced,
    min(occurred_at) as first_occurred_at,
    max(occurred_at) as last_occurred_at
from work_ledger_changes;
