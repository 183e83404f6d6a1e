-- Rows without the value that names their statement, or where it should be a whole number and is none.
--
-- Grain:   one row per such value, at its first row; no row means the promise holds.
-- Binds:   has_statement, statement_is_number, statement_is_payout (boolean).
select
    min(first_row) as row_number,
    'statement' as column_name,
    case when %(statement_is_number)s::boolean then 'a whole number' else 'the name of the statement' end as expected,
    coalesce(statement, 'nothing') as found
from work_control
where
    %(has_statement)s::boolean
    and (
        (statement is null and not %(statement_is_payout)s::boolean)
        or (%(statement_is_number)s::boolean and statement !~ '^[0-9]{1,18}$')
    )
group by statement
order by row_number
