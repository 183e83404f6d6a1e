-- How many payments, by method, and refunds, by reason, failed within the last day, in each currency, as CSV?
--
-- Grain:   one row per operation, method or reason, and currency, the most failures first. E-mails in a reason are
--          masked.
-- Binds:   as_of (timestamptz).
copy (
    with

    failed as (

        select
            'payment' as operation,
            payment_method as method_or_reason,
            currency,
            amount_minor
        from payments
        where
            lifecycle = 'FAILED'
            and updated_at > %(as_of)s - interval '24 hours'
            and updated_at <= %(as_of)s
        union all
        select
            'refund',
            regexp_replace(coalesce(failure_reason, 'without a reason'), '[^\s@]+@[^\s@]+', '***', 'g'),
            currency,
            -amount_minor
        from refunds
        where
            status = 'FAILED'
            and updated_at > %(as_of)s - interval '24 hours'
            and updated_at <= %(as_of)s

    )

    select
        operation,
        regexp_replace(method_or_reason, '^[-=+@\t\r\n＝＋－＠]', '''\&') as method_or_reason,
        regexp_replace(currency, '^[-=+@\t\r\n＝＋－＠]', '''\&') as currency,
        count(*) as failures,
        sum(amount_minor)::bigint as amount_minor
    from failed
    group by operation, failed.method_or_reason, failed.currency
    order by operation, failures desc, failed.method_or_reason, failed.currency
) to stdout (format csv, header true, encoding 'UTF8')
