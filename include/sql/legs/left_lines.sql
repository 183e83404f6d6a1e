-- The statement as the left side of a leg of the gateway: what the gateway is expected to know.
--
-- Reason:  {{parent}} is the workspace that holds the staged lines. A leg that begins has no line at the
--          head: all in force are new to it. The gateway books no fees.
create view statement_lines as
select
    item_id,
    account_id,
    statement_id,
    line_scope,
    line_key,
    occurrence,
    provider_type,
    type,
    economic_type,
    is_expected and economic_type = any((select money_types from work_leg)::text[]) as is_expected,
    payment_key,
    psp_reference,
    event_reference,
    merchant_reference,
    payout_reference,
    further_references,
    gross_minor,
    gross_currency,
    null::bigint as fee_minor,
    null::bigint as tax_minor,
    net_minor,
    net_currency,
    booked_at,
    booked_on,
    source_zone,
    value_date,
    row_number,
    last_run_number
from internal.statement_lines
where not (select begins from work_leg);

create view work_line_changes as
select
    case when (select begins from work_leg) then 'new' else change end as change,
    item_id,
    case when not (select begins from work_leg) then old_item_id end as old_item_id,
    statement_id,
    line_scope,
    line_key,
    occurrence,
    provider_type,
    type,
    economic_type,
    is_expected and economic_type = any((select money_types from work_leg)::text[]) as is_expected,
    payment_key,
    psp_reference,
    event_reference,
    merchant_reference,
    payout_reference,
    further_references,
    gross_minor,
    gross_currency,
    null::bigint as fee_minor,
    null::bigint as tax_minor,
    net_minor,
    net_currency,
    booked_at,
    booked_on,
    source_zone,
    value_date,
    row_number
from {parent}.work_line_changes
where change in ('new', 'changed') or not (select begins from work_leg)
union all
select
    'new',
    item_id,
    null,
    statement_id,
    line_scope,
    line_key,
    occurrence,
    provider_type,
    type,
    economic_type,
    is_expected and economic_type = any((select money_types from work_leg)::text[]),
    payment_key,
    psp_reference,
    event_reference,
    merchant_reference,
    payout_reference,
    further_references,
    gross_minor,
    gross_currency,
    null::bigint,
    null::bigint,
    net_minor,
    net_currency,
    booked_at,
    booked_on,
    source_zone,
    value_date,
    row_number
from internal.statement_lines
where
    (select begins from work_leg)
    and account_id = (select account_id from work_leg)
    and last_run_number is null
    and item_id not in (
        select old_item_id from {parent}.work_line_changes
        where change in ('changed', 'withdrawn')
    );
