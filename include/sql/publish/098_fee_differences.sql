-- Stores the lines that were charged another fee than the declared schedule gives.
--
-- Binds:   run_number (bigint).
insert into internal.fee_differences (
    run_number, item_id, rule, method, type, currency, gross_minor, volume_minor, charged_minor, expected_minor,
    overcharged_minor, psp_reference, event_reference, merchant_reference, booked_at, statement_file, statement_row
)
select
    %(run_number)s,
    item_id,
    rule,
    method,
    type,
    currency,
    gross_minor,
    volume_minor,
    charged_minor,
    expected_minor,
    overcharged_minor,
    psp_reference,
    event_reference,
    merchant_reference,
    booked_at,
    statement_file,
    statement_row
from work_fee_differences;
