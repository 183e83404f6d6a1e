-- Which row of the correction log is the last that this run knows?
--
-- Grain:   one row; NULL where the log is empty.
-- Binds:   none.
create unlogged table work_log_head as
select
    last.sequence_number,
    last.entry_sha256
from (values (true)) as here (is_so)
left join (
    select
        sequence_number,
        entry_sha256
    from internal.correction_log
    order by sequence_number desc
    limit 1
) as last on true;
