-- The statement lines that are decided anew, with their keys.
--
-- Grain:   one row per line; a view that matches and fees are written from.
create or replace view work_proof_lines as
select
    item_id,
    line_scope,
    line_key,
    occurrence,
    coalesce(gross_currency, net_currency) as currency,
    gross_minor as amount_minor,
    net_currency as fee_currency,
    fee_minor,
    tax_minor,
    gross_minor is null as lacks_amount,
    change as origin,
    booked_at as dated_at
from work_line_changes
where change in ('new', 'changed')
union all
select
    item_id,
    line_scope,
    line_key,
    occurrence,
    coalesce(currency, net_currency),
    amount_minor,
    net_currency,
    fee_minor,
    tax_minor,
    amount_minor is null,
    case origin when 'sibling' then 'matched' else origin end,
    dated_at
from work_known_statement;
