-- Ledger rows of the pool with their payment, and the day on which each is due.
--
-- Grain:   one row per ledger candidate.
-- Binds:   zone (text), ledger_grace (interval).
create unlogged table work_pool_ledger as
select
    work_ledger_candidates.item_id,
    work_ledger_candidates.origin,
    coalesce(work_ledger_payments.payment_key, work_ledger_candidates.psp_reference) as payment_key,
    work_ledger_candidates.event_reference,
    work_ledger_candidates.type,
    work_ledger_candidates.economic_type,
    work_ledger_candidates.moves_money,
    work_ledger_candidates.amount_minor,
    work_ledger_candidates.currency,
    work_ledger_candidates.fee_minor,
    work_ledger_candidates.tax_minor,
    work_ledger_candidates.occurred_at as dated_at,
    work_calendar.day as dated_on,
    work_ledger_candidates.settles_on,
    coalesce(work_ledger_candidates.settles_on, work_calendar.settles_on) as due_on,
    case
        when work_ledger_candidates.settles_on is null then work_calendar.due_at
        else timezone(%(zone)s, (work_ledger_candidates.settles_on + 1)::timestamp) + %(ledger_grace)s
    end as due_at
from work_ledger_candidates
left join work_ledger_payments on work_ledger_candidates.item_id = work_ledger_payments.item_id
inner join work_calendar on timezone(%(zone)s, work_ledger_candidates.occurred_at)::date = work_calendar.day;
