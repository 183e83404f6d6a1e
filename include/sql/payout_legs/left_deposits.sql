-- Claimed lines of the bank as the left side of a leg.
--
-- Reason:  a line that another account took over is open here until this run gives it up. Money that leaves again is the reversal of a deposit: the two of one payout may make up for
--          each other. A line that names no payout speaks for itself.
create view statement_lines as
select
    claims.item_id,
    claims.account_id,
    lines.statement_id,
    lines.line_scope,
    lines.line_key,
    lines.occurrence,
    lines.provider_type,
    case when claims.amount_minor < 0 then 'reversal' else 'payout ' || claims.currency end as type,
    'payout ' || claims.currency as economic_type,
    true as is_expected,
    internal.payment_key_of(claims.payout_reference, null, lines.line_scope, lines.line_key, lines.occurrence)
        as payment_key,
    claims.payout_reference as psp_reference,
    claims.payout_reference as event_reference,
    lines.merchant_reference,
    null::text as payout_reference,
    lines.further_references,
    claims.amount_minor as gross_minor,
    claims.currency as gross_currency,
    null::bigint as fee_minor,
    null::bigint as tax_minor,
    null::bigint as net_minor,
    null::text as net_currency,
    lines.booked_at,
    lines.booked_on,
    lines.source_zone,
    lines.value_date,
    lines.row_number,
    case when claims.taken_by_account_id is null then claims.last_run_number end as last_run_number
from internal.claimed_deposits as claims
inner join internal.statement_lines as lines on claims.line_item_id = lines.item_id
where not (select begins from work_leg);

create view work_line_changes as
select
    claims.change,
    claims.item_id,
    claims.old_item_id,
    claims.statement_id,
    claims.line_scope,
    claims.line_key,
    claims.occurrence,
    claims.provider_type,
    case when claims.amount_minor < 0 then 'reversal' else 'payout ' || claims.currency end as type,
    'payout ' || claims.currency as economic_type,
    true as is_expected,
    internal.payment_key_of(claims.payout_reference, null, claims.line_scope, claims.line_key, claims.occurrence)
        as payment_key,
    claims.payout_reference as psp_reference,
    claims.payout_reference as event_reference,
    claims.merchant_reference,
    null::text as payout_reference,
    claims.further_references,
    claims.amount_minor as gross_minor,
    claims.currency as gross_currency,
    null::bigint as fee_minor,
    null::bigint as tax_minor,
    null::bigint as net_minor,
    null::text as net_currency,
    claims.booked_at,
    claims.booked_on,
    claims.source_zone,
    claims.value_date,
    claims.row_number
from work_claim_changes as claims;
