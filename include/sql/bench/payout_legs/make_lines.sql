-- Makes the staged lines of so many payouts: each a batch of so many lines and the payout of them.
--
-- Grain:   one row per line. A payment of every 997th batch is a cent short of what was paid.
-- Binds:   payouts, lines (integer): how many batches, and how many lines each has.
create unlogged table work_line_changes as
select
    'new'::text as change,
    batch * 10000::bigint + place as item_id,
    null::bigint as old_item_id,
    null::bigint as statement_id,
    'batch ' || batch as line_scope,
    case place when 0 then 'payout' else 'settled|P' || batch || '-' || place end as line_key,
    1 as occurrence,
    case place when 0 then 'MerchantPayout' else 'Settled' end as provider_type,
    case place when 0 then 'payout' else 'payment' end as type,
    case place when 0 then 'payout' else 'payment' end as economic_type,
    place > 0 as is_expected,
    'P' || batch || '-' || place as payment_key,
    case when place > 0 then 'P' || batch || '-' || place end as psp_reference,
    case when place > 0 then 'C' || batch || '-' || place end as event_reference,
    case when place > 0 then 'order-' || batch || '-' || place end as merchant_reference,
    case place when 0 then 'TX' || batch || 'XT' end as payout_reference,
    null::jsonb as further_references,
    case when place > 0 then 1000::bigint + place end as gross_minor,
    case when place > 0 then 'EUR' end as gross_currency,
    case when place > 0 then 10::bigint end as fee_minor,
    null::bigint as tax_minor,
    case
        when place = 0 then -(990::bigint * %(lines)s + %(lines)s::bigint * (%(lines)s + 1) / 2)
        else 990::bigint + place - case when place = 1 and batch %% 997 = 0 then 1 else 0 end
    end as net_minor,
    'EUR'::text as net_currency,
    '2026-03-02 20:00+00'::timestamptz + (batch %% 3600) * interval '1 second' as booked_at,
    '2026-03-02'::date as booked_on,
    'CET'::text as source_zone,
    null::date as value_date,
    place + 1 as row_number
from generate_series(1, %(payouts)s) as batches (batch)
cross join generate_series(0, %(lines)s) as places (place);
