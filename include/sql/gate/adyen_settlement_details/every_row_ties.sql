-- Rows whose gross at the rate, less costs, is not their net.
--
-- Grain:   one row per such row, the first ten; no row means the promise holds. The bound is half a minor
--          unit, and where the currencies differ what the last printed decimal of the rate leaves open.
-- Binds:   none.
with

numbers as (

    select
        raw.row_number,
        raw.gross_currency,
        raw.net_currency,
        coalesce(raw.gross_credit_gc::numeric, 0) - coalesce(raw.gross_debit_gc::numeric, 0) as gross,
        case
            when raw.exchange_rate is not null then raw.exchange_rate::numeric
            when raw.gross_currency = raw.net_currency then 1
        end as exchange_rate,
        coalesce(raw.commission_nc::numeric, 0) + coalesce(raw.markup_nc::numeric, 0)
        + coalesce(raw.scheme_fees_nc::numeric, 0) + coalesce(raw.interchange_nc::numeric, 0) as costs,
        coalesce(raw.net_credit_nc::numeric, 0) - coalesce(raw.net_debit_nc::numeric, 0) as net,
        0.5 / 10::numeric ^ currencies.exponent as half_minor_unit,
        currencies.exponent
    from work_raw_rows as raw
    inner join internal.currencies as currencies
        on raw.net_currency = currencies.code
    where
        coalesce(raw.gross_credit_gc, raw.gross_debit_gc) is not null
        and coalesce(raw.net_credit_nc, raw.net_debit_nc) is not null

)

select
    row_number,
    'Net Credit (NC) - Net Debit (NC)' as column_name,
    round(gross * exchange_rate - costs, exponent) || ' ' || net_currency as expected,
    round(net, exponent) || ' ' || net_currency as found
from numbers
where
    abs(gross * exchange_rate - costs - net)
    > half_minor_unit + case
        when gross_currency = net_currency then 0
        else abs(gross) * 0.5 / 10::numeric ^ scale(exchange_rate)
    end
order by row_number
limit 10
