-- Notes which head the extract is compared with.
--
-- Grain:   one row.
-- Binds:   account_id (integer).
create unlogged table work_extract_head as
select
    %(account_id)s::integer as account_id,
    coalesce(max(fencing_token), 0) as fencing_token
from internal.heads
where account_id = %(account_id)s;
