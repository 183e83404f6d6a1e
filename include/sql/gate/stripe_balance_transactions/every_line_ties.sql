-- Balance transactions whose amount less fee is not their net, or whose fee is not the sum of its details.
--
-- Grain:   one row per such line, the first ten; no row means the promise holds.
-- Binds:   divisors (jsonb): {currency: by how much its amounts are divided}.
with

summed as (

    select
        row_number,
        currency,
        coalesce((%(divisors)s ->> currency)::bigint, 1) as divisor,
        amount::bigint as amount,
        fee::bigint as fee,
        net::bigint as net,
        (
            select sum((detail ->> 'amount')::bigint)
            from jsonb_array_elements(fee_details) as detail
        ) as details
    from work_raw_rows

)

select
    row_number,
    case when amount - fee <> net then 'net' else 'fee_details' end as column_name,
    internal.money_text(case when amount - fee <> net then amount - fee else fee end / divisor, currency)
        as expected,
    internal.money_text(case when amount - fee <> net then net else details::bigint end / divisor, currency)
        as found
from summed
where
    amount - fee <> net
    or details <> fee
order by row_number
limit 10
