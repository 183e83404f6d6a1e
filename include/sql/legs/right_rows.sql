-- The rows in force on the right of a leg, each with the payment that it was found to belong to there.
create view ledger_transactions as
select
    known.item_id,
    known.account_id,
    known.ledger_id,
    known.psp_reference,
    known.merchant_reference,
    known.event_reference,
    known.type,
    known.economic_type,
    known.status,
    known.moves_money,
    known.amount_minor,
    known.fee_minor,
    known.tax_minor,
    known.currency,
    known.settles_on,
    known.occurred_at,
    known.last_run_number,
    known.payment_key
from work_right_known as known
where not exists (
    select from internal.leg_payments
    where leg_payments.item_id = known.item_id and leg_payments.leg = (select leg from work_leg)
)
union all
select
    known.item_id,
    known.account_id,
    known.ledger_id,
    known.psp_reference,
    known.merchant_reference,
    known.event_reference,
    known.type,
    known.economic_type,
    known.status,
    known.moves_money,
    known.amount_minor,
    known.fee_minor,
    known.tax_minor,
    known.currency,
    known.settles_on,
    known.occurred_at,
    known.last_run_number,
    leg_payments.payment_key
from internal.leg_payments
inner join work_right_known as known on leg_payments.item_id = known.item_id
where leg_payments.leg = (select leg from work_leg);
