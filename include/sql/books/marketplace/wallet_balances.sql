-- What does each wallet hold, in each currency, as CSV: e-mails masked, texts that no spreadsheet takes for a formula?
--
-- Grain:   one row per wallet and currency; one without a currency for a wallet that has no entry, one without a code
--          for entries whose wallet is not there. By currency, the largest balance first.
-- Binds:   as_of (timestamptz) - entries made before it.
copy (
    with

    balances as (

        select
            wallet_id,
            currency,
            sum(amount_minor)::bigint as balance_minor,
            count(*) as entries,
            min(created_at) as first_entry_at,
            max(created_at) as last_entry_at
        from ledger_entries
        where created_at < %(as_of)s
        group by wallet_id, currency

    ),

    audited as (

        select
            coalesce(wallets.id, balances.wallet_id) as wallet_id,
            wallets.wallet_code,
            wallets.wallet_type,
            wallets.wallet_status,
            case
                when users.email ~ '^[^@]+@[^@]+[.][A-Za-z]{2,12}$'
                    then regexp_replace(users.email, '^(.)[^@]*@(.)[^@]*[.]([A-Za-z]+)$', '\1***@\2***.\3')
                when users.email is not null then '***'
            end as email_masked,
            balances.currency,
            balances.balance_minor,
            coalesce(balances.entries, 0) as entries,
            balances.first_entry_at,
            balances.last_entry_at
        from wallets
        full join balances on wallets.id = balances.wallet_id
        left join users on wallets.user_id = users.id

    )

    select
        regexp_replace(wallet_id, '^[-=+@\t\r\n＝＋－＠]', '''\&') as wallet_id,
        regexp_replace(wallet_code, '^[-=+@\t\r\n＝＋－＠]', '''\&') as wallet_code,
        regexp_replace(wallet_type, '^[-=+@\t\r\n＝＋－＠]', '''\&') as wallet_type,
        regexp_replace(wallet_status, '^[-=+@\t\r\n＝＋－＠]', '''\&') as wallet_status,
        regexp_replace(email_masked, '^[-=+@\t\r\n＝＋－＠]', '''\&') as email_masked,
        regexp_replace(currency, '^[-=+@\t\r\n＝＋－＠]', '''\&') as currency,
        balance_minor,
        entries,
        to_char(first_entry_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as first_entry_at,
        to_char(last_entry_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as last_entry_at
    from audited
    order by audited.currency nulls last, audited.balance_minor desc, audited.wallet_code, audited.wallet_id
) to stdout (format csv, header true, encoding 'UTF8')
