-- What does the event store of payments hold that its checks can't rely on?
--
-- Grain:   one row per relation and problem; none when all types and reasons are known and nothing that must
--          be there is missing.
-- Binds:   relations (text[] or null) - those that are asked about; null: all.
-- Reason:  the tables have indexes that hold just the rows which are named here, so that a healthy store is not
--          read: include/sql/sources/schema/payment_events.sql.
select
    'payments.events' as relation,
    'type is ' || quote_literal(type) || ' in ' || count(*) || ' rows' as what
from payments.events
where
    coalesce('payments.events' = any(%(relations)s::text[]), true)
    and type not in (
        'PaymentIntentCreated',
        'PaymentAuthorised',
        'PaymentAttemptCreated',
        'PaymentSentToRail',
        'PaymentAcknowledged',
        'PaymentSettled',
        'PaymentFailed',
        'PaymentExpired'
    )
group by type
union all
select
    'payments.events' as relation,
    'reason is ' || coalesce(quote_literal(payload ->> 'reason'), 'NULL') || ' in ' || count(*)
    || ' rows of PaymentFailed' as what
from payments.events
where
    coalesce('payments.events' = any(%(relations)s::text[]), true)
    and type = 'PaymentFailed'
    and coalesce(payload ->> 'reason', '') not in (
        'RAIL', 'TIMEOUT', 'INSUFFICIENT_FUNDS', 'INVALID_ACCOUNT', 'FRAUD', 'EXPIRED', 'CANCELLED'
    )
group by payload ->> 'reason'
union all
select
    'payments.operator_actions' as relation,
    'action is ' || quote_literal(action) || ' in ' || count(*) || ' rows' as what
from payments.operator_actions
where
    coalesce('payments.operator_actions' = any(%(relations)s::text[]), true)
    and action not in ('retry', 'cancel', 'mark_failed', 'review')
group by action
order by relation, what
