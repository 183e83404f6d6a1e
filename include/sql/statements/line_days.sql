-- How many lines has each day of each statement, and does each of them tie?
--
-- Grain:   one row per statement and day, in work_line_days; the day is NULL for lines that are dated after
--          their delivery, which prove nothing of the days in between.
-- Binds:   none.
create unlogged table work_line_days as
with

-- All lines are of one delivery.
delivered as (

    select max(deliveries.received_at) as received_at
    from internal.statements
    inner join internal.deliveries on statements.delivery_id = deliveries.delivery_id
    where statements.statement_id in (select work_new_lines.statement_id from work_new_lines limit 1)

)

select
    statement_id,
    case
        when booked_at < (select received_at from delivered) + interval '1 day' then booked_on
    end as booked_on,
    count(*) as lines,
    count(*) filter (where is_expected) as expected_lines,
    bool_or(
        gross_currency = net_currency
        and gross_minor - coalesce(fee_minor, 0) - coalesce(tax_minor, 0) <> net_minor
    ) as has_untied_line
from work_new_lines
group by 1, 2
