-- How many lines has each statement, and which days do they prove?
--
-- Grain:   updates the statements given.
-- Binds:   statement_ids (bigint[]); covers_until (timestamptz): the end of an API read, NULL for a file.
with

described as (

    select
        statement_id,
        count(*) as lines,
        min(booked_on) filter (where is_expected) as covers_from,
        max(booked_on) filter (where is_expected) as covers_to
    from work_statement_lines
    where statement_id = any(%(statement_ids)s::bigint[])
    group by statement_id

)

update internal.statements as statements
set
    lines = described.lines,
    covers_from = described.covers_from,
    covers_to = described.covers_to,
    covers_until = %(covers_until)s::timestamptz
from described
where statements.statement_id = described.statement_id
