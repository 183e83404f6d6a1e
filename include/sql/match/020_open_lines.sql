-- Statement lines in force that take part: those open at the head. Matched ones may join them.
--
-- Grain:   one row per statement line.
-- Binds:   account_id (integer), leg (text).
create unlogged table work_known_statement as
select
    statement_lines.item_id,
    'open' as origin,
    statement_lines.payment_key,
    statement_lines.event_reference,
    statement_lines.type,
    statement_lines.economic_type,
    case when statement_lines.type = 'unknown' then coalesce(statement_lines.gross_minor, statement_lines.net_minor) else statement_lines.gross_minor end as amount_minor,
    case when statement_lines.type = 'unknown' then coalesce(statement_lines.gross_currency, statement_lines.net_currency) else statement_lines.gross_currency end as currency,
    statement_lines.fee_minor,
    statement_lines.tax_minor,
    statement_lines.net_minor,
    statement_lines.net_currency,
    statement_lines.booked_at as dated_at,
    statement_lines.booked_on as dated_on,
    statement_lines.line_scope,
    statement_lines.line_key,
    statement_lines.occurrence
from internal.open_items
inner join statement_lines
    on
        open_items.item_id = statement_lines.item_id
        and statement_lines.account_id = %(account_id)s
where
    open_items.account_id = %(account_id)s
    and open_items.leg = %(leg)s
    and open_items.side = 'statement'
    and open_items.item_id not in (select item_id from work_replaced_items);
