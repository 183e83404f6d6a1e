-- Which payout lines arrive?
--
-- Grain:   one row per line.
-- Reason:  in a pass of its own, which two processes share.
create unlogged table work_payout_lines as
select
    item_id as payout_item_id,
    line_scope,
    line_key,
    occurrence,
    payout_reference,
    coalesce(net_currency, gross_currency) as currency,
    -(coalesce(net_minor, gross_minor) + coalesce(fee_minor, 0) + coalesce(tax_minor, 0)) as amount_minor,
    booked_at,
    booked_on
from work_staged_lines
where change in ('new', 'changed') and type = 'payout';
