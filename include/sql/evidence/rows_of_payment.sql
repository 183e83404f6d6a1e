-- Which rows of statements, ledger and gateway belong to a payment, in all their versions?
--
-- Grain:   one row per version of a row. A payment is what one PSP reference names at one account, or one of the
--          company's own references where the PSP gave none.
-- Binds:   account_ids (integer[]), payment_keys (text[]) - side by side, one payment each.
with

payments as (

    select
        account_id,
        payment_key
    from unnest(%(account_ids)s::integer[], %(payment_keys)s::text[]) as given (account_id, payment_key)

),

rows as (

    select
        'statement' as source,
        lines.account_id,
        lines.item_id,
        lines.type,
        lines.provider_type as status,
        lines.psp_reference,
        lines.merchant_reference,
        lines.event_reference,
        coalesce(lines.gross_currency, lines.net_currency) as currency,
        lines.gross_minor as amount_minor,
        lines.net_currency as fee_currency,
        lines.fee_minor,
        lines.tax_minor,
        lines.net_minor,
        lines.booked_at as occurred_at,
        lines.booked_on,
        deliveries.name as file,
        lines.row_number as file_row,
        deliveries.content_sha256 as file_sha256,
        null as ledger_id,
        lines.first_run_number,
        lines.last_run_number
    from internal.statement_lines as lines
    inner join payments using (account_id, payment_key)
    inner join internal.statements on lines.statement_id = statements.statement_id
    inner join internal.deliveries on statements.delivery_id = deliveries.delivery_id
    where
        hashtextextended(lines.payment_key, 0)
        in (select hashtextextended(payment_key, 0) from payments)
    union all
    select
        books.source,
        books.account_id,
        books.item_id,
        books.type,
        books.status,
        books.psp_reference,
        books.merchant_reference,
        books.event_reference,
        books.currency,
        books.amount_minor,
        books.currency,
        books.fee_minor,
        books.tax_minor,
        null,
        books.occurred_at,
        null,
        null,
        null,
        null,
        books.ledger_id,
        books.first_run_number,
        books.last_run_number
    from (
        select
            'ledger' as source,
            ledger_transactions.*
        from internal.ledger_transactions
        union all
        select
            'gateway',
            gateway_transactions.*
        from internal.gateway_transactions
    ) as books
    inner join payments using (account_id, payment_key)
    where
        hashtextextended(books.payment_key, 0)
        in (select hashtextextended(payment_key, 0) from payments)

)

select
    rows.source,
    rows.item_id,
    accounts.psp,
    accounts.account,
    rows.type,
    rows.status,
    rows.psp_reference,
    rows.merchant_reference,
    rows.event_reference,
    rows.currency,
    rows.amount_minor,
    rows.fee_currency,
    rows.fee_minor,
    rows.tax_minor,
    rows.net_minor,
    rows.occurred_at,
    rows.booked_on,
    rows.file,
    rows.file_row,
    rows.file_sha256,
    rows.ledger_id,
    first_runs.run_id as first_run_id,
    last_runs.run_id as last_run_id
from rows
inner join internal.accounts on rows.account_id = accounts.account_id
inner join internal.runs as first_runs on rows.first_run_number = first_runs.run_number
left join internal.runs as last_runs on rows.last_run_number = last_runs.run_number
order by accounts.psp, accounts.account, rows.source, rows.item_id
