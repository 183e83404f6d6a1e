-- Which authorisations and captures were processed after what could only follow them?
--
-- Grain:    one row per authorisation or capture: the first of its intent and currency that succeeded.
-- Binds:    window_start, window_end (timestamptz) - half-open; what an intent was touched in.
-- Reads:    payment_transactions.
-- Severity: high
-- Scope:    recent
-- Every:    hour
-- Allowed:  0 rows
-- Alert:    one per object
-- Escalate: never
-- Do:       Get the real time from the PSP and find out who changed the row; corrections are new rows, and
--           processed_at stays as it was.
-- Asked by: runbook 004, mitigation 2, whose UPDATE sets processed_at = NOW() (defect T5)
-- Reason:   a capture is made once an authorisation was processed, a refund once a capture was. A time that was
--           rewritten later than that gives itself away; one that was rewritten before leaves no trace in this book.
with

touched as {touched_intents},

steps as (

    select
        payment_transactions.id,
        payment_transactions.intent_id,
        payment_transactions.currency,
        payment_transactions.amount_minor,
        payment_transactions.created_at,
        payment_transactions.processed_at,
        case
            when payment_transactions.transaction_type in ('authorization', 'authorisation') then 1
            when payment_transactions.transaction_type in ('capture', 'sale') then 2
            else 3
        end as step
    from touched
    inner join payment_transactions on touched.intent_id = payment_transactions.intent_id
    where
        payment_transactions.status = 'succeeded'
        and payment_transactions.transaction_type in (
            'authorization', 'authorisation', 'capture', 'sale', 'refund'
        )

),

first_processed as (

    select distinct on (intent_id, currency, step)
        intent_id,
        currency,
        step,
        id,
        amount_minor,
        processed_at
    from steps
    where processed_at is not null
    order by intent_id, currency, step, processed_at, id

),

first_made as (

    select distinct on (intent_id, currency, step)
        intent_id,
        currency,
        step,
        id,
        created_at
    from steps
    order by intent_id, currency, step, created_at, id

)

select
    first_processed.id as object,
    first_processed.currency,
    first_processed.amount_minor,
    first_processed.processed_at as occurred_at,
    'expected to be processed by ' || first_made.created_at || ', when ' || first_made.id || ' was made, found '
    || first_processed.processed_at as what
from first_processed
inner join first_made
    on first_processed.intent_id = first_made.intent_id
    and first_processed.currency = first_made.currency
    and first_processed.step + 1 = first_made.step
where first_processed.processed_at > first_made.created_at
order by first_processed.id
