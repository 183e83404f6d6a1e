-- The changes of statement lines, where no scope has a line in force: all are new.
create view work_line_changes as
select
    'new' as change,
    item_id,
    null::bigint as old_item_id,
    statement_id,
    line_scope,
    line_key,
    occurrence,
    provider_type,
    type,
    economic_type,
    is_expected,
    coalesce(
        psp_reference,
        'merchant:' || merchant_reference,
        'line:' || line_scope || ':' || line_key || ':' || occurrence
    ) as payment_key,
    psp_reference,
    event_reference,
    merchant_reference,
    payout_reference,
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
    row_number
from work_latest_lines;
