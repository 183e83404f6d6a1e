-- Which payout lines arrive that share their reference with another one of their batch and currency?
--
-- Grain:   one row per line. {{lines}} is the part of the workspace of statement_payout.
-- Reason:  they are read again; where there is none no line is.
insert into work_payout_lines (
    payout_item_id, line_scope, line_key, occurrence, payout_reference, currency, amount_minor, booked_at, booked_on
)
select
    item_id,
    line_scope,
    line_key,
    occurrence,
    payout_reference,
    coalesce(net_currency, gross_currency),
    -(coalesce(net_minor, gross_minor) + coalesce(fee_minor, 0) + coalesce(tax_minor, 0)),
    booked_at,
    booked_on
from work_staged_lines
where
    exists (select from {lines}.work_waterfall_moves where term in ('paid_out', 'returned') and lines > 1)
    and change in ('new', 'changed')
    and type = 'payout'
    and item_id not in (select payout_item_id from work_payout_lines);
