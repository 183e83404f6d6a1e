-- Which statements of this account does a refused file seem to hold?
--
-- Grain:   one row per statement, the first twenty.
-- Binds:   account (text): NULL for any; file_key (text): the key of what only its days name, where not all of
--          them can be read, else NULL; has_account, has_statement, statement_is_number,
--          statement_is_payout (boolean); key_before and key_after (text): what stands around the value in the key.
--          Reads work_written_times.
with

own as (

    select
        statement,
        written_time
    from work_raw_rows
    where account = %(account)s::text or %(account)s::text is null or not %(has_account)s::boolean

),

days as (

    select
        min(times.booked_on) as first_day,
        max(times.booked_on) as last_day
    from own
    inner join work_written_times as times
        on own.written_time = times.written_time
    where
        times.is_booking
        and (own.statement is null or not %(has_statement)s::boolean)

)

select
    %(key_before)s::text
    || case when %(statement_is_number)s::boolean then (statement::bigint)::text else statement end
    || %(key_after)s::text as statement_key,
    case when %(statement_is_number)s::boolean then statement::bigint end as sequence_number
from own
where
    (statement ~ '^[0-9]{1,18}$' or not %(statement_is_number)s::boolean)
    and statement is not null
group by statement
union all
select
    coalesce(%(file_key)s::text, first_day || ' to ' || last_day) as statement_key,
    null as sequence_number
from days
where
    (first_day is not null or %(file_key)s::text is not null)
    and (not %(has_statement)s::boolean or %(statement_is_payout)s::boolean)
order by sequence_number, statement_key
limit 20
