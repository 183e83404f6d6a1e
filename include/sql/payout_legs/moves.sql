-- How do the lines that arrive change each term of each batch?
--
-- Grain:   one row per batch, currency and term; of payouts, and of what came back, one per reference;
--          of reserves one per day. Where a payout line is the only one of its row, payout_line tells it:
--          its item_id, line_scope, line_key, occurrence, amount_minor and booked_on, as texts.
-- Binds:   basis (text: what makes a batch of this provider's lines).
-- Reason:  the only pass over the lines, which two processes share; everything after it is as small as
--          the payouts are many. Nearly every line is a payment, and has no more keys than batch and
--          currency: what others are told by is one text, taken apart when they are added up. No key
--          nor aggregate here may be one that keeps the two processes from sharing.
create unlogged table work_waterfall_moves as
select
    batch,
    currency,
    coalesce(split_part(told, ' ', 1), 'captures') as term,
    case when strpos(told, ' ') > 0 then substr(told, strpos(told, ' ') + 1) end as detail,
    net_minor,
    costs_minor,
    lines,
    last_booked_at,
    case when lines = 1 then payout_line::text[] end as payout_line
from (
    select
        internal.batch_of(%(basis)s, line_scope, payout_reference, booked_on) as batch,
        coalesce(net_currency, gross_currency) as currency,
        case
            when type <> 'payment'
                then
                    internal.waterfall_term(type, economic_type, provider_type, coalesce(net_minor, gross_minor))
                    || case
                        when type = 'payout' then coalesce(' ' || payout_reference, '')
                        when type in ('reserve', 'reserve_hold', 'reserve_release') then ' ' || booked_on
                        else ''
                    end
        end as told,
        sum(
            coalesce(net_minor, gross_minor - coalesce(fee_minor, 0) - coalesce(tax_minor, 0), 0)
        )::bigint as net_minor,
        sum(coalesce(fee_minor, 0) + coalesce(tax_minor, 0))::bigint as costs_minor,
        count(*) as lines,
        max(booked_at) as last_booked_at,
        max(array[
            item_id::text,
            line_scope,
            line_key,
            occurrence::text,
            (-coalesce(net_minor, gross_minor) - coalesce(fee_minor, 0) - coalesce(tax_minor, 0))::text,
            booked_on::text
        ]::text) filter (where type = 'payout') as payout_line
    from work_staged_lines
    where change in ('new', 'changed')
    group by 1, 2, 3
    -- Asked of what is added up, where a condition without a sum would be asked of every line.
    having case when count(*) > 0 then coalesce(net_currency, gross_currency) is not null end
) as added_up;
