-- Rows whose gross at the rate, less costs and taxes, is not their net, that lack the rate, or whose gross is
-- not the settled one though both are in one currency.
--
-- Grain:   one row per such line, the first ten; no row means the promise holds. The bound is half a minor
--          unit, and where the currencies differ what the last printed decimal of the rate leaves open.
-- Binds:   ties (boolean): the format promises it; has_gross_currency and has_exchange_rate
--          (boolean); cost_sign (integer); sign_is_open (boolean): gross and costs may be written without a
--          sign. Reads work_types.
with

numbers as (

    select
        raw.row_number,
        case when %(has_gross_currency)s::boolean then raw.gross_currency else raw.net_currency end as gross_currency,
        raw.net_currency,
        raw.settled_gross is not null as is_settled,
        case
            when
                raw.settled_gross is not null
                and (not %(has_gross_currency)s::boolean or gross_units.code = units.code)
                then raw.gross_amount
        end as unconverted_gross,
        coalesce(
            raw.settled_gross::numeric,
            raw.gross::numeric,
            coalesce(raw.gross_credit::numeric, 0) - coalesce(raw.gross_debit::numeric, 0)
        ) as gross,
        case
            when raw.settled_gross is not null then 1
            when raw.exchange_rate is not null then raw.exchange_rate::numeric
            when not %(has_gross_currency)s::boolean or raw.gross_currency = raw.net_currency then 1
        end as exchange_rate,
        %(cost_sign)s::integer * (
            coalesce(raw.cost_1::numeric, 0) + coalesce(raw.cost_2::numeric, 0) + coalesce(raw.cost_3::numeric, 0)
            + coalesce(raw.cost_4::numeric, 0) + coalesce(raw.cost_5::numeric, 0) + coalesce(raw.cost_6::numeric, 0)
            + coalesce(raw.tax_1::numeric, 0) + coalesce(raw.tax_2::numeric, 0) + coalesce(raw.tax_3::numeric, 0)
        ) as costs,
        coalesce(
            raw.net::numeric,
            coalesce(raw.net_credit::numeric, 0) - coalesce(raw.net_debit::numeric, 0)
        ) as net,
        0.5 / 10::numeric ^ units.exponent as half_minor_unit,
        units.exponent,
        units.code,
        %(has_exchange_rate)s::boolean as has_rate
    from work_raw_rows as raw
    inner join work_types as types
        on
            raw.type_word = types.type_word
            and types.is_line
    inner join work_units as units
        on raw.net_currency = units.written
    left join work_units as gross_units
        on raw.gross_currency = gross_units.written
    where
        coalesce(raw.settled_gross, raw.gross, raw.gross_credit, raw.gross_debit) is not null
        and coalesce(raw.net, raw.net_credit, raw.net_debit) is not null

),

converted as (

    select
        numbers.*,
        has_rate
        and gross_currency <> net_currency
        and not is_settled
        and gross <> 0
        and coalesce(exchange_rate, 0) = 0 as lacks_rate,
        coalesce(abs(unconverted_gross - gross) > half_minor_unit, false) as has_other_gross,
        case when gross = 0 then 0 else gross * exchange_rate end - costs as expected_net,
        half_minor_unit + case
            when gross_currency = net_currency or is_settled then 0
            else coalesce(abs(gross) * 0.5 / 10::numeric ^ scale(exchange_rate), 0)
        end as bound
    from numbers

)

select
    row_number,
    case
        when lacks_rate then 'exchange_rate'
        when has_other_gross then 'gross'
        else 'net'
    end as column_name,
    case
        when lacks_rate then 'an exchange rate that is not 0, since the currencies differ'
        when has_other_gross then round(gross, exponent) || ' ' || code || ', the gross in the currency of the net'
        else round(expected_net, exponent) || ' ' || code
    end as expected,
    case
        when lacks_rate then coalesce(exchange_rate::text, 'nothing')
        when has_other_gross then round(unconverted_gross, exponent) || ' ' || code
        else round(net, exponent) || ' ' || code
    end as found
from converted
where
    %(ties)s::boolean
    and (
        has_other_gross
        or (lacks_rate or abs(expected_net - net) > bound)
        and not (%(sign_is_open)s::boolean and sign(net) * abs(gross) - abs(costs) = net)
    )
order by row_number
limit 10
