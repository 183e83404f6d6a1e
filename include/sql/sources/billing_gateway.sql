-- The billing gateway's transactions, canonical: THE FILE THAT YOU EDIT to map your own gateway.
--
-- Grain:   one row per transaction of the gateway.
-- Binds:   psp, account (text), read_from and read_to (timestamptz, half-open, on occurred_at).
--
-- The columns are those of the ledger's mapping beside this one (docs/sources.md). type is
-- authorisation, capture, sale (authorised and captured in one), void, expiry, refund, chargeback or
-- reversal (of a chargeback); anything else is reported as unknown. Amounts are positive but for
-- refunds and chargebacks. moves_money says whether the status means that it took place; NULL for a
-- status that this mapping does not know: it is reported, not guessed.
select
    payment_transactions.id as ledger_id,
    payment_intents.provider_account as account,
    payment_intents.provider_reference as psp_reference,
    payment_intents.merchant_reference,
    payment_transactions.provider_reference as event_reference,
    case payment_transactions.transaction_type
        when 'authorization' then 'authorisation'
        when 'authorisation' then 'authorisation'
        when 'capture' then 'capture'
        when 'sale' then 'sale'
        when 'void' then 'void'
        when 'expiry' then 'expiry'
        when 'refund' then 'refund'
        when 'chargeback' then 'chargeback'
        when 'chargeback_reversal' then 'reversal'
        else 'unknown'
    end as type,
    payment_transactions.status,
    case payment_transactions.status
        when 'succeeded' then true
        when 'pending' then false
        when 'processing' then false
        when 'cancelled' then false
        when 'failed' then false
    end as moves_money,
    case
        when payment_transactions.transaction_type in ('refund', 'chargeback')
            then -payment_transactions.amount_minor
        else payment_transactions.amount_minor
    end as amount_minor,
    null::bigint as fee_minor,
    null::bigint as tax_minor,
    payment_transactions.currency,
    null::date as settles_on,
    payment_transactions.created_at as occurred_at,
    null::timestamptz as changed_at
from public.payment_transactions
inner join public.payment_intents on payment_transactions.intent_id = payment_intents.id
where
    payment_intents.provider = %(psp)s
    and payment_intents.provider_account = %(account)s
    and payment_transactions.created_at >= %(read_from)s
    and payment_transactions.created_at < %(read_to)s
