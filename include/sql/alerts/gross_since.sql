-- How much statement gross did the ledger have to answer for, between one instant and the next?
--
-- Grain:   one row per currency and place: 1 is from the first instant on, 2 from the second, and so on.
-- Binds:   account_ids (integer[]), as_ofs (timestamptz[]): where each account's lines end, exclusive;
--          instants (timestamptz[]), ascending.
-- Reason:  one pass over the lines, whatever the number of currencies; bound values let two processes
--          share it.
select
    statement_lines.gross_currency as currency,
    width_bucket(statement_lines.booked_at, %(instants)s::timestamptz[]) as place,
    sum(abs(statement_lines.gross_minor))::bigint as gross_minor
from internal.statement_lines
inner join unnest(%(account_ids)s::integer[], %(as_ofs)s::timestamptz[]) as heads (account_id, as_of)
    on statement_lines.account_id = heads.account_id
where
    statement_lines.account_id = any(%(account_ids)s::integer[])
    and statement_lines.last_run_number is null
    and statement_lines.is_expected
    and statement_lines.gross_currency is not null
    and statement_lines.booked_at >= (%(instants)s::timestamptz[])[1]
    and statement_lines.booked_at < heads.as_of
group by currency, place
