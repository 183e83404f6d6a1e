-- Which keys may lines of one statement share?
--
-- Grain:   one row per hash of a key that occurs more than once, in work_equal_keys; two keys with one
--          hash only cost a comparison.
-- Binds:   none.
-- Reason:  sorting so many different numbers costs a third of what a table of them does.
create unlogged table work_equal_keys as
select key_hash
from (
    select hashtextextended(line_key, 0) as key_hash
    from work_new_lines
    order by key_hash
    offset '0'::bigint
) as hashes
group by key_hash
having count(*) > 1
