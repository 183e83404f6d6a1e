-- Brings the new versions of statement lines into force.
--
-- Binds:   account_id (integer), run_number (bigint), volume (bigint).
insert into statement_lines (
    item_id, account_id, statement_id, line_scope, line_key, occurrence, provider_type, type,
    economic_type, is_expected, payment_key, psp_reference, event_reference, merchant_reference,
    payout_reference, further_references, gross_minor, gross_currency, fee_minor, tax_minor, net_minor, net_currency,
    booked_at, booked_on, source_zone, value_date, row_number, first_run_number, volume
)
select
    item_id,
    %(account_id)s,
    statement_id,
    line_scope,
    line_key,
    occurrence,
    provider_type,
    type,
    economic_type,
    is_expected,
    payment_key,
    psp_reference,
    event_reference,
    merchant_reference,
    payout_reference,
    further_references,
    gross_minor,
    gross_currency,
    fee_minor,
    tax_minor,
    net_minor,
    net_currency,
    booked_at,
    booked_on,
    source_zone,
    value_date,
    row_number,
    %(run_number)s,
    %(volume)s
from work_line_changes
where change in ('new', 'changed');
