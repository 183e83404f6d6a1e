-- The floor: what the lines of each payout come to, what was paid, and what the bank has; nothing else.
--
-- Grain:   one row per payout.
-- Binds:   bank_account_id (integer).
create unlogged table work_floor as
select
    payouts.line_scope,
    payouts.net_currency,
    payouts.net_minor,
    payouts.paid_minor,
    bank.net_minor as bank_minor
from (
    select
        line_scope,
        net_currency,
        sum(net_minor) filter (where type <> 'payout') as net_minor,
        -sum(net_minor) filter (where type = 'payout') as paid_minor,
        max(payout_reference) as payout_reference
    from work_line_changes
    group by line_scope, net_currency
) as payouts
left join internal.statement_lines as bank
    on
        payouts.payout_reference = bank.merchant_reference
        and bank.account_id = %(bank_account_id)s
        and bank.last_run_number is null;
