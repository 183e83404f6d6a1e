-- How do the lines that arrive change each term of each batch?
--
-- Grain:   one row per batch, currency and term; of payouts, and of what came back, one per reference;
--          of reserves one per day.
-- Binds:   basis (text: what makes a batch of this provider's lines).
-- Reason:  the only pass over the lines, which two processes share; everything after it is as small as
--          the payouts are many.
create unlogged table work_waterfall_moves as
select
    internal.batch_of(%(basis)s, line_scope, payout_reference, booked_on) as batch,
    coalesce(net_currency, gross_currency) as currency,
    internal.waterfall_term(type, economic_type, provider_type, coalesce(net_minor, gross_minor)) as term,
    case
        when type = 'payment' then null
        when type = 'payout' then payout_reference
        when type in ('reserve', 'reserve_hold', 'reserve_release') then booked_on::text
    end as detail,
    sum(
        coalesce(net_minor, gross_minor - coalesce(fee_minor, 0) - coalesce(tax_minor, 0), 0)
    )::bigint as net_minor,
    sum(coalesce(fee_minor, 0) + coalesce(tax_minor, 0))::bigint as costs_minor,
    count(*) as lines,
    max(booked_at) as last_booked_at
from work_staged_lines
where change in ('new', 'changed') and coalesce(net_currency, gross_currency) is not null
group by 1, 2, 3, 4;
