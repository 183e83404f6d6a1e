-- The statement lines that are decided anew: new, changed, open at the head, or beside such a one.
--
-- Grain:   one row per statement line that is expected in the ledger, or of unknown type.
create view work_pool_statement as
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
    booked_on as dated_on,
    line_scope,
    line_key,
    occurrence
from work_line_changes
where change in ('new', 'changed') and (is_expected or type = 'unknown')
union all
select
    item_id,
    origin,
    payment_key,
    event_reference,
    type,
    economic_type,
    amount_minor,
    currency,
    fee_minor,
    tax_minor,
    net_minor,
    net_currency,
    dated_at,
    dated_on,
    line_scope,
    line_key,
    occurrence
from work_known_statement;
