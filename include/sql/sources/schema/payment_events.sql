-- What does the event store of payments look like, as far as its checks and its replay read it?
--
-- Grain:   no rows; creates the tables of the schema payments.
-- Binds:   none. Stands in for the company's own store on the embedded server; amounts are minor units of
--          their currency. The rules of the book are checked, not enforced here: a store that enforces
--          one by a constraint loses nothing by the check.
create schema if not exists payments authorization payment_events_owner;

create table if not exists payments.intents (
    payment_id text primary key,
    idempotency_key text not null,
    amount_minor bigint not null,
    currency text not null,
    created_at timestamptz not null
);

create index if not exists intents_idempotency_key on payments.intents (idempotency_key);
create index if not exists intents_created_at on payments.intents (created_at);

create table if not exists payments.attempts (
    attempt_id text primary key,
    payment_id text not null references payments.intents (payment_id),
    attempt_number integer not null,
    external_reference text,
    created_at timestamptz not null
);

create index if not exists attempts_payment_id on payments.attempts (payment_id);

-- Only ever added to: its writer may insert and nothing else. The payload is json, not jsonb, since that
-- keeps the text as it was written, which is what event_sha256 is over.
create table if not exists payments.events (
    event_id text primary key,
    payment_id text not null,
    sequence_number integer not null,
    type text not null,
    attempt_id text,
    payload json not null,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null,
    previous_sha256 text,
    event_sha256 text not null
);

create index if not exists events_payment_id on payments.events (payment_id, sequence_number);
create index if not exists events_recorded_at on payments.events (recorded_at);
create index if not exists events_occurred_at on payments.events (occurred_at);

create table if not exists payments.projections (
    payment_id text primary key,
    state text not null,
    sequence_number integer not null,
    state_sha256 text not null,
    updated_at timestamptz not null
);

create index if not exists projections_updated_at on payments.projections (updated_at);

create table if not exists payments.operator_actions (
    action_id text primary key,
    payment_id text not null,
    action text not null,
    operator_id text,
    approval_id text,
    reason text,
    event_id text,
    acted_at timestamptz not null
);

create index if not exists operator_actions_payment_id on payments.operator_actions (payment_id);
create index if not exists operator_actions_event_id on payments.operator_actions (event_id);
create index if not exists operator_actions_acted_at on payments.operator_actions (acted_at);

create table if not exists payments.rail_requests (
    request_id text primary key,
    payment_id text not null,
    attempt_id text not null,
    requested_at timestamptz not null,
    answered_at timestamptz
);

create index if not exists rail_requests_requested_at on payments.rail_requests (requested_at, request_id);

-- Rows that no check can rely on (include/sql/books/payment_events.sql): the indexes of a healthy book are empty.
create index if not exists events_unknown_type on payments.events (event_id)
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
    );
create index if not exists events_unknown_reason on payments.events (event_id)
where
    type = 'PaymentFailed'
    and coalesce(payload ->> 'reason', '') not in (
        'RAIL', 'TIMEOUT', 'INSUFFICIENT_FUNDS', 'INVALID_ACCOUNT', 'FRAUD', 'EXPIRED', 'CANCELLED'
    );
create index if not exists operator_actions_unknown on payments.operator_actions (action_id)
where action not in ('retry', 'cancel', 'mark_failed', 'review');

grant usage on schema payments to payment_events_ro, source_writer;
grant select on all tables in schema payments to payment_events_ro, source_writer;
grant insert on all tables in schema payments to source_writer;
-- What was recorded of a payment stays; its projection and what the rail answers move on.
grant update on payments.projections to source_writer;
grant update (answered_at) on payments.rail_requests to source_writer;
