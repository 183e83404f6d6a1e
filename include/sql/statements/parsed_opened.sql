-- Which statements does the file hold, and what does each state?
--
-- Grain:   one row per statement, in the order of the file.
-- Binds:   none.
select
    own_key as statement_key,
    max(sequence_number) as sequence_number,
    max(version_stamp) as version_stamp,
    max(account) as account,
    array_agg(page_number order by page_number) as pages
from work_parsed_statements
group by own_key
order by min(page_number)
