-- The emergency stop: who stopped or started what, when and why. Rows are only added.
create table internal.emergency_stops (
    stop_id bigint generated always as identity primary key,
    variable text not null check (variable in ('PAYMENTS_ENABLED', 'REFUNDS_ENABLED')),
    event text not null check (event in ('stopped', 'lifted')),
    changed_by text not null,
    reason text not null check (btrim(reason) <> ''),
    until timestamptz,
    changed_at timestamptz not null default clock_timestamp(),
    check (event = 'stopped' or until is null)
);

create index on internal.emergency_stops (variable, stop_id);
comment on table internal.emergency_stops is 'Each time payments or refunds were stopped or started again through the DAG emergency_stop; rows are only added.';

create view reconciliation.emergency_stops as
select
    stop_id,
    variable,
    event,
    changed_by,
    reason,
    until,
    changed_at
from internal.emergency_stops;

comment on view reconciliation.emergency_stops is 'Each time payments or refunds were stopped or started again, by whom and why.';
comment on column reconciliation.emergency_stops.stop_id is 'Number of the row.';
comment on column reconciliation.emergency_stops.variable is 'PAYMENTS_ENABLED or REFUNDS_ENABLED.';
comment on column reconciliation.emergency_stops.event is 'stopped or lifted.';
comment on column reconciliation.emergency_stops.changed_by is 'Who did it.';
comment on column reconciliation.emergency_stops.reason is 'Why.';
comment on column reconciliation.emergency_stops.until is 'When the gateway tells its callers to come back; nothing starts by itself then.';
comment on column reconciliation.emergency_stops.changed_at is 'When.';

grant select on reconciliation.emergency_stops to reconciliation_rw, reconciliation_ro;
grant select, insert on internal.emergency_stops to reconciliation_rw;
grant usage on all sequences in schema internal to reconciliation_rw;
