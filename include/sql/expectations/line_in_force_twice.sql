-- Which lines are in force more than once under the provider's own key?
--
-- Grain:   one row per line that has a twin.
-- Binds:   none; {batch} is what Great Expectations puts there: the lines under test.
--
-- The unique index holds within a volume; this holds over all of them.
with

lines as (

    select * from {batch}

)

select
    lines.statement_file,
    lines.statement_row,
    lines.line_key,
    lines.occurrence
from lines
where exists (
    select from internal.statement_lines as twins
    where
        twins.account_id = lines.account_id
        and twins.line_scope = lines.line_scope
        and twins.line_key = lines.line_key
        and twins.occurrence = lines.occurrence
        and twins.last_run_number is null
        and twins.item_id <> lines.item_id
)
