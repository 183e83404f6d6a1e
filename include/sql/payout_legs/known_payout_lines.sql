-- Which payout lines are in force, where the leg begins and knows none of them?
--
-- Grain:   one row per line.
-- Binds:   account_id (integer).
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
from internal.statement_lines
where
    account_id = %(account_id)s
    and last_run_number is null
    and type = 'payout'
    and item_id not in (
        select old_item_id from work_staged_lines where change in ('changed', 'withdrawn')
    );
