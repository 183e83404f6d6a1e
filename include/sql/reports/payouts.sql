-- How many payouts does the run speak of, in which state, and what do they come to?
--
-- Grain:   one row per currency, state and state at the bank.
-- Binds:   none; reads the workspace.
select
    currency,
    state,
    bank_state,
    count(*) as batches,
    sum(payout_minor)::bigint as payout_minor,
    sum(carried_out_minor)::bigint as carried_out_minor,
    sum(unexplained_minor)::bigint as unexplained_minor
from work_told_payouts
group by currency, state, bank_state
order by currency, state, bank_state
