-- Control totals of the read, from the pages themselves.
--
-- Grain:   one row per statement, currency and measure, added to internal.statement_control_totals.
-- Binds:   types (jsonb): {word: [type, economic type]}; divisors (jsonb): {currency: by how much its
--          amounts are divided}.
insert into internal.statement_control_totals (statement_id, currency, measure, control_minor, lines)
with

amounts as (

    select
        upper(line ->> 'currency') as currency,
        coalesce((%(divisors)s ->> upper(line ->> 'currency'))::numeric, 1) as divisor,
        jsonb_typeof(line -> 'exchange_rate') = 'number' as is_converted,
        coalesce(
            %(types)s -> (line ->> 'reporting_category') ->> 0, %(types)s -> (line ->> 'type') ->> 0
        ) as type,
        line -> 'source' as source,
        (line ->> 'amount')::numeric as amount,
        (line ->> 'fee')::numeric as fee,
        (line ->> 'net')::numeric as net,
        case
            when jsonb_typeof(line -> 'fee_details') = 'array'
                then jsonb_path_query_array(line, '$.fee_details[*] ? (@.type == "tax" || @.type == "withheld_tax").amount')
            else '[]'
        end as taxes
    from work_pages as pages
    cross join lateral jsonb_array_elements(pages.body -> 'data') as line

),

measured as (

    select
        amounts.currency,
        measures.measure,
        measures.amount / amounts.divisor as amount
    from amounts
    cross join lateral (
        select coalesce(sum(tax::numeric), 0) as tax
        from jsonb_array_elements_text(amounts.taxes) as tax
    ) as taxed
    cross join lateral (
        values
        ('settled', amounts.amount),
        ('fee', amounts.fee - taxed.tax),
        ('tax', taxed.tax),
        ('net', amounts.net)
    ) as measures (measure, amount)

),

in_payment_currency as (

    select
        currency,
        'gross' as measure,
        amount / divisor as amount
    from amounts
    where is_converted is not true
    union all
    select
        currencies.code as currency,
        'gross' as measure,
        sign(amounts.amount) * (amounts.source ->> 'amount')::numeric
        / coalesce((%(divisors)s ->> currencies.code)::numeric, 1) as amount
    from amounts
    inner join internal.currencies as currencies
        on upper(amounts.source ->> 'currency') = currencies.code
    where
        amounts.is_converted
        and amounts.type in ('payment', 'refund', 'chargeback')
        and amounts.source ->> 'amount' ~ '^[0-9]{1,15}$'

)

select
    statements.statement_id,
    totals.currency,
    totals.measure,
    sum(totals.amount)::bigint as control_minor,
    count(*) as lines
from (
    select * from measured where measure <> 'settled'
    union all
    select * from in_payment_currency
) as totals
cross join work_statements as statements
group by statements.statement_id, totals.currency, totals.measure
on conflict do nothing
