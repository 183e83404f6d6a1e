-- The gateway as the left side of a leg: captures, sales and refunds that took place.
--
-- Reason:  what moved no money, and what is expected on no leg of money, is counted and not summed.
create view work_left_versions as
select
    *,
    case
        when type = 'unknown' or (moves_money is null and (type in ('capture', 'sale') or type = any((select money_types from work_leg)::text[])))
            then 'unknown'
        when moves_money and (type in ('capture', 'sale') or type = any((select money_types from work_leg)::text[]))
            then 'moves'
        else 'idle'
    end as effect
from work_gateway_versions;

create view work_left_known as
select
    *,
    case
        when type = 'unknown' or (moves_money is null and (type in ('capture', 'sale') or type = any((select money_types from work_leg)::text[])))
            then 'unknown'
        when moves_money and (type in ('capture', 'sale') or type = any((select money_types from work_leg)::text[]))
            then 'moves'
        else 'idle'
    end as effect
from work_gateway_known;

create view statement_lines as
select
    item_id,
    account_id,
    null::bigint as statement_id,
    'gateway'::text as line_scope,
    ledger_id as line_key,
    1 as occurrence,
    status as provider_type,
    case when effect = 'unknown' then 'unknown' else case when type in ('capture', 'sale') then 'payment' else type end end as type,
    case when type in ('capture', 'sale') then 'payment' else type end as economic_type,
    effect = 'moves' as is_expected,
    payment_key,
    psp_reference,
    event_reference,
    merchant_reference,
    null::text as payout_reference,
    null::jsonb as further_references,
    case when effect <> 'idle' then amount_minor end as gross_minor,
    currency as gross_currency,
    null::bigint as fee_minor,
    null::bigint as tax_minor,
    null::bigint as net_minor,
    null::text as net_currency,
    occurred_at as booked_at,
    timezone('UTC', occurred_at)::date as booked_on,
    'UTC'::text as source_zone,
    null::date as value_date,
    null::integer as row_number,
    last_run_number
from work_left_known;

create view work_line_changes as
select
    change,
    item_id,
    old_item_id,
    null::bigint as statement_id,
    'gateway'::text as line_scope,
    ledger_id as line_key,
    1 as occurrence,
    status as provider_type,
    case when effect = 'unknown' then 'unknown' else case when type in ('capture', 'sale') then 'payment' else type end end as type,
    case when type in ('capture', 'sale') then 'payment' else type end as economic_type,
    effect = 'moves' as is_expected,
    payment_key,
    psp_reference,
    event_reference,
    merchant_reference,
    null::text as payout_reference,
    null::jsonb as further_references,
    case when effect <> 'idle' then amount_minor end as gross_minor,
    currency as gross_currency,
    null::bigint as fee_minor,
    null::bigint as tax_minor,
    null::bigint as net_minor,
    null::text as net_currency,
    occurred_at as booked_at,
    timezone('UTC', occurred_at)::date as booked_on,
    'UTC'::text as source_zone,
    null::date as value_date,
    null::integer as row_number
from work_left_versions
union all
select
    'withdrawn',
    null,
    known.item_id,
    known.statement_id,
    known.line_scope,
    known.line_key,
    known.occurrence,
    known.provider_type,
    known.type,
    known.economic_type,
    known.is_expected,
    known.payment_key,
    known.psp_reference,
    known.event_reference,
    known.merchant_reference,
    known.payout_reference,
    known.further_references,
    known.gross_minor,
    known.gross_currency,
    known.fee_minor,
    known.tax_minor,
    known.net_minor,
    known.net_currency,
    known.booked_at,
    known.booked_on,
    known.source_zone,
    known.value_date,
    known.row_number
from work_gateway_vanished as vanished
inner join statement_lines as known on vanished.old_item_id = known.item_id;
