-- What has the platform's wallet earned since it began, in each currency, as CSV?
--
-- Grain:   one row per currency.
-- Binds:   as_of (timestamptz) - entries made before it.
copy (
    select
        regexp_replace(ledger_entries.currency, '^[-=+@\t\r\n＝＋－＠]', '''\&') as currency,
        sum(ledger_entries.amount_minor)::bigint as balance_minor,
        count(*) as entries
    from ledger_entries
    inner join wallets on ledger_entries.wallet_id = wallets.id
    where
        wallets.wallet_code = 'PLATFORM_MAIN'
        and ledger_entries.created_at < %(as_of)s
    group by ledger_entries.currency
    order by ledger_entries.currency
) to stdout (format csv, header true, encoding 'UTF8')
