-- Batches as the left side of a leg: what their lines come to.
--
-- Reason:  where the provider tells no membership the lines are not allotted to a payout: the day's
--          change of the running balance is expected on no other side. So is a batch of nothing, and a
--          payout without a row, which nothing here can prove; what is in no such payout yet waits.
create view statement_lines as
select
    known.item_id,
    known.account_id,
    null::bigint as statement_id,
    'payouts'::text as line_scope,
    known.batch || ' ' || known.currency as line_key,
    1 as occurrence,
    known.basis as provider_type,
    'payout ' || known.currency as type,
    'payout ' || known.currency as economic_type,
    case known.basis
        when 'running_balance' then false
        when 'sum_of_lines' then known.batch = '' and known.net_minor <> known.paid_minor
        else known.net_minor <> 0 or known.paid_minor <> 0
    end as is_expected,
    known.batch as payment_key,
    known.batch as psp_reference,
    null::text as event_reference,
    null::text as merchant_reference,
    null::text as payout_reference,
    null::jsonb as further_references,
    case
        when known.basis in ('running_balance', 'sum_of_lines') then known.net_minor - known.paid_minor
        else known.net_minor
    end as gross_minor,
    known.currency as gross_currency,
    null::bigint as fee_minor,
    null::bigint as tax_minor,
    null::bigint as net_minor,
    null::text as net_currency,
    known.last_booked_at as booked_at,
    known.booked_on,
    'UTC'::text as source_zone,
    null::date as value_date,
    null::integer as row_number,
    known.last_run_number
from internal.payout_waterfalls as known
where not (select begins from work_leg);

create view work_line_changes as
select
    changes.change,
    case when changes.change <> 'withdrawn' then changes.item_id end as item_id,
    changes.old_item_id,
    null::bigint as statement_id,
    'payouts'::text as line_scope,
    changes.batch || ' ' || changes.currency as line_key,
    1 as occurrence,
    (select basis from work_payout_leg) as provider_type,
    'payout ' || changes.currency as type,
    'payout ' || changes.currency as economic_type,
    case (select basis from work_payout_leg)
        when 'running_balance' then false
        when 'sum_of_lines' then changes.batch = '' and changes.net_minor <> changes.paid_minor
        else changes.net_minor <> 0 or changes.paid_minor <> 0
    end as is_expected,
    changes.batch as payment_key,
    changes.batch as psp_reference,
    null::text as event_reference,
    null::text as merchant_reference,
    null::text as payout_reference,
    null::jsonb as further_references,
    case
        when (select basis from work_payout_leg) in ('running_balance', 'sum_of_lines')
            then changes.net_minor - changes.paid_minor
        else changes.net_minor
    end as gross_minor,
    changes.currency as gross_currency,
    null::bigint as fee_minor,
    null::bigint as tax_minor,
    null::bigint as net_minor,
    null::text as net_currency,
    changes.last_booked_at as booked_at,
    changes.booked_on,
    'UTC'::text as source_zone,
    null::date as value_date,
    null::integer as row_number
from work_waterfall_changes as changes;
