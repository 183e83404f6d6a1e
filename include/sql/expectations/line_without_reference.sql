-- Which lines of payments name neither the PSP's reference nor the merchant's?
--
-- Grain:   one row per line that names none.
-- Binds:   none; {batch} is what Great Expectations puts there: the lines under test.
with

lines as (

    select * from {batch}

)

select
    lines.statement_file,
    lines.statement_row,
    lines.provider_type,
    lines.gross_minor,
    lines.gross_currency
from lines
where
    lines.is_expected
    and lines.type in ('payment', 'refund', 'chargeback', 'reversal')
    and lines.psp_reference is null
    and lines.merchant_reference is null
