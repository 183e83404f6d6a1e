-- On which lines of one currency is net not gross less fee less tax?
--
-- Grain:   one row per line whose amounts do not add up.
-- Binds:   costs (text): fee and tax where the format has columns for them, with a comma. A report that was
--          made without such a column does not say what is taken off: there it is NULL, and not 0; {batch} is what Great Expectations puts there: the lines under test.
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
    lines.net_minor,
    lines.net_currency
from lines
where
    lines.gross_currency = lines.net_currency
    and (lines.fee_minor is not null or 'fee' <> all(string_to_array(%(costs)s, ',')))
    and (lines.tax_minor is not null or 'tax' <> all(string_to_array(%(costs)s, ',')))
    and lines.gross_minor - coalesce(lines.fee_minor, 0) - coalesce(lines.tax_minor, 0) <> lines.net_minor
