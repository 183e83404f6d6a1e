-- Gives claimed ledger rows of the pool the payment that claims them, and parts them from any other.
--
-- Grain:   updates the known ledger rows, and adds the new ones to them; a claimed row has no pair.
update work_known_ledger set payment_key = work_ledger_payments.payment_key
from work_ledger_payments
where work_known_ledger.item_id = work_ledger_payments.item_id;

insert into work_known_ledger (
    item_id, origin, payment_key, has_psp_reference, event_reference, type, economic_type,
    moves_money, amount_minor, currency, fee_minor, tax_minor, dated_at, settles_on,
    ledger_id
)
select
    versions.item_id,
    case when versions.change = 'new' then 'new' else 'changed' end as origin,
    work_ledger_payments.payment_key,
    versions.psp_reference is not null,
    versions.event_reference,
    versions.type,
    versions.economic_type,
    versions.moves_money,
    versions.amount_minor,
    versions.currency,
    versions.fee_minor,
    versions.tax_minor,
    versions.occurred_at,
    versions.settles_on,
    versions.ledger_id
from work_ledger_payments
inner join work_ledger_versions as versions on work_ledger_payments.item_id = versions.item_id;

delete from work_paired_rows
where
    statement_item_id is null
    and ledger_item_id in (select item_id from work_ledger_payments);

update work_paired_rows set ledger_item_id = null
where ledger_item_id in (select item_id from work_ledger_payments);
