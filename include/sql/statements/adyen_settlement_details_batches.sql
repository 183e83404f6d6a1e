-- Which statements does the file hold?
--
-- Grain:   one row per batch.
-- Binds:   none.
select
    'batch ' || batch_number::bigint as statement_key,
    batch_number::bigint as sequence_number,
    null::text as version_stamp
from work_control
where batch_number ~ '^[0-9]{1,18}$'
group by batch_number::bigint
order by batch_number::bigint
