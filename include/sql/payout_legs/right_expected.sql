-- Payouts as the right side of a leg, as the bank should show them: one row per payout line.
create view work_ledger_versions as
select
    change,
    item_id,
    old_item_id,
    line_scope || ' ' || line_key || ' ' || occurrence as ledger_id,
    payout_reference as psp_reference,
    null::text as merchant_reference,
    payout_reference as event_reference,
    'payout ' || currency as type,
    'payout ' || currency as economic_type,
    case when moves_money then 'paid' else 'returned' end as status,
    moves_money,
    amount_minor,
    null::bigint as fee_minor,
    null::bigint as tax_minor,
    currency,
    null::date as settles_on,
    booked_at as occurred_at,
    booked_at as changed_at,
    null::bytea as row_sha256,
    internal.payment_key_of_ledger_row(payout_reference, null, line_scope || ' ' || line_key || ' ' || occurrence)
        as payment_key
from work_expected_changes
where change <> 'vanished';

create view work_ledger_vanished as
select
    old_item_id,
    line_scope || ' ' || line_key || ' ' || occurrence as ledger_id,
    null::bytea as row_sha256
from work_expected_changes
where change = 'vanished';

create view ledger_transactions as
select
    item_id,
    account_id,
    line_scope || ' ' || line_key || ' ' || occurrence as ledger_id,
    payout_reference as psp_reference,
    null::text as merchant_reference,
    payout_reference as event_reference,
    'payout ' || currency as type,
    'payout ' || currency as economic_type,
    case when moves_money then 'paid' else 'returned' end as status,
    moves_money,
    amount_minor,
    null::bigint as fee_minor,
    null::bigint as tax_minor,
    currency,
    null::date as settles_on,
    booked_at as occurred_at,
    last_run_number,
    internal.payment_key_of_ledger_row(payout_reference, null, line_scope || ' ' || line_key || ' ' || occurrence)
        as payment_key
from internal.expected_deposits
where not (select begins from work_leg);
