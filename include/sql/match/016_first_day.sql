-- From which day on is a statement due: the first day that this account's chain knows of.
--
-- Grain:   one row.
-- Binds:   account_id (integer), zone (text), window_start (timestamptz).
select
    least(
        (
            select min(covers_from) from internal.statements
            where account_id = %(account_id)s and state in ('accepted', 'in_force')
        ),
        timezone(%(zone)s, coalesce(
            (
                select min(window_start) from internal.runs
                where account_id = %(account_id)s and is_published
            ),
            %(window_start)s
        ))::date
    ) as first_day;
