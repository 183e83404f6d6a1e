-- How does each term of each batch change in this run?
--
-- Grain:   one row per batch, currency and term; of payouts, and of what came back, one per reference;
--          of reserves one per day.
-- Reason:  the only pass over the lines; everything after it is as small as the payouts are many.
create unlogged table work_waterfall_moves as
select
    batch,
    currency,
    term,
    case when term in ('paid_out', 'returned') then payout_reference end as payout_reference,
    case when term in ('reserve_held', 'reserve_released') then booked_on end as reserved_on,
    sum(sign * net_minor)::bigint as net_minor,
    sum(sign * costs_minor)::bigint as costs_minor,
    sum(sign)::bigint as lines,
    min(booked_at) as first_booked_at,
    max(booked_at) as last_booked_at,
    max(booked_on) as booked_on
from work_batch_lines
group by 1, 2, 3, 4, 5;
