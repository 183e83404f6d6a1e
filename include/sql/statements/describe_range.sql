-- Which whole days does a read of a range of time prove?
--
-- Grain:   updates the statements that were opened.
-- Binds:   read_from, read_to (timestamptz): the range, half-open; fixed_zone (text): of the business days.
--          Reads work_statements.
update internal.statements as statements
set
    covers_from = ((%(read_from)s::timestamptz at time zone %(fixed_zone)s::text) + interval '1 day' - interval '1 microsecond')::date,
    covers_to = (%(read_to)s::timestamptz at time zone %(fixed_zone)s::text)::date - 1,
    covers_until = %(read_to)s::timestamptz
from work_statements as opened
where statements.statement_id = opened.statement_id
