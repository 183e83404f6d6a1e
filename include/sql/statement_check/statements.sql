-- What did the gate say of the statements of a file?
--
-- Grain:   one row per statement and currency, in the order of the file.
-- Binds:   delivery_id (bigint).
select
    statements.statement_id,
    statements.statement_key,
    statements.sequence_number,
    statements.covers_from,
    statements.covers_to,
    statements.lines,
    statements.notices,
    statements.proved_by,
    totals.currency,
    totals.opening_minor,
    totals.closing_minor,
    totals.net_minor
from internal.statements
left join (
    select
        statement_id,
        currency,
        max(control_minor) filter (where measure = 'opening') as opening_minor,
        max(control_minor) filter (where measure = 'closing') as closing_minor,
        max(control_minor) filter (where measure = 'net') as net_minor
    from internal.statement_control_totals
    group by statement_id, currency
) as totals
    on statements.statement_id = totals.statement_id
where
    statements.delivery_id = %(delivery_id)s
    and statements.state = 'accepted'
order by statements.statement_id, totals.currency
