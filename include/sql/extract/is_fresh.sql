-- Is the head still the one that the extract was compared with?
--
-- Grain:   one row.
-- Binds:   account_id (integer).
select
    work_extract_head.fencing_token = coalesce(
        (select max(heads.fencing_token) from internal.heads where heads.account_id = %(account_id)s), 0
    ) as is_fresh
from work_extract_head;
