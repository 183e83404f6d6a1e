-- Statement lines that take part by themselves: new, changed, or open at the head.
--
-- Grain:   one row per statement line that is expected in the ledger, or of unknown type.
-- Binds:   account_id (integer).
create unlogged table work_pool_statement as
select
    item_id,
    case when change = 'new' then 'new' else 'changed' end as origin,
    payment_key,
    event_reference,
    type,
    economic_type,
    case when type = 'unknown' then coalesce(gross_minor, net_minor) else gross_minor end as amount_minor,
    case when type = 'unknown' then coalesce(gross_currency, net_currency) else gross_currency end as currency,
    fee_minor,
    tax_minor,
    net_minor,
    net_currency,
    booked_at as dated_at,
    booked_on as dated_on
from work_line_changes
where change in ('new', 'changed') and (is_expected or type = 'unknown')
union all
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
    statement_lines.booked_on as dated_on
from internal.open_items
inner join internal.statement_lines
    on
        open_items.item_id = statement_lines.item_id
        and statement_lines.account_id = %(account_id)s
where
    open_items.account_id = %(account_id)s
    and open_items.leg = 'ledger_statement'
    and open_items.side = 'statement'
    and open_items.item_id not in (
        select old_item_id from work_line_changes
        where change in ('changed', 'withdrawn')
    );
