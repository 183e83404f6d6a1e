-- What was paid out of batches as the right side of a leg: payouts with their fees, less what came back.
--
-- Reason:  where all of it came back, or nothing was paid, there is no row: the lines are owed. Nor is
--          there one of payouts that have no row on the statement.
create view work_ledger_versions as
select
    case when changes.change = 'changed' and changes.old_paid_minor <> 0 then 'changed' else 'new' end as change,
    changes.paid_item_id as item_id,
    case when changes.change = 'changed' and changes.old_paid_minor <> 0 then changes.old_paid_item_id end
        as old_item_id,
    changes.batch || ' ' || changes.currency as ledger_id,
    changes.batch as psp_reference,
    null::text as merchant_reference,
    null::text as event_reference,
    'payout ' || changes.currency as type,
    'payout ' || changes.currency as economic_type,
    'paid'::text as status,
    true as moves_money,
    changes.paid_minor as amount_minor,
    null::bigint as fee_minor,
    null::bigint as tax_minor,
    changes.currency,
    null::date as settles_on,
    changes.last_booked_at as occurred_at,
    changes.last_booked_at as changed_at,
    null::bytea as row_sha256,
    changes.batch as payment_key
from work_waterfall_changes as changes
where
    changes.change <> 'withdrawn'
    and changes.paid_minor <> 0
    and (select basis from work_payout_leg) not in ('running_balance', 'sum_of_lines');

create view work_ledger_vanished as
select
    changes.old_paid_item_id as old_item_id,
    changes.batch || ' ' || changes.currency as ledger_id,
    null::bytea as row_sha256
from work_waterfall_changes as changes
where
    changes.old_paid_minor <> 0
    and (changes.paid_minor = 0 or changes.change = 'withdrawn')
    and (select basis from work_payout_leg) not in ('running_balance', 'sum_of_lines');

create view ledger_transactions as
select
    known.paid_item_id as item_id,
    known.account_id,
    known.batch || ' ' || known.currency as ledger_id,
    known.batch as psp_reference,
    null::text as merchant_reference,
    null::text as event_reference,
    'payout ' || known.currency as type,
    'payout ' || known.currency as economic_type,
    'paid'::text as status,
    true as moves_money,
    known.paid_minor as amount_minor,
    null::bigint as fee_minor,
    null::bigint as tax_minor,
    known.currency,
    null::date as settles_on,
    known.last_booked_at as occurred_at,
    known.last_run_number,
    known.batch as payment_key
from internal.payout_waterfalls as known
where
    not (select begins from work_leg)
    and known.basis not in ('running_balance', 'sum_of_lines')
    and known.paid_minor <> 0;
