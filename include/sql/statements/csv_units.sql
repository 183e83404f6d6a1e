-- What is a 1 worth in each currency, as the format writes amounts?
--
-- Grain:   one row per way of writing a currency, in work_units: how many minor units a written 1 is, and
--          how many decimals may be written.
-- Binds:   unit (text): major, hundredths or minor; own_exponents (jsonb): {currency: decimals that the
--          provider counts}; in_any_case (boolean): small letters are read as well; no_currency (text) and
--          names_no_currency (boolean): what stands for the currency of a file without one.
create unlogged table work_units as
with

exponents as (

    select
        code,
        exponent,
        case
            when %(own_exponents)s::jsonb ? code then (%(own_exponents)s::jsonb ->> code)::integer
            when %(unit)s::text = 'major' then 0
            when %(unit)s::text = 'hundredths' then 2
            else exponent
        end as unit_exponent
    from internal.currencies
    union all
    select
        %(no_currency)s::text as code,
        2 as exponent,
        case when %(unit)s::text = 'major' then 0 else 2 end as unit_exponent
    where %(names_no_currency)s::boolean

),

written as (

    select code as written, code from exponents
    union all
    select lower(code) as written, code from internal.currencies
    where %(in_any_case)s::boolean

)

select
    written.written,
    exponents.code,
    exponents.exponent,
    10::numeric ^ (exponents.exponent - exponents.unit_exponent) as minor_units,
    greatest(exponents.exponent - exponents.unit_exponent, 0) as decimals
from written
inner join exponents
    on written.code = exponents.code
