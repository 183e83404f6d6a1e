-- Which intents were captured above what was authorised, in a currency, of those that were touched?
--
-- Grain:    one row per intent and currency.
-- Binds:    window_start, window_end (timestamptz) - half-open; what an intent was touched in. over_capture (jsonb) -
--           per PSP and currency what its entry declares, in minor units and parts per million.
-- Reads:    payment_intents, payment_transactions.
-- Severity: critical
-- Scope:    recent
-- Every:    hour
-- Allowed:  0 rows
-- Alert:    one per object
-- Escalate: after 15 minutes to payments engineering
-- Do:       Compare the captures with the PSP's: one that is recorded twice is corrected by a new row, one that
--           took too much is refunded after finance has approved it.
-- Asked by: runbook 004, objective (authorised, captured, settled)
-- Reason:   all transactions of an intent that was touched are summed, whenever they were made. A sale authorises
--           what it captures. Only what succeeded counts. A declared over-capture is none of an intent that was void or
--           expired as well, in another currency too, or never authorised: as on the leg (legs/declared_over_capture).
--           Amounts are all of the excess over what was authorised.
with

touched as {touched_intents},

declared as (

    select
        psp,
        currency,
        minor,
        ppm
    from jsonb_to_recordset(%(over_capture)s) as rows (psp text, currency text, minor bigint, ppm bigint)

),

summed as (

    select
        payment_transactions.intent_id,
        payment_transactions.currency,
        sum(payment_transactions.amount_minor) filter (
            where payment_transactions.transaction_type in ('authorization', 'authorisation')
        )::bigint as authorised_minor,
        sum(payment_transactions.amount_minor) filter (
            where payment_transactions.transaction_type = 'capture'
        )::bigint as captured_minor,
        bool_or(payment_transactions.transaction_type in ('void', 'expiry')) as is_released,
        count(*) over (partition by payment_transactions.intent_id) as currencies,
        max(payment_transactions.created_at) filter (
            where payment_transactions.transaction_type = 'capture'
        ) as captured_at
    from touched
    inner join payment_transactions on touched.intent_id = payment_transactions.intent_id
    where
        payment_transactions.status = 'succeeded'
        and payment_transactions.transaction_type in (
            'authorization', 'authorisation', 'capture', 'void', 'expiry'
        )
    group by payment_transactions.intent_id, payment_transactions.currency

),

limited as (

    select
        summed.intent_id,
        summed.currency,
        summed.captured_minor,
        summed.captured_at,
        coalesce(summed.authorised_minor, 0) as authorised_minor,
        case
            when summed.authorised_minor is null or summed.is_released or summed.currencies > 1
                then 0
            -- least() passes over what is NULL; where nothing is declared, both are.
            else coalesce(
                least(declared.minor, div(summed.authorised_minor::numeric * declared.ppm, 1000000)::bigint), 0
            )
        end as over_capture_minor
    from summed
    left join payment_intents on summed.intent_id = payment_intents.id
    left join declared
        on payment_intents.provider = declared.psp
        and summed.currency = declared.currency

)

select
    intent_id as object,
    currency,
    captured_minor - authorised_minor as amount_minor,
    captured_at as occurred_at,
    'expected captures of ' || authorised_minor + over_capture_minor || ' at most, '
    || case when over_capture_minor > 0 then over_capture_minor || ' of it as declared over-capture, ' else '' end
    || 'found ' || captured_minor as what
from limited
where captured_minor > authorised_minor + over_capture_minor
order by intent_id, currency
