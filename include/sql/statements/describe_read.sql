-- How many lines has the read, and which whole days does it prove?
--
-- Grain:   updates the statements given.
-- Binds:   statement_ids (bigint[]); read_from, covers_until (timestamptz): the range, half-open; zone (text).
update internal.statements as statements
set
    lines = (
        select count(*)
        from work_statement_lines as lines
        where lines.statement_id = statements.statement_id
    ),
    covers_from = (((%(read_from)s::timestamptz at time zone %(zone)s::text) + interval '1 day' - interval '1 microsecond'))::date,
    covers_to = (%(covers_until)s::timestamptz at time zone %(zone)s::text)::date - 1,
    covers_until = %(covers_until)s::timestamptz
where statements.statement_id = any(%(statement_ids)s::bigint[])
