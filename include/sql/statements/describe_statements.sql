-- How many lines has each statement, and which days do they prove?
--
-- Grain:   updates the statements of the delivery.
-- Binds:   none.
with

described as (

    select
        statement_id,
        count(*) as lines,
        coalesce(min(booked_on) filter (where is_expected), min(booked_on)) as covers_from,
        coalesce(max(booked_on) filter (where is_expected), max(booked_on)) as covers_to
    from work_new_lines
    group by statement_id

)

update internal.statements as statements
set
    lines = described.lines,
    covers_from = described.covers_from,
    covers_to = described.covers_to
from described
where statements.statement_id = described.statement_id
