-- Which fees did the platform take and give back on each of the last 30 days, in each currency, as CSV?
--
-- Grain:   one row per day (UTC) with such an entry and currency, the last day first.
-- Binds:   as_of (timestamptz) - entries made before it, from the start of the day 30 days before it.
copy (
    with

    fees as (

        select
            (ledger_entries.created_at at time zone 'UTC')::date as booked_on,
            ledger_entries.currency,
            ledger_entries.entry_type,
            ledger_entries.amount_minor
        from ledger_entries
        inner join wallets on ledger_entries.wallet_id = wallets.id
        where
            wallets.wallet_code = 'PLATFORM_MAIN'
            and ledger_entries.entry_type in ('PLATFORM_FEE_CREDIT', 'REFUND_DEBIT')
            and ledger_entries.created_at >= date_trunc('day', %(as_of)s::timestamptz, 'UTC') - interval '30 days'
            and ledger_entries.created_at < %(as_of)s

    )

    select
        booked_on,
        regexp_replace(currency, '^[-=+@\t\r\n＝＋－＠]', '''\&') as currency,
        count(*) filter (where entry_type = 'PLATFORM_FEE_CREDIT') as fees,
        coalesce(sum(amount_minor) filter (where entry_type = 'PLATFORM_FEE_CREDIT'), 0)::bigint as fees_minor,
        count(*) filter (where entry_type = 'REFUND_DEBIT') as fee_refunds,
        coalesce(sum(amount_minor) filter (where entry_type = 'REFUND_DEBIT'), 0)::bigint as fee_refunds_minor,
        sum(amount_minor)::bigint as net_minor
    from fees
    group by booked_on, fees.currency
    order by booked_on desc, fees.currency
) to stdout (format csv, header true, encoding 'UTF8')
