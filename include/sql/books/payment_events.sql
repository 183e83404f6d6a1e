-- What does the event store of payments hold that its checks can't rely on?
--
-- Grain:   one row per relation and problem; none when all types and reasons are known and nothing that must
--          be there is missing.
-- Binds:   none.
select
    'payments.events' as relation,
    'type is ' || quote_literal(type) || ' in ' || count(*) || ' rows' as what
from payments.events
where
    type not in (
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
    type = 'PaymentFailed'
    and coalesce(payload ->> 'reason', '') not in (
        'RAIL', 'TIMEOUT', 'INSUFFICIENT_FUNDS', 'INVALID_ACCOUNT', 'FRAUD', 'EXPIRED', 'CANCELLED'
    )
group by payload ->> 'reason'
union all
select
    'payments.operator_actions' as relation,
    'action is ' || quote_literal(action) || ' in ' || count(*) || ' rows' as what
from payments.operator_actions
where action not in ('retry', 'cancel', 'mark_failed', 'review')
group by action
order by relation, what
