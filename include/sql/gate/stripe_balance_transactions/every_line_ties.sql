-- Balance transactions whose amount less fee is not their net, or whose fee is not the sum of its details.
--
-- Grain:   one row per such line, the first ten; no row means the promise holds.
-- Binds:   none.
with

summed as (

    select
        row_number,
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
    case when amount - fee <> net then amount - fee else fee end::text as expected,
    case when amount - fee <> net then net else details end::text as found
from summed
where
    amount - fee <> net
    or details <> fee
order by row_number
limit 10
