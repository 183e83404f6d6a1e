-- Which statement does each value of the statement's column name?
--
-- Grain:   one row per value as written, in work_statement_keys; a row with an empty value where the file
--          is one statement, and for the rows without a value.
-- Binds:   has_statement and statement_is_number (boolean); key_before and key_after (text): what stands
--          around the value in the key.
create unlogged table work_statement_keys as
select
    statement as written,
    %(key_before)s::text
    || case when %(statement_is_number)s::boolean then (statement::bigint)::text else statement end
    || %(key_after)s::text as statement_key,
    case when %(statement_is_number)s::boolean then statement::bigint end as sequence_number,
    string_agg(distinct account, ', ') as account
from work_control
where
    %(has_statement)s::boolean
    and (statement ~ '^[0-9]{1,18}$' or not %(statement_is_number)s::boolean)
    and statement is not null
group by statement
union all
select
    '' as written,
    days.first_day || ' to ' || days.last_day as statement_key,
    null::bigint as sequence_number,
    (select string_agg(distinct account, ', ') from work_control) as account
from (
    select
        min(own.booked_on) as first_day,
        max(own.booked_on) as last_day
    from (
        select booked_on
        from work_written_times
        where
            is_booking
            and not %(has_statement)s::boolean
        union all
        -- Of the rows without a value alone: in a longer file the same ones have the same key.
        select times.booked_on
        from work_raw_rows as raw
        inner join work_written_times as times
            on raw.written_time = times.written_time
        where
            times.is_booking
            and raw.statement is null
            and %(has_statement)s::boolean
            and exists (select from work_control where statement is null)
    ) as own
) as days
where
    not %(has_statement)s::boolean
    or exists (select from work_control where statement is null)
