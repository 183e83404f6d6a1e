-- Which lines have no net, although their gross less fee and tax is something?
--
-- Grain:   one row per such line.
-- Binds:   none; {batch} is what Great Expectations puts there: the lines under test.
-- Reason:  where there is no net, net = gross - fee - tax can't be broken.
with

lines as (

    select * from {batch}

)

select
    lines.statement_file,
    lines.statement_row,
    lines.provider_type,
    lines.gross_minor,
    lines.fee_minor,
    lines.tax_minor,
    lines.gross_currency
from lines
where
    lines.net_minor is null
    and lines.gross_minor - coalesce(lines.fee_minor, 0) - coalesce(lines.tax_minor, 0) <> 0
