-- What are amounts with too many decimals as whole minor units, when only their sum is rounded?
--
-- Grain:   updates the rows of the file whose gross or net is not whole; each is what the rounded sum
--          up to it is more than the one before it, per statement and currency. A gross in the currency of
--          its net is as far from it as it was, in whole minor units: what is rounded twice would not tie.
-- Binds:   none. Reads work_units.
with

summed as (

    select
        raw.row_number,
        gross_unit.code = net_unit.code as is_in_one_currency,
        gross_unit.exponent as gross_exponent,
        gross_unit.minor_units as gross_minor_units,
        raw.gross::numeric * gross_unit.minor_units as gross,
        sum(raw.gross::numeric * gross_unit.minor_units) over gross_rows as gross_so_far,
        net_unit.exponent as net_exponent,
        net_unit.minor_units as net_minor_units,
        raw.net::numeric * net_unit.minor_units as net,
        sum(raw.net::numeric * net_unit.minor_units) over net_rows as net_so_far
    from work_raw_rows as raw
    left join work_units as gross_unit
        on raw.gross_currency = gross_unit.written
    left join work_units as net_unit
        on raw.net_currency = net_unit.written
    window
        gross_rows as (
            partition by raw.statement, raw.gross_currency, raw.gross_currency = raw.net_currency
            order by raw.row_number rows unbounded preceding
        ),
        net_rows as (partition by raw.statement, raw.net_currency order by raw.row_number rows unbounded preceding)

)

update work_file_rows as raw
set
    gross = coalesce(round(spread.whole_gross / spread.gross_minor_units, spread.gross_exponent)::text, raw.gross),
    net = coalesce(round(spread.whole_net / spread.net_minor_units, spread.net_exponent)::text, raw.net)
from (
    select
        summed.*,
        own.net as whole_net,
        case
            when summed.is_in_one_currency and summed.net is not null then own.net + trunc(summed.gross - summed.net)
            else round(summed.gross_so_far) - round(summed.gross_so_far - summed.gross)
        end as whole_gross
    from summed
    cross join lateral (
        select round(summed.net_so_far) - round(summed.net_so_far - summed.net) as net
    ) as own
) as spread
where
    raw.row_number = spread.row_number
    and (spread.gross <> round(spread.gross) or spread.net <> round(spread.net))
