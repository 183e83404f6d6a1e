-- Which statements does the file hold?
--
-- Grain:   one row per statement.
-- Binds:   none. Reads work_statement_keys.
select distinct
    statement_key,
    sequence_number,
    null::text as version_stamp,
    account
from work_statement_keys
order by sequence_number, statement_key
