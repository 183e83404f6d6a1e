-- Adds the matched lines of touched payments: a payment is decided as a whole, or not at all.
--
-- Binds:   account_id (integer).
insert into work_known_statement (
    item_id, origin, payment_key, event_reference, type, economic_type, amount_minor, currency,
    fee_minor, tax_minor, net_minor, net_currency, dated_at, dated_on, line_scope, line_key, occurrence
)
select
    statement_lines.item_id,
    'sibling' as origin,
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
from work_sibling_lines as siblings
inner join statement_lines on siblings.item_id = statement_lines.item_id
where
    statement_lines.account_id = %(account_id)s
    and statement_lines.is_expected
    and statement_lines.type <> 'unknown'
    and statement_lines.item_id not in (select item_id from work_replaced_items);
