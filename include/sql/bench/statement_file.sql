-- What is the benchmark's settlement details file, as text in its 32 columns?
--
-- Grain:   one row per line of the file, in no order, and at its end a payout per currency.
-- Binds:   account (text), batch_number (text).
with

amounts as (

    select
        lines.*,
        gross_minor - fee_minor as net_minor,
        case when provider_type = 'Settled' then fee_minor / 6 end as scheme_minor,
        case when provider_type = 'Settled' then fee_minor / 3 end as interchange_minor
    from bench.lines

),

rows_of_file as (

    select
        reverse(event_reference) as place,
        psp_reference,
        merchant_reference,
        case when number %% 3 = 0 then 'mc' else 'visa' end as payment_method,
        to_char(occurred_at + interval '1 hour', 'YYYY-MM-DD HH24:MI:SS') as created,
        provider_type,
        event_reference as modification_reference,
        currency as gross_currency,
        gross_minor,
        '1' as exchange_rate,
        currency as net_currency,
        net_minor,
        fee_minor - coalesce(scheme_minor, 0) - coalesce(interchange_minor, 0) as markup_minor,
        scheme_minor,
        interchange_minor
    from amounts
    union all
    select
        '~' || currency,
        null,
        null,
        null,
        '2026-03-03 23:50:00',
        'MerchantPayout',
        format('TX%%s%%sXT batch %%s, %%s', %(batch_number)s, currency, %(batch_number)s, %(account)s),
        null,
        null,
        null,
        currency,
        -sum(net_minor)::bigint,
        null,
        null,
        null
    from amounts
    group by currency

)

select
    'Northwind' as "Company Account",
    %(account)s as "Merchant Account",
    psp_reference as "Psp Reference",
    merchant_reference as "Merchant Reference",
    payment_method as "Payment Method",
    created as "Creation Date",
    'CET' as "TimeZone",
    provider_type as "Type",
    modification_reference as "Modification Reference",
    gross_currency as "Gross Currency",
    case when gross_minor < 0 then -gross_minor / 100 || '.' || lpad((-gross_minor %% 100)::text, 2, '0') end
        as "Gross Debit (GC)",
    case when gross_minor >= 0 then gross_minor / 100 || '.' || lpad((gross_minor %% 100)::text, 2, '0') end
        as "Gross Credit (GC)",
    exchange_rate as "Exchange Rate",
    net_currency as "Net Currency",
    case when net_minor < 0 then -net_minor / 100 || '.' || lpad((-net_minor %% 100)::text, 2, '0') end
        as "Net Debit (NC)",
    case when net_minor >= 0 then net_minor / 100 || '.' || lpad((net_minor %% 100)::text, 2, '0') end
        as "Net Credit (NC)",
    null as "Commission (NC)",
    case when markup_minor > 0 then markup_minor / 100 || '.' || lpad((markup_minor %% 100)::text, 2, '0') end
        as "Markup (NC)",
    case when scheme_minor > 0 then scheme_minor / 100 || '.' || lpad((scheme_minor %% 100)::text, 2, '0') end
        as "Scheme Fees (NC)",
    case
        when interchange_minor > 0
            then interchange_minor / 100 || '.' || lpad((interchange_minor %% 100)::text, 2, '0')
    end as "Interchange (NC)",
    payment_method || 'standardcredit' as "Payment Method Variant",
    case when psp_reference is not null then '<auto>' end as "Modification Merchant Reference",
    %(batch_number)s as "Batch Number",
    null as "Reserved4",
    null as "Reserved5",
    null as "Reserved6",
    null as "Reserved7",
    null as "Reserved8",
    null as "Reserved9",
    null as "Reserved10",
    '2026-03-03 23:50:00' as "Booking Date",
    'CET' as "Booking Date TimeZone"
from rows_of_file
order by place
