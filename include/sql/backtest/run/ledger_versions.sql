-- Which rows of a book did a run find new, or other than the version in force?
--
-- Grain:   one row per row that differs, as find_ledger_versions leaves it.
-- Binds:   account_id (integer), run_number (bigint). {{book}} is the table of the history that has the rows.
create table work_ledger_versions as
select
    case when in_force.item_id is null then 'new' else 'changed' end as change,
    brought.item_id,
    in_force.item_id as old_item_id,
    brought.ledger_id,
    brought.psp_reference,
    brought.merchant_reference,
    brought.event_reference,
    brought.type,
    brought.economic_type,
    brought.status,
    brought.moves_money,
    brought.amount_minor,
    brought.fee_minor,
    brought.tax_minor,
    brought.currency,
    brought.settles_on,
    brought.occurred_at,
    brought.changed_at,
    brought.row_sha256,
    internal.payment_key_of_ledger_row(
        brought.psp_reference, brought.merchant_reference, brought.ledger_id
    ) as payment_key
from history.{book} as brought
left join ledger_transactions as in_force
    on
        hashtextextended(brought.ledger_id, 0) = hashtextextended(in_force.ledger_id, 0)
        and brought.ledger_id = in_force.ledger_id
        and in_force.account_id = %(account_id)s
        and in_force.last_run_number is null
where brought.account_id = %(account_id)s and brought.first_run_number = %(run_number)s
