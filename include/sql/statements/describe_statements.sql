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
    from (
        select
            work_new_lines.statement_id,
            -- A row dated after its delivery proves nothing of the days in between.
            case
                when work_new_lines.booked_at < deliveries.received_at + interval '1 day'
                    then work_new_lines.booked_on
            end as booked_on,
            work_new_lines.is_expected
        from work_new_lines
        inner join internal.statements on work_new_lines.statement_id = statements.statement_id
        inner join internal.deliveries on statements.delivery_id = deliveries.delivery_id
    ) as dated_lines
    group by statement_id

)

update internal.statements as statements
set
    lines = described.lines,
    covers_from = described.covers_from,
    covers_to = described.covers_to
from described
where statements.statement_id = described.statement_id
