-- What are amounts with too many decimals as whole minor units, when only their sum is rounded?
--
-- Grain:   updates the rows of the file whose gross or net is not whole; each is what the rounded sum
--          up to it is more than the one before it, per statement and currency.
-- Binds:   none. Reads work_units.
with

summed as (

    select
        raw.row_number,
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
        gross_rows as (partition by raw.statement, raw.gross_currency order by raw.row_number rows unbounded preceding),
        net_rows as (partition by raw.statement, raw.net_currency order by raw.row_number rows unbounded preceding)

)

update work_file_rows as raw
set
    gross = coalesce(
        round(
            (round(summed.gross_so_far) - round(summed.gross_so_far - summed.gross)) / summed.gross_minor_units,
            summed.gross_exponent
        )::text,
        raw.gross
    ),
    net = coalesce(
        round(
            (round(summed.net_so_far) - round(summed.net_so_far - summed.net)) / summed.net_minor_units,
            summed.net_exponent
        )::text,
        raw.net
    )
from summed
where
    raw.row_number = summed.row_number
    and (summed.gross <> round(summed.gross) or summed.net <> round(summed.net))
