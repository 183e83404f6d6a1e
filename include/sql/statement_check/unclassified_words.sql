-- Which type words of the file does its format not know?
--
-- Grain:   one row per statement and type word, the most frequent first.
-- Binds:   none.
select
    statement_id,
    provider_type,
    count(*) as lines
from work_statement_lines
where type = 'unknown'
group by statement_id, provider_type
order by statement_id, lines desc, provider_type
