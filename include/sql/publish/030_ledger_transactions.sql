-- Keeps the new versions of ledger rows, with the payment that each was found to belong to.
--
-- Binds:   account_id (integer), run_number (bigint), month (date).
insert into internal.ledger_transactions (
    item_id, account_id, ledger_id, psp_reference, merchant_reference, event_reference, type,
    economic_type, status, moves_money, amount_minor, fee_minor, tax_minor, currency, occurred_at,
    changed_at, settles_on, row_sha256, payment_key, first_run_number, published_month
)
select
    changes.item_id,
    %(account_id)s,
    changes.ledger_id,
    changes.psp_reference,
    changes.merchant_reference,
    changes.event_reference,
    changes.type,
    changes.economic_type,
    changes.status,
    changes.moves_money,
    changes.amount_minor,
    changes.fee_minor,
    changes.tax_minor,
    changes.currency,
    changes.occurred_at,
    changes.changed_at,
    changes.settles_on,
    changes.row_sha256,
    pool.payment_key,
    %(run_number)s,
    %(month)s
from work_ledger_changes as changes
inner join work_pool_ledger as pool on changes.item_id = pool.item_id
where changes.change in ('new', 'changed');
