-- Which transactions were processed before they were made, or in the future?
--
-- Grain:    one row per transaction.
-- Binds:    as_of (timestamptz) - or the book's own clock, whichever is later: what happened since is no future.
-- Reads:    payment_transactions.
-- Severity: high
-- Scope:    full
-- Every:    hour
-- Allowed:  0 rows
-- Alert:    one per object
-- Escalate: never
-- Do:       Look who wrote the time: a clock that is wrong, a zone that was left out, or a hand. Get the real time
--           from the PSP.
-- Asked by: runbook 004, investigation 1 (processed_at) and mitigation 2, whose correction rewrites it
select
    id as object,
    currency,
    amount_minor,
    created_at as occurred_at,
    case
        when processed_at < created_at
            then 'expected to be processed at ' || created_at || ' at the earliest, found ' || processed_at
        else
            'expected to be processed by ' || greatest(%(as_of)s, clock_timestamp()) || ', found ' || processed_at
    end as what
from payment_transactions
where
    processed_at < created_at
    or processed_at > greatest(%(as_of)s, clock_timestamp())
order by id
