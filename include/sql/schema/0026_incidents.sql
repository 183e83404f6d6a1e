-- Incidents: their message and thread in Slack, a summary every half hour, and events for other systems.
alter table internal.alerts add column psp_ticket text;
alter table internal.alert_changes add column psp_ticket text;

create or replace view reconciliation.alerts as
select
    alert_id,
    fingerprint,
    name,
    severity,
    psp,
    account,
    state,
    reasons,
    summary,
    run_id,
    opened_at,
    updated_at,
    closed_at,
    book,
    internal.life_of(state, accepted_until, acknowledged_at) as life,
    acknowledged_at,
    acknowledged_by,
    snoozed_until,
    accepted_until,
    accepted_by,
    escalates_at,
    escalates_to,
    escalated_at,
    psp_ticket
from internal.alerts;

comment on column reconciliation.alerts.psp_ticket is 'Number of the ticket at the PSP, as last recorded.';

create or replace view reconciliation.alert_changes as
select
    change_id,
    alert_id,
    event,
    changed_by,
    note,
    until,
    changed_at,
    psp_ticket
from internal.alert_changes;

comment on column reconciliation.alert_changes.psp_ticket is 'Number of the ticket at the PSP, where this change recorded one.';

-- What waits is looked for by kind: a channel with much to say does not slow the others.
alter table internal.outbox drop constraint outbox_kind_check;
alter table internal.outbox add constraint outbox_kind_check
check (kind in ('slack', 'payment_reconciliation_log', 'mail', 'event'));
alter table internal.outbox add column superseded_at timestamptz;
drop index internal.outbox_waiting;
create index outbox_waiting on internal.outbox (kind, message_id)
where delivered_at is null and superseded_at is null;
comment on column internal.outbox.superseded_at is 'When a younger message took its place; it is not sent any more.';

create table internal.incident_summaries (
    summary_id bigint generated always as identity primary key,
    alert_id bigint not null references internal.alerts,
    slot integer not null check (slot >= 0),
    is_final boolean not null default false,
    subject text not null,
    text text not null,
    made_at timestamptz not null default clock_timestamp(),
    unique (alert_id, slot, is_final)
);

create unique index incident_summaries_final on internal.incident_summaries (alert_id) where is_final;
create index outbox_summaries on internal.outbox (((payload ->> 'summary_id')::bigint)) where payload ? 'summary_id';
comment on table internal.incident_summaries is 'One row per incident and half hour since it opened, slot 0 being the opening, and one when it is closed. Rows are only added.';

-- What was closed before there were summaries needs none.
insert into internal.incident_summaries (alert_id, slot, is_final, subject, text)
select
    alert_id,
    0,
    true,
    'closed before there were summaries',
    summary
from internal.alerts
where name = 'billing_gateway-reconciliation' and state = 'closed';

create table internal.incident_threads (
    alert_id bigint not null references internal.alerts,
    channel text not null,
    message_id bigint references internal.outbox,
    channel_id text,
    ts text,
    shown_at timestamptz,
    last_error text,
    claimed_until timestamptz not null,
    primary key (alert_id, channel),
    check (num_nulls(message_id, channel_id, ts) in (0, 3))
);

comment on table internal.incident_threads is 'The one message of an incident in a Slack channel, under which its thread hangs.';
comment on column internal.incident_threads.channel is 'As the connection names it.';
comment on column internal.incident_threads.channel_id is 'As Slack names it; with ts it is the address of the message.';
comment on column internal.incident_threads.shown_at is 'The moment of the state that the message shows.';
comment on column internal.incident_threads.claimed_until is 'Until when one delivery has the thread to itself.';

create view internal.run_divergences as
with

events as (

    select
        run_number,
        currency,
        event_id,
        max(exposure_minor) as exposure_minor
    from internal.discrepancy_versions
    where status = 'open' and change <> 'resolved' and currency is not null
    group by run_number, currency, event_id

)

select
    run_number,
    currency,
    coalesce(sum(exposure_minor), 0)::bigint as exposure_minor
from events
group by run_number, currency;

comment on view internal.run_divergences is 'Divergence of an account as each of its runs left it, per currency; each event once, with its largest exposure.';

create view reconciliation.incident_summaries as
select
    incident_summaries.summary_id,
    incident_summaries.alert_id,
    alerts.psp,
    incident_summaries.slot,
    incident_summaries.is_final,
    incident_summaries.subject,
    incident_summaries.text,
    incident_summaries.made_at
from internal.incident_summaries
inner join internal.alerts on incident_summaries.alert_id = alerts.alert_id;

comment on view reconciliation.incident_summaries is 'What was said of each incident, every half hour and at its end.';
comment on column reconciliation.incident_summaries.summary_id is 'Number of the summary.';
comment on column reconciliation.incident_summaries.alert_id is 'The incident.';
comment on column reconciliation.incident_summaries.psp is 'Its PSP.';
comment on column reconciliation.incident_summaries.slot is 'The half hour since the opening, which is slot 0.';
comment on column reconciliation.incident_summaries.is_final is 'Whether it was written because the incident is closed.';
comment on column reconciliation.incident_summaries.subject is 'The subject of the mail.';
comment on column reconciliation.incident_summaries.text is 'What it says.';
comment on column reconciliation.incident_summaries.made_at is 'When it was written.';

create view reconciliation.events as
select
    payload ->> 'id' as id,
    payload ->> 'type' as type,
    payload ->> 'psp' as psp,
    payload ->> 'account' as account,
    payload -> 'data' as data,
    created_at,
    delivered_at,
    tries,
    last_error,
    next_try_at
from internal.outbox
where kind = 'event';

comment on view reconciliation.events is 'Events for the Kafka topic reconciliation.events: those that have arrived, those that wait, and those with an error.';
comment on column reconciliation.events.id is 'The event, made from what it is about: the same event sent again has the same one.';
comment on column reconciliation.events.type is 'run_published, discrepancy_opened or discrepancy_resolved.';
comment on column reconciliation.events.psp is 'The PSP.';
comment on column reconciliation.events.account is 'The account.';
comment on column reconciliation.events.data is 'What happened; money is whole minor units with their currency.';
comment on column reconciliation.events.created_at is 'When the run was published.';
comment on column reconciliation.events.delivered_at is 'When Kafka had it; NULL until then.';
comment on column reconciliation.events.tries is 'How often it was sent.';
comment on column reconciliation.events.last_error is 'Why it has not arrived; NULL when nothing went wrong.';
comment on column reconciliation.events.next_try_at is 'When it is sent again, unless it has arrived.';

grant select on internal.run_divergences to reconciliation_rw;
grant select on reconciliation.incident_summaries, reconciliation.events to reconciliation_rw, reconciliation_ro;
grant select, insert on internal.incident_summaries to reconciliation_rw;
grant select, insert, update on internal.incident_threads to reconciliation_rw;
grant usage on all sequences in schema internal to reconciliation_rw;
