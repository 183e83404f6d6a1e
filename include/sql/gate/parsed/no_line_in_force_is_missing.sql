-- Lines in force in the range that a complete read of it no longer has: what an API has told does not vanish.
--
-- Grain:   one row per missing line, the first ten; no row means the promise holds.
-- Binds:   account_id (integer); read_from, read_to (timestamptz): half-open; line_scope (text).
select
    null::integer as row_number,
    'id' as column_name,
    lines.line_key || ', which an earlier read had' as expected,
    'nothing' as found
from internal.statement_lines as lines
left join work_raw_rows as raw
    on lines.line_key = raw.line_key
where
    %(line_scope)s::text = 'account'
    and lines.account_id = %(account_id)s
    and lines.line_scope = ''
    and lines.last_run_number is null
    and lines.booked_at >= %(read_from)s::timestamptz
    and lines.booked_at < %(read_to)s::timestamptz
    and raw.line_key is null
order by lines.line_key
limit 10
