-- Makes the staged lines of so many payouts: each a batch of so many lines and the payout of them.
--
-- Grain:   one row per line, those of a batch together as a statement has them. A payment of every
--          997th batch is a cent short of what was paid.
-- Binds:   payouts, lines (integer): how many batches, and how many lines each has.
insert into work_statement_lines (
    item_id, payment_key, statement_id, line_scope, line_key, occurrence, provider_type, type, economic_type,
    is_expected, psp_reference, event_reference, merchant_reference, payout_reference, gross_minor,
    gross_currency, fee_minor, net_minor, net_currency, booked_at, booked_on, source_zone, row_number
)
select
    batch * 10000::bigint + place,
    'P' || batch || '-' || place,
    1,
    'batch ' || batch,
    case place when 0 then 'payout' else 'settled|P' || batch || '-' || place end,
    1,
    case place when 0 then 'MerchantPayout' else 'Settled' end,
    case place when 0 then 'payout' else 'payment' end,
    case place when 0 then 'payout' else 'payment' end,
    place > 0,
    case when place > 0 then 'P' || batch || '-' || place end,
    case when place > 0 then 'C' || batch || '-' || place end,
    case when place > 0 then 'order-' || batch || '-' || place end,
    case place when 0 then 'TX' || batch || 'XT' end,
    case when place > 0 then 1000::bigint + place end,
    case when place > 0 then 'EUR' end,
    case when place > 0 then 10::bigint end,
    case
        when place = 0 then -(990::bigint * %(lines)s + %(lines)s::bigint * (%(lines)s + 1) / 2)
        else 990::bigint + place - case when place = 1 and batch %% 997 = 0 then 1 else 0 end
    end,
    'EUR',
    '2026-03-02 20:00+00'::timestamptz + (batch %% 3600) * interval '1 second',
    '2026-03-02',
    'CET',
    place + 1
from (
    select
        number / (%(lines)s + 1) + 1 as batch,
        number %% (%(lines)s + 1) as place
    from generate_series(0, %(payouts)s * (%(lines)s + 1) - 1) as numbers (number)
) as places;
