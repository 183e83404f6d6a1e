-- Where does the correction log end?
--
-- Grain:   one row, or none where the log is empty.
-- Binds:   none.
select
    sequence_number,
    entry_sha256
from internal.correction_log
order by sequence_number desc
limit 1
