-- A row of the company's ledger, new or overwritten.
--
-- Grain:   no rows; writes one ledger row.
-- Binds:   one value per column.
insert into ledger.transactions (
    id, psp, psp_account, psp_reference, merchant_reference, event_reference, type, status,
    amount_minor, fee_minor, tax_minor, currency, settles_on, occurred_at, updated_at
)
values (
    %(ledger_id)s, %(psp)s, %(account)s, %(psp_reference)s, %(merchant_reference)s,
    %(event_reference)s, %(type)s, %(status)s, %(amount_minor)s, %(fee_minor)s, %(tax_minor)s,
    %(currency)s, %(settles_on)s, %(occurred_at)s, %(updated_at)s
)
on conflict (id) do update set
    psp_reference = excluded.psp_reference,
    merchant_reference = excluded.merchant_reference,
    event_reference = excluded.event_reference,
    type = excluded.type,
    status = excluded.status,
    amount_minor = excluded.amount_minor,
    fee_minor = excluded.fee_minor,
    tax_minor = excluded.tax_minor,
    currency = excluded.currency,
    settles_on = excluded.settles_on,
    occurred_at = excluded.occurred_at,
    updated_at = excluded.updated_at
