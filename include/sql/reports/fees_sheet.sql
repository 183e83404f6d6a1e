-- The lines that were charged another fee than the schedule gives, as the workbook shows them.
--
-- Grain:   one row per line, the largest difference of each currency first.
-- Binds:   rows_max (bigint).
select
    rule,
    method,
    type,
    currency,
    gross_minor,
    charged_minor,
    expected_minor,
    overcharged_minor,
    psp_reference,
    event_reference,
    merchant_reference,
    booked_at,
    volume_minor,
    overcharged_minor as overcharged_whole,
    statement_file,
    statement_row
from work_fee_differences
order by currency, abs(overcharged_minor) desc, statement_file, statement_row, item_id
limit %(rows_max)s
