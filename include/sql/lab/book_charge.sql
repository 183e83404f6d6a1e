-- Books one captured charge in a company's ledger, as its own system would.
--
-- Grain:   one row.
-- Binds:   id, psp, payment and event (text), amount_minor and fee_minor (bigint), occurred_at
--          (timestamptz); in BRL.
insert into ledger.transactions (
    id, psp, psp_account, psp_reference, event_reference, type, status, amount_minor, fee_minor,
    currency, occurred_at
)
values (
    %(id)s, %(psp)s, 'default', %(payment)s, %(event)s, 'capture', 'captured', %(amount_minor)s,
    %(fee_minor)s, 'BRL', %(occurred_at)s
)
