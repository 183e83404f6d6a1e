-- Adds the lines that are matched provisionally at the head: every run decides them again.
--
-- Grain:   one row per statement line.
-- Binds:   account_id (integer), leg (text).
insert into work_known_statement (
    item_id, origin, payment_key, event_reference, type, economic_type, amount_minor, currency,
    fee_minor, tax_minor, net_minor, net_currency, dated_at, dated_on, line_scope, line_key, occurrence
)
select
    statement_lines.item_id,
    'provisional' as origin,
    statement_lines.payment_key,
    statement_lines.event_reference,
    statement_lines.type,
    statement_lines.economic_type,
    statement_lines.gross_minor,
    statement_lines.gross_currency,
    statement_lines.fee_minor,
    statement_lines.tax_minor,
    statement_lines.net_minor,
    statement_lines.net_currency,
    statement_lines.booked_at,
    statement_lines.booked_on,
    statement_lines.line_scope,
    statement_lines.line_key,
    statement_lines.occurrence
from internal.provisional_members
inner join statement_lines
    on
        provisional_members.item_id = statement_lines.item_id
        and statement_lines.account_id = %(account_id)s
where
    provisional_members.account_id = %(account_id)s
    and provisional_members.leg = %(leg)s
    and provisional_members.side = 'statement'
    and provisional_members.item_id not in (select item_id from work_replaced_items);
