-- Which of the rows that are left over have a row on the other side that they do not contradict?
--
-- Grain:   one row per row, in the component of its day and currency, with its place in it, and
--          whether that has more rows than are searched.
-- Binds:   items_max (integer).
-- Reason:  two rows contradict each other where both name a payment, or both an order and another
--          one. Asked of what the other side has on the day, never pair by pair.
insert into work_sum_rows (
    side, item_id, component, is_past_bound, place, currency, amount_minor, economic_type,
    psp_reference, merchant_reference, event_reference
)
with

named as (

    select
        left_over.*,
        found.psp_reference,
        found.merchant_reference,
        found.sort_key,
        case left_over.side when 'statement' then 'ledger' else 'statement' end as other_side
    from work_left_over_rows as left_over
    inner join work_left_over_references as found
        on left_over.side = found.side and left_over.item_id = found.item_id

),

offers as (

    select
        day,
        currency,
        side,
        bool_or(psp_reference is null) as has_unnamed,
        bool_or(merchant_reference is null) as has_orderless,
        bool_or(psp_reference is null and merchant_reference is null) as has_free
    from named
    group by day, currency, side

),

orders as (

    select
        day,
        currency,
        side,
        merchant_reference,
        bool_or(psp_reference is null) as has_unnamed
    from named
    where merchant_reference is not null
    group by day, currency, side, merchant_reference

),

fitting as (

    select named.*
    from named
    inner join offers
        on
            named.day = offers.day
            and named.currency = offers.currency
            and named.other_side = offers.side
    left join orders
        on
            named.day = orders.day
            and named.currency = orders.currency
            and named.other_side = orders.side
            and named.merchant_reference = orders.merchant_reference
    where
        case
            when named.psp_reference is null and named.merchant_reference is null then true
            when named.psp_reference is null then offers.has_orderless or orders.side is not null
            when named.merchant_reference is null then offers.has_unnamed
            else offers.has_free or coalesce(orders.has_unnamed, false)
        end

)

select
    side,
    item_id,
    dense_rank() over (order by day, currency) as component,
    count(*) over (partition by day, currency) > %(items_max)s as is_past_bound,
    row_number() over (partition by day, currency order by side desc, dated_at, sort_key) as place,
    currency,
    amount_minor,
    economic_type,
    psp_reference,
    merchant_reference,
    event_reference
from fitting;
